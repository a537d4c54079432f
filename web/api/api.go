// Package api is the JSON interface for programs, described by its own OpenAPI 3.1 document.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/web/words"
)

// maxBody of a JSON call is 1 MiB.
const maxBody = 1 << 20

// Deps is what the API works with.
type Deps struct {
	Alerts    Alerts
	Incidents Incidents
	Cases     Cases
	Inquiries Inquiries
	Tasks     Tasks
	Filings   Filings
	Sweeps    Sweeps
	// Who finds the program behind a bearer token; fault.Unauthorized when there is none.
	Who func(ctx context.Context, bearer string) (actor.Actor, error)
	// Able reports whether an account is somebody's who works here and has the permission: work given to
	// anybody else would be in nobody's list.
	Able  func(ctx context.Context, id string, need actor.Permission) (bool, error)
	Words *words.Book
}

// errorsOnce sets huma's one hook for its own errors, which is a variable of that library.
var errorsOnce sync.Once

// invalid puts huma's findings (missing fields, wrong types, too long, not JSON) into our form
// and the reader's language.
func invalid(c huma.Context, status int, _ string, errs ...error) huma.StatusError {
	kind, key := fault.Invalid, "api.malformed"
	if status == http.StatusRequestEntityTooLarge {
		kind, key = fault.TooLarge, "form.too_large"
	}
	fields := map[string]string{}
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			field, key := finding(*d)
			fields[field] = key
		}
	}
	a := problem(c.Context(), &fault.Error{Kind: kind, Key: key, Fields: fields})
	a.status, a.Status, a.Title = status, status, http.StatusText(status)
	return a
}

// findings are the beginnings of what huma says of a value, with our key for each.
var findings = []struct{ begins, key string }{
	{"expected required property", "form.required"}, {"expected length >=", "form.required"}, {"expected length <=", "form.too_long"},
	{"expected value to be one of", "form.choice"}, {"unexpected property", "api.unknown_field"}, {"expected string to be RFC 3339", "api.time"},
}

// finding gives the field as the caller wrote it, without "body.", and the key of its sentence.
func finding(d huma.ErrorDetail) (field, key string) {
	field, key = strings.TrimPrefix(d.Location, "body."), "api.value"
	for _, f := range findings {
		rest, ok := strings.CutPrefix(d.Message, f.begins)
		if !ok {
			continue
		}
		if name, missing := strings.CutSuffix(rest, " to be present"); missing {
			field = strings.TrimPrefix(strings.TrimPrefix(field, "body")+"."+strings.TrimSpace(name), ".")
		}
		return field, f.key
	}
	return field, key
}

// Register puts the API on the engine and gives its description.
func Register(e *gin.Engine, d Deps) huma.API {
	errorsOnce.Do(func() {
		huma.NewErrorWithContext = invalid
		huma.NewError = func(int, string, ...error) huma.StatusError { return &answer{} } // the shape of errors in the description
	})
	c := huma.DefaultConfig("tasuke", "1")
	c.Info.Description = "Case tracker for unauthorized-access incidents at online brokers."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/api/openapi", "", ""
	c.CreateHooks = nil // no $schema link in answers: it would echo the Host header
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	g := e.Group("/", d.speaks)
	b := board{humagin.NewWithGroup(e, g, c), d}
	for _, register := range []func(board){alerts, incidents, victims, inquiries, tasks, filings, sweeps} {
		register(b)
	}
	return b.API
}

// board is the API with what it works with; each kind of record registers its operations on it.
type board struct {
	huma.API
	Deps
}

// operation registers one call: what it is, the permission a token needs, and who answers it.
func operation[I, O any](b board, o huma.Operation, need actor.Permission, answer func(context.Context, *I) (*O, error)) {
	o.DefaultStatus, o.Security, o.Middlewares = http.StatusOK, []map[string][]string{{"token": {string(need)}}}, huma.Middlewares{b.admit(b.API, need)}
	o.Errors = []int{400, 401, 404, 422, 500}
	if o.Method != http.MethodGet {
		o.MaxBodyBytes, o.Errors = maxBody, []int{400, 401, 404, 409, 413, 422, 500}
	}
	o.Description += " Needs the scope " + string(need) + "."
	huma.Register(b.API, o, func(ctx context.Context, in *I) (*O, error) {
		out, err := answer(ctx, in)
		if err != nil {
			return nil, problem(ctx, err)
		}
		return out, nil
	})
}

// able refuses to give work to an account that cannot do it; empty is nobody.
func (b board) able(ctx context.Context, field, id string, need actor.Permission) error {
	if id == "" {
		return nil
	}
	ok, err := b.Able(ctx, id, need)
	if err == nil && !ok {
		return fault.Field(field, "form.choice")
	}
	return err
}

type callKey struct{}

// call is what is known of a request before its handler runs.
type call struct{ words words.Words }

// speaks picks the language of the answer's sentences.
func (d Deps) speaks(c *gin.Context) {
	w := d.Words.In(words.Match(c.GetHeader("Accept-Language")))
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), callKey{}, call{w}))
}

// admit asks for the token before the body is read.
func (d Deps) admit(a huma.API, need actor.Permission) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		bearer, ok := strings.CutPrefix(c.Header("Authorization"), "Bearer ")
		who, err := actor.Actor{}, error(fault.New(fault.Unauthorized, "signin.token.wrong", nil))
		if ok {
			who, err = d.Who(c.Context(), bearer)
		}
		if err == nil {
			err = who.Need(need)
		}
		if u := c.URL(); err == nil {
			err = written(u)
		}
		if err != nil {
			p := problem(c.Context(), err)
			if p.status == http.StatusUnauthorized {
				c.SetHeader("WWW-Authenticate", "Bearer")
			}
			write(a, c, p)
			return
		}
		next(huma.WithContext(c, actor.With(c.Context(), who)))
	}
}

// written refuses an address with bytes that no database keeps alike.
func written(u url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return fault.Wrap(fault.Invalid, "form.not_text", nil, err)
	}
	for _, s := range append(slices.Concat(slices.Collect(maps.Values(query))...), u.Path) {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return fault.New(fault.Invalid, "form.not_text", nil)
		}
	}
	return nil
}

func write(a huma.API, c huma.Context, p *answer) {
	c.SetHeader("Content-Type", "application/problem+json")
	c.SetStatus(p.status)
	if err := json.NewEncoder(c.BodyWriter()).Encode(p); err != nil {
		slog.WarnContext(c.Context(), "an answer was not sent", "cause", err)
	}
}

// answer is an error as RFC 9457 problem details, with the reader's sentences and the message
// key, which does not change with the language.
type answer struct {
	status int
	Title  string            `json:"title" doc:"The HTTP status in words"`
	Status int               `json:"status" doc:"The HTTP status"`
	Detail string            `json:"detail" doc:"What happened, what was kept and what to do, in the language of Accept-Language"`
	Key    string            `json:"key" doc:"Key of the sentence, the same in every language"`
	Fields map[string]string `json:"fields,omitempty" doc:"Field and what is wrong with it"`
	// Current is the record as it now is, of an edit that lost a race.
	Current any `json:"current,omitempty" doc:"With 409: the record as it now is, as its GET gives it"`
}

// Error is the detail.
func (a *answer) Error() string { return a.Detail }

// GetStatus is the HTTP status.
func (a *answer) GetStatus() int { return a.status }

// ContentType is that of problem details.
func (a *answer) ContentType(string) string { return "application/problem+json" }

func problem(ctx context.Context, err error) *answer {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind == fault.Internal {
		slog.ErrorContext(ctx, "api call failed", "cause", err)
		f = fault.New(fault.Internal, "failed.internal", nil)
	}
	status := statuses[f.Kind]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	a := &answer{status: status, Title: http.StatusText(status), Status: status, Key: f.Key, Fields: map[string]string{}, Current: shown(f.Current)}
	if c, ok := ctx.Value(callKey{}).(call); ok {
		a.Detail = c.words.Fault(f)
		for field, key := range f.Fields {
			a.Fields[field] = c.words.T(key)
		}
	}
	return a
}

var statuses = map[fault.Kind]int{
	fault.Invalid: 422, fault.Refused: 422, fault.NotFound: 404, fault.Forbidden: 404, fault.Conflict: 409,
	fault.TooLarge: 413, fault.Unauthorized: 401, fault.TooMany: 429,
}
