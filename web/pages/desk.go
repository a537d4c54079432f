// Package pages has one file per screen: read a typed form, call one use case, draw one page or
// redirect. No rule, no SQL and no date arithmetic lives here.
package pages

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/web/view"
	"tasuke/web/words"
)

// Public marks a route that needs no sign-in; SignedIn one that any person may use.
const (
	Public   actor.Permission = "public"
	SignedIn actor.Permission = "signed-in"
)

// Route is one entry of the router, for the test that walks all of them with every role.
type Route struct {
	Method, Path string
	Need         actor.Permission
}

// Desk is what every screen works with. A route that is not registered through it does not exist.
type Desk struct {
	Words  *words.Book
	Assets string
	Demo   bool
	Clock  func() time.Time
	// Mark names the moment before a page is read, for Events.Changed; nil where nothing is live.
	Mark     func() string
	Sessions *signin.Sessions
	// Who finds the person of a session; false when nobody is signed in.
	Who func(ctx context.Context) (Person, bool, error)

	engine *gin.Engine
	routes []Route
}

// Person is who is signed in, with what they chose for the screen.
type Person struct {
	actor.Actor
	Lang, Theme string
	// MustChange asks for a new password before anything else.
	MustChange bool
}

// Visit is one request by one person.
type Visit struct {
	*gin.Context
	Person
	Shell view.Shell
	desk  *Desk
}

// On makes the desk register its routes on an engine.
func (d *Desk) On(e *gin.Engine) { d.engine = e }

// Routes lists what was registered.
func (d *Desk) Routes() []Route { return d.routes }

// Get registers a page that reads. A GET never changes a record.
func (d *Desk) Get(path string, need actor.Permission, h func(*Visit) error) {
	d.handle(http.MethodGet, path, need, h)
}

// Post registers a use case.
func (d *Desk) Post(path string, need actor.Permission, h func(*Visit) error) {
	d.handle(http.MethodPost, path, need, h)
}

func (d *Desk) handle(method, path string, need actor.Permission, h func(*Visit) error) {
	d.routes = append(d.routes, Route{method, path, need})
	d.engine.Handle(method, path, func(c *gin.Context) {
		v, err := d.visit(c)
		if err == nil {
			err = v.admit(need)
		}
		if err == nil {
			err = h(v)
		}
		if err != nil {
			v.Fail(err)
		}
	})
}

// Missing answers an address that does not exist.
func (d *Desk) Missing(c *gin.Context) {
	v, err := d.visit(c)
	if err == nil {
		err = fault.New(fault.NotFound, "row.none", nil)
	}
	v.Fail(err)
}

// visit says who comes, in which language; it always gives a Visit that can draw a page.
func (d *Desk) visit(c *gin.Context) (*Visit, error) {
	v := &Visit{Context: c, desk: d}
	p, ok, err := d.Who(c.Request.Context())
	if ok {
		v.Person = p
		c.Request = c.Request.WithContext(actor.With(c.Request.Context(), p.Actor))
		if !byItself(c.Request) { // a page left open must not keep a session alive
			d.Sessions.Touch(c.Request.Context())
		}
	}
	lang := d.language(c, p.Lang)
	v.Shell = view.Shell{
		Words: d.Words.In(lang), Actor: p.Actor, Path: c.Request.URL.Path, Query: query(c.Request.URL),
		Theme: p.Theme, Assets: d.Assets, Demo: d.Demo, Now: db.At(d.Clock()), Mark: d.mark(), Notice: d.notice(c),
	}
	return v, err
}

// byItself says that the page asks, and not a person: the live update and what it reads again.
func byItself(r *http.Request) bool {
	return r.URL.Path == "/events" || r.Method == http.MethodGet && r.Header.Get("HX-Request") != ""
}

// query drops what must not come back in links.
func query(u *url.URL) url.Values {
	q := u.Query()
	q.Del("done")
	return q
}

// notices are the sentences a redirect may ask the next page to say.
func (d *Desk) notice(c *gin.Context) string {
	key := "done." + c.Query("done")
	if c.Query("done") == "" || d.Words.In("ja").Or(key, "") == "" {
		return ""
	}
	return key
}

// language is what the address asks for, then the cookie, then the person's choice, then the browser's.
func (d *Desk) language(c *gin.Context, chosen string) string {
	cookie, _ := c.Cookie("lang")
	if l := c.Query("lang"); l == "ja" || l == "en" {
		cookie = l
		http.SetCookie(c.Writer, &http.Cookie{Name: "lang", Value: l, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, HttpOnly: true})
	}
	return words.Match(cookie, chosen, c.GetHeader("Accept-Language"))
}

// admit lets the visit go on, or says what it may not know: a page without the right is "not found".
func (v *Visit) admit(need actor.Permission) error {
	switch {
	case need == Public:
		return nil
	case v.Actor.ID == "":
		return fault.New(fault.Unauthorized, "signin.needed", nil)
	case v.MustChange && !strings.HasPrefix(v.FullPath(), "/account") && v.FullPath() != "/sign-out":
		return fault.New(fault.Refused, "account.must_change", nil)
	case need == SignedIn || v.Actor.May(need):
		return nil
	}
	return fault.New(fault.NotFound, "row.none", nil)
}

// Titled names the page and the section of the navigation it belongs to.
func (v *Visit) Titled(title, nav string) view.Shell {
	v.Shell.Title, v.Shell.Nav = title, nav
	return v.Shell
}

// Draw renders into memory first, so that a page is sent whole or not at all.
func (v *Visit) Draw(status int, c templ.Component) error {
	b, err := v.render(c)
	if err != nil {
		return err
	}
	v.Data(status, "text/html; charset=utf-8", b.Bytes())
	return nil
}

// Done redirects after a use case; the next page says the sentence "done.<what>".
func (v *Visit) Done(to, what string) error {
	u, err := url.Parse(to)
	if err != nil {
		return err
	}
	if what != "" {
		q := u.Query()
		q.Set("done", what)
		u.RawQuery = q.Encode()
	}
	v.Redirect(http.StatusSeeOther, u.String())
	return nil
}

// Form reads the posted form into a struct with form tags.
func (v *Visit) Form(dest any) error {
	if err := v.ShouldBind(dest); err != nil {
		return fault.Wrap(fault.Invalid, "form.malformed", nil, err)
	}
	return nil
}

// Problem puts err on the page that is about to be drawn again and gives its status. An error
// that is not for the reader is returned for Fail.
func (v *Visit) Problem(err error) (int, error) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind == fault.Internal || f.Kind == fault.NotFound || f.Kind == fault.Unauthorized {
		return 0, err
	}
	v.Shell.Problem, v.Shell.Notice = f, ""
	return Status(f.Kind), nil
}

// asFault is the reader's error inside err, nil when there is none.
func asFault(err error) *fault.Error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// Status maps the kinds of fault to HTTP; nothing else does.
func Status(k fault.Kind) int {
	switch k {
	case fault.Invalid, fault.Refused:
		return http.StatusUnprocessableEntity
	case fault.NotFound, fault.Forbidden: // what a person may not know of is not found
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unauthorized:
		return http.StatusUnauthorized
	case fault.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

// statusLeft is what logs of other servers call a request whose client closed the connection.
const statusLeft = 499

// Fail answers a request that could not be served. The cause goes to the log, once, here.
func (v *Visit) Fail(err error) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind == fault.Internal {
		if v.Request.Context().Err() != nil { // who asked has left; nothing is wrong, and nobody reads an answer
			v.AbortWithStatus(statusLeft)
			return
		}
		slog.ErrorContext(v.Request.Context(), "request failed", "route", v.FullPath(), "cause", err)
		f = fault.New(fault.Internal, "failed.internal", nil)
	}
	if f.Kind == fault.Forbidden {
		f = fault.New(fault.NotFound, "row.none", nil)
	}
	if v.GetHeader("Accept") == "application/json" {
		v.JSON(Status(f.Kind), map[string]string{"say": v.Shell.Fault(f)})
		return
	}
	if f.Kind == fault.Unauthorized && v.Request.Method == http.MethodGet {
		v.Redirect(http.StatusSeeOther, "/sign-in?next="+url.QueryEscape(v.Request.URL.RequestURI()))
		return
	}
	status := Status(f.Kind)
	v.Shell.Problem, v.Shell.Notice, v.Shell.Topics = f, "", ""
	v.drawFailed(status, v.Titled(v.Shell.T("failed.title."+string(f.Kind)), ""))
}

func (v *Visit) drawFailed(status int, s view.Shell) {
	frame := view.Bare(s)
	if v.Actor.ID != "" {
		frame = view.Page(s)
	}
	if err := v.Draw(status, within(frame, view.Failed(s, status))); err != nil {
		slog.ErrorContext(v.Request.Context(), "the error page failed", "cause", err)
		v.Status(http.StatusInternalServerError)
	}
}

// within puts a body into a frame.
func within(frame, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return frame.Render(templ.WithChildren(ctx, body), w)
	})
}

// Refuse answers a request that was not read further.
func (d *Desk) Refuse(c *gin.Context, status int, key string) {
	v, err := d.visit(c)
	if err != nil {
		slog.ErrorContext(c.Request.Context(), "request failed", "route", c.FullPath(), "cause", err)
	}
	f := fault.New(fault.Invalid, key, nil)
	v.Shell.Problem, v.Shell.Notice = f, ""
	v.drawFailed(status, v.Titled(v.Shell.T("failed.title."+string(f.Kind)), ""))
	c.Abort()
}

// Broken answers after a panic.
func (d *Desk) Broken(c *gin.Context) {
	c.Abort()
	if c.Writer.Written() {
		return
	}
	v, err := d.visit(c)
	if err == nil {
		err = fault.New(fault.Internal, "failed.internal", nil)
	}
	v.Fail(err)
}

// mark is taken before anything of a page is read.
func (d *Desk) mark() string {
	if d.Mark == nil {
		return ""
	}
	return d.Mark()
}
