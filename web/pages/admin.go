package pages

import (
	"net/http"
	"strconv"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/web/view"
)

// Admin is where an administrator keeps accounts and API tokens.
type Admin struct {
	Accounts *signin.Service
	// URL is how browsers reach the server, for the links that are handed out.
	URL string
}

// Register puts the screens on the desk.
func (h *Admin) Register(d *Desk) {
	d.Get("/admin/accounts", actor.AccountManage, h.list)
	d.Post("/admin/accounts", actor.AccountManage, h.create)
	d.Get("/admin/accounts/:id", actor.AccountManage, h.show)
	d.Post("/admin/accounts/:id", actor.AccountManage, h.save)
	d.Post("/admin/accounts/:id/disable", actor.AccountManage, h.disable)
	d.Post("/admin/accounts/:id/enable", actor.AccountManage, h.enable)
	d.Post("/admin/accounts/:id/link", actor.AccountManage, h.link)
	d.Post("/admin/accounts/:id/sign-out", actor.AccountManage, h.signOut)
	d.Get("/admin/tokens", actor.AccountManage, h.tokens)
	d.Post("/admin/tokens", actor.AccountManage, h.issue)
	d.Post("/admin/tokens/:id/revoke", actor.AccountManage, h.revoke)
}

type accountForm struct {
	Login string   `form:"login"`
	Name  string   `form:"name"`
	Roles []string `form:"roles"`
	Rev   int64    `form:"rev"`
}

func (f accountForm) roles() (out signin.Roles) {
	for _, r := range f.Roles {
		out = append(out, actor.Role(r))
	}
	return out
}

func (h *Admin) list(v *Visit) error { return h.drawList(v, http.StatusOK, accountForm{}) }

func (h *Admin) drawList(v *Visit, status int, f accountForm) error {
	number, _ := strconv.Atoi(v.Query("page"))
	filter := signin.Filter{Text: v.Query("q"), Role: actor.Role(v.Query("role")), State: signin.State(v.Query("state"))}
	all, err := h.Accounts.List(v.Request.Context(), v.Actor, filter, signin.Page{Number: number})
	if err != nil {
		return err
	}
	v.Shell.Path = "/admin/accounts"
	s := v.Titled(v.Shell.T("admin.accounts"), "accounts")
	return v.Draw(status, view.Accounts(s, view.AccountList{Rows: all.Rows, Total: all.Total, Page: max(number, 1),
		Filter: filter, Login: f.Login, Name: f.Name, Roles: f.roles()}))
}

func (h *Admin) create(v *Visit) error {
	var f accountForm
	if err := v.Form(&f); err != nil {
		return err
	}
	a, link, err := h.Accounts.Create(v.Request.Context(), v.Actor, signin.NewAccount{Login: f.Login, Name: f.Name, Roles: f.roles()})
	if err != nil {
		status, err := v.Problem(err)
		if err != nil {
			return err
		}
		return h.drawList(v, status, f)
	}
	v.Shell.Notice = "done.account_created"
	return h.drawOne(v, http.StatusOK, a, link)
}

func (h *Admin) show(v *Visit) error {
	a, err := h.Accounts.Account(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	return h.drawOne(v, http.StatusOK, a, "")
}

func (h *Admin) drawOne(v *Visit, status int, a signin.Account, link string) error {
	if link != "" {
		link = h.URL + "/setup/" + link
	}
	v.Shell.Path = "/admin/accounts/" + a.ID
	s := v.Titled(v.Shell.T("admin.edit", "Name", a.DisplayName), "accounts")
	return v.Draw(status, view.OneAccount(s, a, link, v.Shell.Now.Add(signin.SetupLife)))
}

// save changes name and roles; each is its own use case with its own entry in the audit trail.
func (h *Admin) save(v *Visit) error {
	var f accountForm
	if err := v.Form(&f); err != nil {
		return err
	}
	ctx, id := v.Request.Context(), v.Param("id")
	a, err := h.Accounts.Rename(ctx, v.Actor, id, f.Rev, f.Name)
	if err == nil && id != v.Actor.ID {
		a, err = h.Accounts.SetRoles(ctx, v.Actor, id, a.Rev, f.roles())
	}
	return h.after(v, a, f, err, "saved")
}

// after redirects, or draws the account as it now is with what was typed.
func (h *Admin) after(v *Visit, _ signin.Account, f accountForm, err error, done string) error {
	id := v.Param("id")
	if err == nil {
		return v.Done("/admin/accounts/"+id, done)
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	now, err := h.Accounts.Account(v.Request.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	if f.Name != "" {
		now.DisplayName, now.Roles = f.Name, f.roles()
	}
	return h.drawOne(v, status, now, "")
}

func (h *Admin) disable(v *Visit) error {
	var f accountForm
	if err := v.Form(&f); err != nil {
		return err
	}
	a, err := h.Accounts.Disable(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	return h.after(v, a, accountForm{}, err, "disabled")
}

func (h *Admin) enable(v *Visit) error {
	var f accountForm
	if err := v.Form(&f); err != nil {
		return err
	}
	a, err := h.Accounts.Enable(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	return h.after(v, a, accountForm{}, err, "enabled")
}

func (h *Admin) link(v *Visit) error {
	ctx, id := v.Request.Context(), v.Param("id")
	link, err := h.Accounts.NewLink(ctx, v.Actor, id)
	if err != nil {
		return h.after(v, signin.Account{}, accountForm{}, err, "")
	}
	a, err := h.Accounts.Account(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	return h.drawOne(v, http.StatusOK, a, link)
}

func (h *Admin) signOut(v *Visit) error {
	err := h.Accounts.SignOutEverywhere(v.Request.Context(), v.Actor, v.Param("id"))
	return h.after(v, signin.Account{}, accountForm{}, err, "everywhere")
}

type tokenForm struct {
	Name   string   `form:"name"`
	Scopes []string `form:"scopes"`
	Days   string   `form:"days"`
}

func (h *Admin) tokens(v *Visit) error {
	return h.drawTokens(v, http.StatusOK, tokenForm{Days: "90", Scopes: []string{string(actor.AlertWrite)}}, "")
}

func (h *Admin) drawTokens(v *Visit, status int, f tokenForm, plain string) error {
	all, err := h.Accounts.ListTokens(v.Request.Context(), v.Actor)
	if err != nil {
		return err
	}
	v.Shell.Path = "/admin/tokens"
	s := v.Titled(v.Shell.T("admin.tokens"), "accounts")
	return v.Draw(status, view.Tokens(s, view.TokenList{Rows: all, Plain: plain, Name: f.Name, Days: f.Days, Scopes: f.Scopes}))
}

func (h *Admin) issue(v *Visit) error {
	var f tokenForm
	if err := v.Form(&f); err != nil {
		return err
	}
	plain, err := h.createToken(v, f)
	if err != nil {
		status, err := v.Problem(err)
		if err != nil {
			return err
		}
		return h.drawTokens(v, status, f, "")
	}
	return h.drawTokens(v, http.StatusOK, tokenForm{Days: f.Days}, plain)
}

func (h *Admin) createToken(v *Visit, f tokenForm) (string, error) {
	days, err := strconv.Atoi(f.Days)
	if err != nil || days < 1 || days > 366 {
		return "", fault.Field("expires", "signin.token.expires")
	}
	var scopes signin.Scopes
	for _, s := range f.Scopes {
		scopes = append(scopes, actor.Permission(s))
	}
	until := v.Shell.Now.Add(time.Duration(days) * 24 * time.Hour)
	return h.Accounts.CreateToken(v.Request.Context(), v.Actor, f.Name, scopes, until.Time())
}

func (h *Admin) revoke(v *Visit) error {
	if err := h.Accounts.RevokeToken(v.Request.Context(), v.Actor, v.Param("id")); err != nil {
		return err
	}
	return v.Done("/admin/tokens", "token_revoked")
}
