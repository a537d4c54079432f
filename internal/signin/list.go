package signin

import (
	"context"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/text"
)

// Filter of the list of accounts; empty fields ask for nothing.
type Filter struct {
	Text  string // part of the login name or of the shown name, any width and case
	Role  actor.Role
	State State
}

// Page of a list, from 1. Size is 50 when 0, at most 200.
type Page struct{ Number, Size int }

func (p Page) bounds() (limit, offset int) {
	limit = p.Size
	if limit < 1 {
		limit = 50
	}
	limit = min(limit, 200)
	return limit, (min(max(p.Number, 1), 1_000_000) - 1) * limit
}

// Accounts is one page of a list.
type Accounts struct {
	Rows  []Account
	Total int // of all pages
}

// List gives accounts by login name.
func (s *Service) List(ctx context.Context, by actor.Actor, f Filter, p Page) (Accounts, error) {
	if err := by.Need(actor.AccountManage); err != nil {
		return Accounts{}, err
	}
	where, args := f.where()
	limit, offset := p.bounds()
	return view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (out Accounts, err error) {
		if err := tx.Get(ctx, &out.Total, `SELECT count(*) FROM account WHERE `+where, args...); err != nil {
			return out, err
		}
		err = tx.Select(ctx, &out.Rows, `SELECT `+columns+` FROM account WHERE `+where+` ORDER BY login_name LIMIT ? OFFSET ?`,
			append(args, limit, offset)...)
		return out, err
	})
}

func (f Filter) where() (string, []any) {
	where, args := []string{`1 = 1`}, []any{}
	add := func(condition string, arg any) { where, args = append(where, condition), append(args, arg) }
	if t := text.Fold(strings.TrimSpace(printable(f.Text))); t != "" {
		add(`search LIKE ? ESCAPE '\'`, "%"+likeEscape.Replace(t)+"%")
	}
	if f.Role != "" {
		add(`roles LIKE ? ESCAPE '\'`, `%"`+likeEscape.Replace(printable(string(f.Role)))+`"%`)
	}
	if f.State != "" {
		add(`state = ?`, printable(string(f.State)))
	}
	return strings.Join(where, ` AND `), args
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// printable drops what PostgreSQL refuses to compare.
func printable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
}

// Account gives one account to an administrator, or fault.NotFound "signin.account.none".
func (s *Service) Account(ctx context.Context, by actor.Actor, id string) (Account, error) {
	if err := by.Need(actor.AccountManage); err != nil {
		return Account{}, err
	}
	a, err := view(ctx, s.d, func(ctx context.Context, tx *db.Tx) (Account, error) { return byID(ctx, tx, id) })
	return a, unknown(err)
}
