// Package api is the JSON interface for programs, described by its own OpenAPI 3.1 document.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"tasuke/cases/alert"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/words"
)

// maxBody of a JSON call is 1 MiB.
const maxBody = 1 << 20

// Deps is what the API works with.
type Deps struct {
	Alerts interface {
		Take(context.Context, actor.Actor, alert.Alert) (alert.Receipt, error)
	}
	// Who finds the program behind a bearer token; fault.Unauthorized when there is none.
	Who   func(ctx context.Context, bearer string) (actor.Actor, error)
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
	a := humagin.NewWithGroup(e, g, c)
	huma.Register(a, huma.Operation{
		OperationID: "take-alert", Method: http.MethodPost, Path: "/api/alerts", Summary: "Open or join an incident, once per key",
		Tags: []string{"alerts"}, MaxBodyBytes: maxBody, DefaultStatus: http.StatusOK,
		Security: []map[string][]string{{"token": {}}}, Middlewares: huma.Middlewares{d.admit(a)},
		Errors: []int{400, 401, 404, 409, 413, 422, 500},
	}, d.take)
	return a
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
func (d Deps) admit(a huma.API) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		bearer, ok := strings.CutPrefix(c.Header("Authorization"), "Bearer ")
		who, err := actor.Actor{}, error(fault.New(fault.Unauthorized, "signin.token.wrong", nil))
		if ok {
			who, err = d.Who(c.Context(), bearer)
		}
		if err == nil {
			err = who.Need(actor.AlertWrite)
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

func write(a huma.API, c huma.Context, p *answer) {
	c.SetHeader("Content-Type", "application/problem+json")
	c.SetStatus(p.status)
	if err := json.NewEncoder(c.BodyWriter()).Encode(p); err != nil {
		slog.WarnContext(c.Context(), "an answer was not sent", "cause", err)
	}
}

// alertInput is the body of POST /api/alerts.
type alertInput struct {
	Body struct {
		Key        string    `json:"key" minLength:"1" maxLength:"200" doc:"The sender's own key; the same key is the same alert"`
		Kind       string    `json:"kind" enum:"ato_withdrawal,ato_trade,mass_login,phishing,own_leak,vendor_leak,other" doc:"Kind of incident 種別"`
		Title      string    `json:"title" minLength:"1" maxLength:"120" doc:"One line without personal data"`
		Severity   string    `json:"severity,omitempty" enum:"S1,S2,S3,S4" default:"S3" doc:"Severity 重大度"`
		DetectedAt time.Time `json:"detected_at,omitempty" doc:"When monitoring noticed, RFC 3339 with offset; left out: now"`
		Summary    string    `json:"summary,omitempty" maxLength:"4000" doc:"What was seen; stored encrypted"`
		Incident   string    `json:"incident,omitempty" maxLength:"20" doc:"Number of an open incident to join, e.g. INC-2026-0007"`
	}
}

type alertOutput struct {
	Body struct {
		Incident string `json:"incident" doc:"Number of the incident"`
		Joined   bool   `json:"joined" doc:"true: joined an open incident; false: opened it"`
		Repeated bool   `json:"repeated" doc:"true: this key was taken before; nothing was changed"`
	}
}

func (d Deps) take(ctx context.Context, in *alertInput) (*alertOutput, error) {
	b := in.Body
	for _, s := range []string{b.Key, b.Title, b.Summary, b.Incident} {
		if strings.ContainsRune(s, 0) {
			return nil, problem(ctx, fault.New(fault.Invalid, "form.not_text", nil))
		}
	}
	r, err := d.Alerts.Take(ctx, actor.From(ctx), alert.Alert{Key: b.Key, Kind: b.Kind, Title: b.Title, Severity: b.Severity,
		Detected: db.At(b.DetectedAt), Summary: b.Summary, Incident: b.Incident})
	if err != nil {
		return nil, problem(ctx, err)
	}
	out := &alertOutput{}
	out.Body.Incident, out.Body.Joined, out.Body.Repeated = r.IncidentNo, r.Joined, r.Repeated
	return out, nil
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
	a := &answer{status: status, Title: http.StatusText(status), Status: status, Key: f.Key, Fields: map[string]string{}}
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
