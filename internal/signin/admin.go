package signin

import (
	"context"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/text"
)

// NewAccount is an account to be created.
type NewAccount struct {
	Login string // any width and case; stored folded
	Name  string // as shown, at most 80 characters
	Roles Roles  // at least one
}

// loginForm is what a folded login name looks like: ASCII, so that no two look the same.
var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@+-]{0,63}$`)

func foldLogin(login string) string { return text.Fold(strings.TrimSpace(login)) }

// clean gives the account as it is stored, or fault.Invalid with a key for each wrong field.
func (n NewAccount) clean() (NewAccount, error) {
	wrong := map[string]string{}
	n.Login = foldLogin(n.Login)
	if !loginForm.MatchString(n.Login) {
		wrong["login"] = "signin.login.form"
	}
	n.Name = strings.TrimSpace(n.Name)
	if !validName(n.Name) {
		wrong["name"] = "signin.name.form"
	}
	roles, ok := n.Roles.canonical()
	if !ok {
		wrong["roles"] = "signin.roles.none"
	}
	if n.Roles = roles; len(wrong) > 0 {
		return n, fault.Form(wrong)
	}
	return n, nil
}

func validName(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= 80 && !strings.ContainsFunc(s, unicode.IsControl)
}

func searchText(login, name string) string { return text.Fold(login + " " + name) }

// Create makes an account without a password and a one-time link for its owner. The link is
// shown once. Errors: fault.Invalid with fields "login" (also when taken), "name", "roles".
func (s *Service) Create(ctx context.Context, by actor.Actor, n NewAccount) (Account, string, error) {
	if err := by.Need(actor.AccountManage); err != nil {
		return Account{}, "", err
	}
	n, err := n.clean()
	if err != nil {
		return Account{}, "", err
	}
	made, err := update(ctx, s.d, func(ctx context.Context, tx *db.Tx) (created, error) { return create(ctx, tx, by, n) })
	if fault.Is(err, fault.Conflict) {
		err = fault.Field("login", "signin.login.taken")
	}
	return made.Account, made.link, err
}

type created struct {
	Account
	link string
}

func create(ctx context.Context, tx *db.Tx, by actor.Actor, n NewAccount) (c created, err error) {
	id := tx.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO account (id, login_name, display_name, search, roles, state, must_change, created_by, created_at)
		VALUES (?, ?, ?, ?, ?, 'active', 1, ?, ?)`, id, n.Login, n.Name, searchText(n.Login, n.Name), n.Roles, by.ID, tx.Now); err != nil {
		return c, err
	}
	if err := record(ctx, tx, by, "account.created", "account", id, detail{Login: n.Login, Name: n.Name, Roles: n.Roles}); err != nil {
		return c, err
	}
	if c.Account, err = byID(ctx, tx, id); err != nil {
		return c, err
	}
	c.link, err = issue(ctx, tx, by, c.Account)
	tx.Announce("accounts")
	return c, err
}

// edit is one change of an account by an administrator: compare rev, write, record.
type edit struct {
	action string
	detail detail
	set    string // "column = ?, ..."; constants of this file, never input
	args   []any
	// refuse says why this account must not be changed so, given the other administrators who
	// are able to sign in.
	refuse func(now Account, otherAdmins int) error
	after  func(ctx context.Context, tx *db.Tx, a Account) error
}

// change applies an edit to the revision that the administrator saw. Errors: fault.NotFound
// "signin.account.none"; fault.Conflict with the Account as it now is.
func (s *Service) change(ctx context.Context, by actor.Actor, id string, rev int64, e edit) (Account, error) {
	if err := by.Need(actor.AccountManage); err != nil {
		return Account{}, err
	}
	return update(ctx, s.d, func(ctx context.Context, tx *db.Tx) (Account, error) { return e.apply(ctx, tx, by, id, rev) })
}

func (e edit) apply(ctx context.Context, tx *db.Tx, by actor.Actor, id string, rev int64) (Account, error) {
	others, err := otherAdministrators(ctx, tx, id)
	if err != nil {
		return Account{}, err
	}
	now, err := lockSecret(ctx, tx, id)
	if err != nil {
		return Account{}, unknown(err)
	}
	if now.Rev != rev {
		return Account{}, fault.Stale(now.Account)
	}
	if e.refuse != nil {
		if err := e.refuse(now.Account, others); err != nil {
			return Account{}, err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE account SET rev = rev + 1, `+e.set+` WHERE id = ?`, append(e.args, id)...); err != nil {
		return Account{}, err
	}
	if e.after != nil {
		if err := e.after(ctx, tx, now.Account); err != nil {
			return Account{}, err
		}
	}
	e.detail.Before = now.Roles
	if err := record(ctx, tx, by, e.action, "account", id, e.detail); err != nil {
		return Account{}, err
	}
	tx.Announce("accounts")
	return byID(ctx, tx, id)
}

// otherAdministrators counts the administrators besides id who are able to sign in: active and
// with a password. On PostgreSQL it holds their rows, by id, until the end of the transaction:
// of two administrators who remove each other at once the second waits and then counts again.
func otherAdministrators(ctx context.Context, tx *db.Tx, id string) (int, error) {
	query := `SELECT id FROM account WHERE state = 'active' AND password_hash <> '' AND roles LIKE '%"admin"%' ORDER BY id`
	if tx.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	var ids []string
	if err := tx.Select(ctx, &ids, query); err != nil {
		return 0, err
	}
	n := 0
	for _, other := range ids {
		if other != id {
			n++
		}
	}
	return n, nil
}

// lastOne refuses what would leave the firm without an administrator.
func lastOne(now Account, others int) error {
	if now.Actor().Has(actor.Administrator) && others == 0 {
		return fault.New(fault.Refused, "signin.last_administrator", nil)
	}
	return nil
}

// SetRoles gives an account other roles; they count from its next request on. Nobody changes
// their own roles (fault.Refused "signin.own_roles"), and the last administrator stays one
// (fault.Refused "signin.last_administrator").
func (s *Service) SetRoles(ctx context.Context, by actor.Actor, id string, rev int64, roles Roles) (Account, error) {
	if by.ID == id {
		return Account{}, fault.New(fault.Refused, "signin.own_roles", nil)
	}
	r, ok := roles.canonical()
	if !ok {
		return Account{}, fault.Field("roles", "signin.roles.none")
	}
	return s.change(ctx, by, id, rev, setRoles(r))
}

func setRoles(r Roles) edit {
	return edit{
		action: "account.roles_set", detail: detail{Roles: r}, set: `roles = ?`, args: []any{r},
		refuse: func(now Account, others int) error {
			if (actor.Actor{Roles: r}).Has(actor.Administrator) {
				return nil
			}
			return lastOne(now, others)
		},
	}
}

// Rename changes the name that is shown.
func (s *Service) Rename(ctx context.Context, by actor.Actor, id string, rev int64, name string) (Account, error) {
	name = strings.TrimSpace(name)
	if !validName(name) {
		return Account{}, fault.Field("name", "signin.name.form")
	}
	e := edit{action: "account.renamed", detail: detail{Name: name}, set: `display_name = ?`, args: []any{name}}
	e.after = func(ctx context.Context, tx *db.Tx, a Account) error {
		_, err := tx.Exec(ctx, `UPDATE account SET search = ? WHERE id = ?`, searchText(a.LoginName, name), a.ID)
		return err
	}
	return s.change(ctx, by, id, rev, e)
}

// Disable ends every session of an account and its links; it can be enabled again. Nobody
// disables themselves (fault.Refused "signin.own_account"), nor the last administrator.
func (s *Service) Disable(ctx context.Context, by actor.Actor, id string, rev int64) (Account, error) {
	if by.ID == id {
		return Account{}, fault.New(fault.Refused, "signin.own_account", nil)
	}
	return s.change(ctx, by, id, rev, disable())
}

func disable() edit {
	return edit{
		action: "account.disabled", set: `state = 'disabled'`, refuse: lastOne,
		after: func(ctx context.Context, tx *db.Tx, a Account) error {
			if err := voidLinks(ctx, tx, a.ID); err != nil {
				return err
			}
			return endSessions(ctx, tx, a.ID)
		},
	}
}

// Enable lets a disabled account sign in again with the password it had.
func (s *Service) Enable(ctx context.Context, by actor.Actor, id string, rev int64) (Account, error) {
	return s.change(ctx, by, id, rev, edit{action: "account.enabled", set: `state = 'active'`})
}

// NewLink makes a one-time link for a first or a forgotten password and voids those before it;
// the old password is good until the link is used. A disabled account is fault.Refused
// "signin.link.disabled".
func (s *Service) NewLink(ctx context.Context, by actor.Actor, id string) (string, error) {
	if err := by.Need(actor.AccountManage); err != nil {
		return "", err
	}
	return update(ctx, s.d, func(ctx context.Context, tx *db.Tx) (string, error) {
		a, err := lockSecret(ctx, tx, id)
		if err != nil {
			return "", unknown(err)
		}
		if a.State != Active {
			return "", fault.New(fault.Refused, "signin.link.disabled", nil)
		}
		return issue(ctx, tx, by, a.Account)
	})
}
