package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"tasuke/internal/actor"
	"tasuke/internal/signin"
)

// program is a token with these scopes.
func (m *monitor) program(scopes ...actor.Permission) {
	m.t.Helper()
	var err error
	m.token, err = m.h.accounts.CreateToken(m.t.Context(), m.h.firm.who["admin"], "program", signin.Scopes(scopes), time.Now().Add(time.Hour))
	must(m.t, err)
}

// reading is every call of the description that changes nothing, with an id that exists.
func (m *monitor) reading(each func(path string, o *openapi3.Operation)) {
	m.t.Helper()
	for path, item := range m.doc.Paths.Map() {
		if item.Get == nil {
			continue
		}
		at := strings.NewReplacer("{no}", m.firstNo("/api/inquiries"), "{id}", m.first(strings.Split(path, "/{id}")[0])).Replace(path)
		each(at, item.Get)
	}
}

func (m *monitor) first(listPath string) string {
	m.t.Helper()
	if strings.Contains(listPath, "{") || !m.isList(listPath) {
		return ""
	}
	if s := m.call(http.MethodGet, listPath, "", ""); len(s.Items) > 0 {
		return s.Items[0].ID
	}
	return "none"
}

func (m *monitor) firstNo(listPath string) string {
	m.t.Helper()
	if s := m.call(http.MethodGet, listPath, "", ""); len(s.Items) > 0 {
		return s.Items[0].No
	}
	return "none"
}

func (m *monitor) isList(path string) bool {
	item := m.doc.Paths.Find(path)
	return item != nil && item.Get != nil
}

// ofACustomer finds a name or a telephone; an id may have the digits of one inside.
var ofACustomer = regexp.MustCompile(`タカハシ|高橋|[^0-9a-f-]0[789]0-`)

func TestEveryRecordIsReadAsTheDescriptionSays(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		h.t = t
		m := h.monitor(t, "ja")
		m.program(signin.TokenScopes()...)
		read := 0
		m.reading(func(path string, _ *openapi3.Operation) {
			s := m.call(http.MethodGet, path, "", "")
			if s.status != http.StatusOK {
				t.Errorf("%s: %d %s", path, s.status, s.Detail)
			}
			if strings.Count(path, "/") == 3 && !strings.HasSuffix(path, "/hits") && s.header.Get("ETag") == "" {
				t.Errorf("%s has no revision", path)
			}
			if strings.Count(path, "/") == 2 && len(s.Items) == 0 {
				t.Errorf("%s is empty: nothing was checked", path)
			}
			if shown := ofACustomer.FindString(s.body); shown != "" {
				t.Errorf("%s shows %s of a customer", path, shown)
			}
			read++
		})
		if read < 13 {
			t.Errorf("%d calls were read", read)
		}
	})
}

func TestATokenReadsWhatItsScopesSayAndNothingElse(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "", options{})
	m := h.monitor(t, "en")
	m.program(signin.TokenScopes()...)
	calls := map[string]actor.Permission{}
	m.reading(func(path string, o *openapi3.Operation) {
		calls[path] = actor.Permission((*o.Security)[0]["token"][0])
	})
	for path, need := range calls {
		m.program(slices.DeleteFunc(signin.TokenScopes(), func(p actor.Permission) bool { return p == need })...)
		if s := m.call(http.MethodGet, path, "", ""); s.status != http.StatusNotFound {
			t.Errorf("%s without %s: %d", path, need, s.status)
		}
		m.token = ""
		if s := m.call(http.MethodGet, path, "", ""); s.status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d", path, s.status)
		}
	}
}

func TestAQuestionThatIsWrongIsRefusedClearly(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		h.t = t
		m := h.monitor(t, "en")
		m.program(signin.TokenScopes()...)
		for path, want := range map[string]int{
			"/api/incidents?limit=0": 422, "/api/incidents?limit=201": 422, "/api/incidents?limit=x": 422, "/api/incidents?kind=fire": 422,
			"/api/incidents?after=%00": 422, "/api/incidents?after=x": 422, "/api/cases?incident=%00": 422, "/api/cases?state=%ff": 422,
			"/api/tasks?role=king": 422, "/api/tasks?state=gone": 422, "/api/tasks?incident=" + url.QueryEscape("' or 1=1 --"): 404,
			"/api/inquiries?after=%21": 422, "/api/inquiries/INQ-1": 404, "/api/incidents/" + strings.Repeat("x", 65): 422,
			"/api/incidents/none": 404, "/api/cases/none": 404, "/api/filings/none": 404, "/api/cases/a%00b": 422,
		} {
			if s := m.call(http.MethodGet, path, "", ""); s.status != want || s.Detail == "" {
				t.Errorf("%s: %d %q, want %d", path, s.status, s.Detail, want)
			}
		}
	})
}

func TestPagesOfAListMeetWithoutGapOrDouble(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		h.t = t
		m := h.monitor(t, "en")
		m.program(signin.TokenScopes()...)
		for _, path := range []string{"/api/incidents", "/api/cases", "/api/inquiries", "/api/tasks", "/api/filings", "/api/sweeps", "/api/indicators",
			"/api/sweeps/" + h.firm.sweep + "/hits"} {
			var whole, parts []string
			for _, i := range m.call(http.MethodGet, path+"?limit=200", "", "").Items {
				whole = append(whole, i.ID)
			}
			for next, n := "", 0; n == 0 || next != ""; n++ {
				s := m.call(http.MethodGet, path+"?limit=1&after="+url.QueryEscape(next), "", "")
				next = s.Next
				for _, i := range s.Items {
					parts = append(parts, i.ID)
				}
			}
			if len(whole) == 0 || !slices.Equal(whole, parts) {
				t.Errorf("%s: %d in one, %d in parts", path, len(whole), len(parts))
			}
		}
	})
}

func TestAnEditOfTheAPIThatLostARaceShowsTheRecordAsItIs(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		h.t = t
		m := h.monitor(t, "en")
		m.program(signin.TokenScopes()...)
		for path, body := range map[string]string{
			"/api/incidents/" + h.firm.incident: `{"severity":"S1"}`, "/api/cases/" + h.firm.caseID: `{"assignee":"` + h.firm.who["fraud"].ID + `"}`,
		} {
			tag := m.call(http.MethodGet, path, "", "").header.Get("ETag")
			for _, wrong := range []string{"*", "5", `"x"`} {
				if s := m.call(http.MethodPatch, path, body, wrong); s.status != 422 {
					t.Errorf("%s with If-Match %s: %d", path, wrong, s.status)
				}
			}
			if s := m.call(http.MethodPatch, path, body, ""); s.status != 422 {
				t.Errorf("%s without If-Match: %d", path, s.status)
			}
			for field, at := range map[string]string{"assignee": "/api/cases/", "commander": "/api/incidents/"} {
				if !strings.HasPrefix(path, at) {
					continue
				}
				if s := m.call(http.MethodPatch, path, `{"`+field+`":"nobody-of-this-firm"}`, tag); s.status != 422 || s.Fields[field] == "" {
					t.Errorf("%s was given to an account that there is none of: %d %s", path, s.status, s.body)
				}
			}
			done := m.call(http.MethodPatch, path, body, tag)
			if done.status != http.StatusOK || done.header.Get("ETag") == tag {
				t.Errorf("%s: %d %s", path, done.status, done.body)
			}
			late := m.call(http.MethodPatch, path, body, tag)
			if late.status != http.StatusConflict || late.Key != "row.stale" || strconv.Quote(strconv.FormatInt(late.Current.Rev, 10)) != done.header.Get("ETag") {
				t.Errorf("%s, late: %d %s", path, late.status, late.body)
			}
		}
		if i := m.call(http.MethodGet, "/api/incidents/"+h.firm.incident, "", ""); !strings.Contains(i.body, `"severity":"S1"`) || !strings.Contains(i.body, "出金先の変更を伴う不正出金") {
			t.Errorf("what was given changed and nothing else: %s", i.body)
		}
	})
}

func TestAPeersFeedProposesIndicatorsAndActivatesNone(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		h.t = t
		m := h.monitor(t, "en")
		m.program(actor.SweepRead, actor.SweepWrite)
		body := `{"incident":"` + h.firm.second + `","text":"seen from 45[.]83.64.1 and 192.168.1.1","source":"isac","tlp":"amber"}`
		for range 2 {
			s := m.call(http.MethodPost, "/api/indicators", body, "")
			if s.status != http.StatusOK || !strings.Contains(s.body, `"refused":[{"line":1,"reason":"sweep.indicator.private"}]`) {
				t.Fatalf("%d %s", s.status, s.body)
			}
		}
		all := m.call(http.MethodGet, "/api/indicators?incident="+h.firm.second, "", "")
		if len(all.Items) != 1 || !strings.Contains(all.body, `"status":"proposed"`) || !strings.Contains(all.body, "45.83.64.1") {
			t.Errorf("%s", all.body)
		}
		for text, want := range map[string]int{`{"incident":"none","text":"45.83.64.2","source":"isac","tlp":"amber"}`: 404,
			`{"incident":"` + h.firm.second + `","text":"nothing here","source":"isac","tlp":"amber"}`: 422,
			`{"incident":"` + h.firm.second + `","text":"45.83.64.2","source":"me","tlp":"amber"}`:     422} {
			if s := m.call(http.MethodPost, "/api/indicators", text, ""); s.status != want {
				t.Errorf("%s: %d %s", text, s.status, s.body)
			}
		}
	})
}
