package pages

import (
	"net/http"
	"net/url"
	"strings"

	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/web/view"
)

// SignIn is the door: sign in, sign out, the one-time link, and one's own settings.
type SignIn struct {
	Accounts *signin.Service
	Sessions *signin.Sessions
	// Demo lists the users of the fictional firm on the sign-in page; empty elsewhere.
	Demo view.DemoUsers
}

// Register puts the door on the desk.
func (h *SignIn) Register(d *Desk) {
	d.Get("/sign-in", Public, h.show)
	d.Post("/sign-in", Public, h.enter)
	d.Post("/sign-out", SignedIn, h.leave)
	d.Get("/setup/:token", Public, h.invited)
	d.Post("/setup/:token", Public, h.accept)
	d.Get("/account", SignedIn, h.account)
	d.Post("/account/password", SignedIn, h.password)
	d.Post("/account/display", SignedIn, h.display)
	d.Post("/account/sign-out-everywhere", SignedIn, h.everywhere)
}

type signInForm struct {
	Login    string `form:"login"`
	Password string `form:"password"`
	Next     string `form:"next"`
}

func (h *SignIn) show(v *Visit) error {
	if v.Actor.ID != "" {
		return v.Done("/", "")
	}
	return h.draw(v, http.StatusOK, signInForm{Next: v.Query("next")})
}

func (h *SignIn) draw(v *Visit, status int, f signInForm) error {
	s := v.Titled(v.Shell.T("signin.title"), "")
	return v.Draw(status, view.SignIn(s, f.Login, f.Next, h.Demo))
}

func (h *SignIn) enter(v *Visit) error {
	var f signInForm
	if err := v.Form(&f); err != nil {
		return err
	}
	a, err := h.Accounts.SignIn(v.Request.Context(), f.Login, f.Password, v.ClientIP())
	if fault.Is(err, fault.Unauthorized) || fault.Is(err, fault.TooMany) {
		v.Shell.Problem = asFault(err)
		return h.draw(v, Status(fault.KindOf(err)), f)
	}
	if err != nil {
		return err
	}
	return h.admitted(v, a, local(f.Next))
}

// admitted begins a new session; the old token is not kept (session fixation).
func (h *SignIn) admitted(v *Visit, a signin.Account, next string) error {
	if err := h.Sessions.Begin(v.Request.Context(), a); err != nil {
		return err
	}
	return v.Done(next, "")
}

// local keeps a redirect inside the product.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, "\\") {
		return "/"
	}
	return u.String()
}

func (h *SignIn) leave(v *Visit) error {
	if err := h.Sessions.End(v.Request.Context()); err != nil {
		return err
	}
	return v.Done("/sign-in", "signed_out")
}

func (h *SignIn) invited(v *Visit) error {
	in, err := h.Accounts.ReadLink(v.Request.Context(), v.Param("token"))
	if err != nil {
		return err
	}
	return h.drawSetup(v, http.StatusOK, in)
}

func (h *SignIn) drawSetup(v *Visit, status int, in signin.Invitation) error {
	return v.Draw(status, view.Setup(v.Titled(v.Shell.T("setup.title"), ""), in.LoginName, in.DisplayName, v.Request.URL.Path))
}

type newPassword struct {
	Old      string `form:"old"`
	Password string `form:"password"`
	Again    string `form:"again"`
}

func (f newPassword) check() error {
	if f.Password != f.Again {
		return fault.Field("again", "setup.mismatch")
	}
	return nil
}

func (h *SignIn) accept(v *Visit) error {
	in, err := h.Accounts.ReadLink(v.Request.Context(), v.Param("token"))
	if err != nil {
		return err
	}
	var f newPassword
	if err := v.Form(&f); err != nil {
		return err
	}
	if err = f.check(); err == nil {
		_, err = h.Accounts.UseLink(v.Request.Context(), v.Param("token"), f.Password)
	}
	if err != nil {
		status, err := v.Problem(err)
		if err != nil {
			return err
		}
		return h.drawSetup(v, status, in)
	}
	return v.Done("/sign-in", "password_set")
}

func (h *SignIn) account(v *Visit) error { return h.drawAccount(v, http.StatusOK) }

func (h *SignIn) drawAccount(v *Visit, status int) error {
	v.Shell.Path = "/account"
	return v.Draw(status, view.Account(v.Titled(v.Shell.T("account.title"), ""), v.Lang, v.MustChange))
}

func (h *SignIn) password(v *Visit) error {
	var f newPassword
	if err := v.Form(&f); err != nil {
		return err
	}
	err := f.check()
	var a signin.Account
	if err == nil {
		a, err = h.Accounts.ChangePassword(v.Request.Context(), v.Actor, f.Old, f.Password)
	}
	if fault.Is(err, fault.Unauthorized) {
		v.Shell.Problem = asFault(err)
		return h.drawAccount(v, http.StatusUnprocessableEntity)
	}
	if err != nil {
		status, err := v.Problem(err)
		if err != nil {
			return err
		}
		return h.drawAccount(v, status)
	}
	if err := h.Sessions.Begin(v.Request.Context(), a); err != nil {
		return err
	}
	return v.Done("/account", "password")
}

type displayForm struct {
	Lang  string `form:"lang"`
	Theme string `form:"theme"`
}

func (h *SignIn) display(v *Visit) error {
	var f displayForm
	if err := v.Form(&f); err != nil {
		return err
	}
	if err := h.Accounts.SetPreferences(v.Request.Context(), v.Actor, f.Lang, f.Theme); err != nil {
		status, err := v.Problem(err)
		if err != nil {
			return err
		}
		return h.drawAccount(v, status)
	}
	to := "/account"
	if f.Lang != "" {
		to += "?lang=" + f.Lang
	}
	return v.Done(to, "saved")
}

func (h *SignIn) everywhere(v *Visit) error {
	if err := h.Accounts.SignOutEverywhere(v.Request.Context(), v.Actor, v.Actor.ID); err != nil {
		return err
	}
	if err := h.Sessions.End(v.Request.Context()); err != nil {
		return err
	}
	return v.Done("/sign-in", "everywhere")
}
