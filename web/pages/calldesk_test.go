package pages_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"tasuke/contacts/inquiry"
	"tasuke/internal/signin"
	"tasuke/web/pages"
	"tasuke/web/words"
)

// call is a house with the call desk, in which an operator has typed a draft.
type call struct {
	*house
	id string
}

func newCall(t *testing.T, h *house) call {
	t.Helper()
	book, err := words.Load()
	must(t, err)
	e := gin.New()
	desk := &pages.Desk{Words: book, Clock: func() time.Time { return h.d.Now().Time() }, Sessions: signin.NewSessions(h.d, signin.SessionOptions{Insecure: true}),
		Who: func(ctx context.Context) (pages.Person, bool, error) {
			login, _ := ctx.Value(visitor{}).(string)
			a, ok := h.who(login)
			return pages.Person{Actor: a, Lang: "ja"}, ok, nil
		}}
	desk.On(e)
	(&pages.CallDesk{Inquiries: h.inquiries, Customers: h.customers, DB: h.d}).Register(desk)
	(&pages.Inquiries{Filters: h.filters, Inquiries: h.inquiries, Customers: h.customers, DB: h.d}).Register(desk)
	h.handler = desk.Sessions.LoadAndSave(e)
	op, _ := h.who("operator")
	q, err := h.inquiries.Start(t.Context(), op, inquiry.Phone, "key-of-this-call")
	must(t, err)
	return call{h, q.ID}
}

func (c call) rev() string {
	c.t.Helper()
	op, _ := c.who("operator")
	rec, err := c.inquiries.Get(c.t.Context(), op, c.id)
	must(c.t, err)
	return strconv.FormatInt(rec.Rev, 10)
}

// send posts the desk's form as typed, changed by with.
func (c call) send(to string, with url.Values) answer {
	c.t.Helper()
	form := url.Values{"rev": {c.rev()}, "category": {"fraud_trade"}, "what_happened": {"株が\n売られた"}, "customer_id": {c.customer},
		"caller_relation": {"self"}, "callback_phone": {"090-8888-7777"}, "identity.level": {"0"}, "identity.failed_attempts": {"2"}}
	for k, v := range with {
		form[k] = v
	}
	return c.post("operator", "/inquiries/"+c.id+to, form)
}

func TestTheCallDeskLosesNothing(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a number that is none is named, and all that was typed stands on the page": func(t *testing.T, h *house) {
			c := newCall(t, h)
			c.send("/draft", nil).says(http.StatusOK)
			for _, field := range []string{"identity.failed_attempts", "identity.level"} {
				c.send("/draft", url.Values{field: {"1.5"}}).says(http.StatusUnprocessableEntity, "数")
				c.send("/save", url.Values{field: {"1.5"}, "caller_name": {"山田一郎"}}).says(http.StatusUnprocessableEntity,
					`id="w-`+field+`"`, "売られた", "山田一郎", "090-8888-7777", `max="99" value="2"`)
			}
		},
		"a form that cannot be read is answered with the draft as it is kept": func(t *testing.T, h *house) {
			c := newCall(t, h)
			c.send("/draft", nil).says(http.StatusOK)
			for field, value := range map[string]string{"rev": "x", "lock_asked": "perhaps"} {
				c.send("/save", url.Values{field: {value}}).says(http.StatusUnprocessableEntity, "売られた", "090-8888-7777", `name="rev" value="`+c.rev()+`"`)
			}
		},
		"lines that end as forms end them are the same draft": func(t *testing.T, h *house) {
			c := newCall(t, h)
			old := c.rev()
			c.send("/draft", nil).says(http.StatusOK)
			c.send("/draft", url.Values{"rev": {old}, "what_happened": {"株が\r\n売られた"}}).says(http.StatusOK, `"rev":`+c.rev())
		},
		"an inquiry that waits for a call-back gets its case": func(t *testing.T, h *house) {
			c := newCall(t, h)
			due := url.Values{"promise_text": {"折り返す"}, "next_contact_due": {"2026-11-05T10:00"}}
			c.send("/save", due).leadsTo("/inquiries/" + c.id + "/decide")
			c.post("operator", "/inquiries/"+c.id+"/decide", url.Values{"rev": {c.rev()}, "choice": {"callback"}}).leadsTo("/inquiries/" + c.id)
			c.get("operator", "/inquiries/"+c.id).says(http.StatusOK, "/inquiries/"+c.id+"/decide")
			c.get("operator", "/inquiries/"+c.id+"/decide").says(http.StatusOK, `name="again"`).lacks(`value="callback"`)
			form := url.Values{"rev": {c.rev()}, "again": {"true"}, "choice": {"open_incident"}, "severity": {"S3"}}
			to := c.post("operator", "/inquiries/"+c.id+"/decide", form).leadsTo("/cases/")
			if twice := c.post("operator", "/inquiries/"+c.id+"/decide", form).leadsTo("/cases/"); twice != to {
				t.Fatal(twice, to)
			}
			c.get("operator", "/inquiries/"+c.id+"/decide").leadsTo("/inquiries/" + c.id)
			c.get("operator", "/inquiries/"+c.id).lacks("/inquiries/" + c.id + "/decide")
		},
	})
}

func TestATelephoneNumberStandsInNoAddress(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"the search posts, and only for who may look for customers": func(t *testing.T, h *house) {
			c := newCall(t, h)
			c.send("/draft", nil).says(http.StatusOK)
			no := "INQ-2026-000001"
			c.post("operator", "/inquiries/find", url.Values{"q": {"8888"}}).says(http.StatusOK, no).lacks("q=")
			c.post("operator", "/inquiries/find", url.Values{"q": {"88"}}).says(http.StatusUnprocessableEntity)
			c.post("operator", "/inquiries/find", url.Values{"q": {no}}).leadsTo("/inquiries/" + c.id)
			c.post("operator", "/inquiries/find", url.Values{"state": {"draft"}}).leadsTo("/inquiries?state=draft")
			c.get("operator", "/inquiries?q=9999").says(http.StatusOK, no, `action="/inquiries/find"`)
			c.get("legal", "/inquiries").says(http.StatusOK, no).lacks(`id="f-q"`, "/inquiries/find")
			c.post("legal", "/inquiries/find", url.Values{"q": {"8888"}}).says(http.StatusNotFound).lacks(no)
		},
		"pages of the list keep the filter": func(t *testing.T, h *house) {
			c := newCall(t, h)
			op, _ := c.who("operator")
			for i := range 51 {
				_, err := c.inquiries.Start(t.Context(), op, inquiry.Phone, "key "+strconv.Itoa(i))
				must(t, err)
			}
			page := c.get("operator", "/inquiries?state=draft&q=9999").says(http.StatusOK, "state=draft").Body.String()
			if !strings.Contains(page, "after=") || strings.Contains(page, "9999") {
				t.Fatal("the next page has no cursor, or a query")
			}
		},
	})
}
