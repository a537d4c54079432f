package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// errGone says that the server went away before it answered: nobody knows whether it did the work.
var errGone = errors.New("the server is gone")

// telephone is one call as the operator's browser knows it. A field is filled in when the server
// has acknowledged it; what was sent and not answered is sent again, as it was, after the restart.
type telephone struct {
	key      string
	id, no   string // from the answers to the start
	customer string
	text     string // of the last draft that was acknowledged
	sent     string // of a draft on its way, or text
	rev      int64
	saves    int
	decided  url.Values // the decision on its way
	done     string     // where the acknowledged submit led
	seen     bool       // compared with the database after it was done
}

// alarm is one alert as the monitoring system knows it.
type alarm struct{ key, incident string }

// caller is one person who works through one call after the other.
type caller struct {
	number    int
	operator  string
	customers []string
	calls     []*telephone
	alarms    []*alarm
}

// line is a caller's connection to one life of the server.
type line struct {
	*http.Client
	base, cookie, token string
}

type answered struct {
	status         int
	location, body string
}

// send fails with errGone when there is no whole answer.
func (l *line) send(method, path, kind, body string) (a answered, err error) {
	req, err := http.NewRequest(method, l.base+path, strings.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header.Set("Cookie", l.cookie)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if strings.HasPrefix(path, "/api/") {
		req.Header.Set("Authorization", "Bearer "+l.token)
	}
	res, err := l.Do(req)
	if err != nil {
		return a, errors.Join(errGone, err)
	}
	b, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return a, errors.Join(errGone, err)
	}
	return answered{res.StatusCode, res.Header.Get("Location"), string(b)}, nil
}

func (l *line) post(path string, form url.Values, want int) (answered, error) {
	a, err := l.send(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
	return a, a.must(err, "POST", path, want)
}

func (l *line) get(path string) (answered, error) {
	a, err := l.send(http.MethodGet, path, "", "")
	return a, a.must(err, "GET", path, http.StatusOK)
}

func (a answered) must(err error, method, path string, want int) error {
	if err == nil && a.status != want {
		err = fmt.Errorf("%s %s answered %d to %s, want %d: %.1500s", method, path, a.status, a.location, want, a.body)
	}
	return err
}

// work goes on with the call under way and then takes others, at most so many in this life.
func (c *caller) work(l *line, most int) error {
	if n := len(c.calls); n > 0 && c.calls[n-1].done == "" {
		if err := c.foundAgain(l, c.calls[n-1]); err != nil {
			return err
		}
	}
	for range most {
		if n := len(c.calls); n == 0 || c.calls[n-1].done != "" {
			c.calls = append(c.calls, &telephone{key: uuid.NewString(), customer: c.customers[n%len(c.customers)]})
		}
		if err := c.take(l, c.calls[len(c.calls)-1]); err != nil {
			return err
		}
		if err := c.alert(l); err != nil {
			return err
		}
	}
	return nil
}

// foundAgain opens the desk after a restart: what was acknowledged stands there. A call whose
// submit was on its way may be over, and then the desk leads on.
func (c *caller) foundAgain(l *line, t *telephone) error {
	if t.id == "" {
		return nil
	}
	path := "/inquiries/" + t.id + "/desk"
	a, err := l.send(http.MethodGet, path, "", "")
	if err != nil {
		return err
	}
	if a.status == http.StatusSeeOther && t.decided != nil {
		return nil
	}
	if a.status != http.StatusOK || !strings.Contains(a.body, t.no) || !strings.Contains(a.body, html.EscapeString(t.text)) && !strings.Contains(a.body, html.EscapeString(t.sent)) {
		return fmt.Errorf("GET %s after a restart answered %d without %s and %q", path, a.status, t.no, t.text)
	}
	return nil
}

var receipt = regexp.MustCompile(`INQ-\d{4}-\d{6}`)

// take brings a call from wherever it is to its end.
func (c *caller) take(l *line, t *telephone) error {
	if t.id == "" {
		a, err := l.post("/inquiries", url.Values{"channel": {"phone"}, "key": {t.key}}, http.StatusSeeOther)
		if err != nil {
			return err
		}
		t.id = strings.TrimSuffix(strings.TrimPrefix(a.location, "/inquiries/"), "/desk")
	}
	if t.no == "" {
		a, err := l.get("/inquiries/" + t.id + "/desk")
		if err != nil {
			return err
		}
		t.no = receipt.FindString(a.body)
	}
	for t.saves < 2 {
		if err := c.autosave(l, t); err != nil {
			return err
		}
	}
	return c.decide(l, t)
}

// autosave sends the form as typed so far; the same again when the answer was lost.
func (c *caller) autosave(l *line, t *telephone) error {
	t.sent = fmt.Sprintf("%s 身に覚えのない出金、保存 %d 回目", t.key, t.saves+1)
	a, err := l.post("/inquiries/"+t.id+"/draft", c.form(t), http.StatusOK)
	if err != nil {
		return err
	}
	var said struct {
		Rev int64 `json:"rev"`
	}
	if err := json.Unmarshal([]byte(a.body), &said); err != nil {
		return fmt.Errorf("the answer to a save: %w: %s", err, a.body)
	}
	t.text, t.rev = t.sent, said.Rev
	t.saves++
	return nil
}

// form is what the desk's form sends. Every third call is harmless.
func (c *caller) form(t *telephone) url.Values {
	f := url.Values{"rev": {fmt.Sprint(t.rev)}, "caller_relation": {"self"}, "customer_id": {t.customer}, "what_happened": {t.sent},
		"category": {"fraud_withdrawal"}, "urgency": {"urgent"}, "language": {"ja"}, "lock_asked": {"true"},
		"identity.level": {"1"}, "identity.method": {"name_account"}, "identity.items": {"name_kana", "account_no"}, "identity.result": {"passed"}}
	if c.harmless() {
		f.Set("category", "phishing_received")
		f.Del("lock_asked")
	}
	return f
}

func (c *caller) harmless() bool { return len(c.calls)%3 == 0 }

var joinable = regexp.MustCompile(`value="(join:[0-9a-f-]{36})"`)

// decide saves, chooses where the call belongs and submits. The choice stays the same when the
// answer was lost.
func (c *caller) decide(l *line, t *telephone) error {
	if t.decided == nil {
		if _, err := l.post("/inquiries/"+t.id+"/save", c.form(t), http.StatusSeeOther); err != nil {
			return err
		}
		page, err := l.get("/inquiries/" + t.id + "/decide")
		if err != nil {
			return err
		}
		t.decided = url.Values{"rev": {fmt.Sprint(t.rev)}, "choice": {"open_incident"}, "title": {"不正出金の申告"}, "severity": {"S3"}}
		if m := joinable.FindStringSubmatch(page.body); m != nil && len(c.calls)%3 == 2 {
			t.decided = url.Values{"rev": {fmt.Sprint(t.rev)}, "choice": {m[1]}}
		}
		if c.harmless() {
			t.decided = url.Values{"rev": {fmt.Sprint(t.rev)}, "choice": {"info_only"}}
		}
	}
	a, err := l.post("/inquiries/"+t.id+"/decide", t.decided, http.StatusSeeOther)
	if err != nil {
		return err
	}
	t.done, _, _ = strings.Cut(a.location, "?")
	return nil
}

// alert reports one alert for each call that is over, the same again when the answer was lost.
func (c *caller) alert(l *line) error {
	if n := len(c.alarms); n == 0 || c.alarms[n-1].incident != "" {
		c.alarms = append(c.alarms, &alarm{key: uuid.NewString()})
	}
	m := c.alarms[len(c.alarms)-1]
	kind := []string{"ato_withdrawal", "mass_login", "ato_trade"}[len(c.alarms)%3]
	body, err := json.Marshal(map[string]string{"key": m.key, "kind": kind, "title": "同一IPから多数のログイン", "severity": "S3"})
	if err != nil {
		return err
	}
	a, err := l.send(http.MethodPost, "/api/alerts", "application/json", string(body))
	if err := a.must(err, "POST", "/api/alerts", http.StatusOK); err != nil {
		return err
	}
	var said struct {
		Incident string `json:"incident"`
	}
	if err := json.Unmarshal([]byte(a.body), &said); err != nil || said.Incident == "" {
		return fmt.Errorf("the answer to an alert: %w: %s", err, a.body)
	}
	m.incident = said.Incident
	return nil
}
