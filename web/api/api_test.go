package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"tasuke/cases/alert"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/web/api"
	"tasuke/web/words"
)

// room answers every alert in the same way. How alerts are kept is tested with the room itself,
// and the whole way over HTTP with the product; here it is how a fault becomes an answer.
type room struct{ err error }

func (r room) Take(context.Context, actor.Actor, alert.Alert) (alert.Receipt, error) {
	return alert.Receipt{IncidentNo: "INC-2026-0001"}, r.err
}

// door knows one token with the scope, "good", and one without, "bare".
func door(_ context.Context, bearer string) (actor.Actor, error) {
	switch bearer {
	case "good":
		return actor.Actor{ID: "token:1", Kind: actor.Token, Scopes: []actor.Permission{actor.AlertWrite}}, nil
	case "bare":
		return actor.Actor{ID: "token:2", Kind: actor.Token}, nil
	}
	return actor.Actor{}, fault.New(fault.Unauthorized, "signin.token.wrong", nil)
}

type answer struct {
	Title, Detail, Key string
	Status             int
	Fields             map[string]string
}

func send(t *testing.T, err error, token, lang, body string) (*httptest.ResponseRecorder, answer) {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	book, bad := words.Load()
	if bad != nil {
		t.Fatal(bad)
	}
	e := gin.New()
	api.Register(e, api.Deps{Alerts: room{err}, Who: door, Words: book})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/alerts", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	var a answer
	if bad := json.Unmarshal(w.Body.Bytes(), &a); bad != nil {
		t.Fatalf("no JSON: %v: %.200s", bad, w.Body)
	}
	return w, a
}

const good = `{"key":"a","kind":"other","title":"t"}`

func TestAFaultBecomesAnAnswer(t *testing.T) {
	for name, tt := range map[string]struct {
		err    error
		status int
		key    string
	}{
		"what is wrong in the input":     {fault.Field("kind", "form.choice"), 422, "form.invalid"},
		"what a rule refuses":            {fault.New(fault.Refused, "actor.four_eyes", nil), 422, "actor.four_eyes"},
		"what does not exist":            {fault.New(fault.NotFound, "row.none", nil), 404, "row.none"},
		"what one may not know of":       {fault.New(fault.Forbidden, "row.none", nil), 404, "row.none"},
		"what somebody else did first":   {fault.New(fault.Conflict, "alert.key_reused", map[string]any{"No": "INC-2026-0007"}), 409, "alert.key_reused"},
		"what is our own fault":          {fault.New(fault.Internal, "row.none", nil), 500, "failed.internal"},
		"what is no fault but a failure": {errors.New("disk I/O error on /var/lib/secret.db"), 500, "failed.internal"},
	} {
		t.Run(name, func(t *testing.T) {
			w, a := send(t, tt.err, "good", "en", good)
			if w.Code != tt.status || a.Status != tt.status || a.Key != tt.key || a.Detail == "" || strings.Contains(w.Body.String(), "secret.db") {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("it comes as %s", got)
			}
		})
	}
}

func TestAFieldsFaultIsASentence(t *testing.T) {
	for lang, want := range map[string]string{"en": "Choose one", "ja": "選"} {
		if _, a := send(t, fault.Field("kind", "form.choice"), "good", lang, good); !strings.Contains(a.Fields["kind"], want) {
			t.Errorf("%s: %v", lang, a.Fields)
		}
	}
}

func TestATokenWithoutTheScopeKnowsOfNothing(t *testing.T) {
	w, a := send(t, nil, "bare", "en", good)
	if w.Code != http.StatusNotFound || a.Detail == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAnUnknownTokenIsToldToAuthenticate(t *testing.T) {
	w, a := send(t, nil, "stolen", "en", "not even JSON")
	if w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") != "Bearer" || a.Key != "signin.token.wrong" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestAnAcceptedAlertNamesItsIncident(t *testing.T) {
	if w, _ := send(t, nil, "good", "en", good); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"incident":"INC-2026-0001"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
