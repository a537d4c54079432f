package pages_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/cases/remedy"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/signin"
	"tasuke/internal/vault/vaulttest"
	"tasuke/web/pages"
	"tasuke/web/words"
)

// till is the screens of losses over the house's case, with those who count and approve money.
type till struct {
	*house
	remedies *remedy.Store
}

func newTill(t *testing.T, h *house) *till {
	t.Helper()
	book, err := remedy.Standard()
	must(t, err)
	x := &till{house: h}
	x.remedies, err = remedy.NewStore(h.d, vaulttest.New(t), book, remedy.Options{
		Case: func(ctx context.Context, tx *db.Tx, id string) (remedy.CaseInfo, error) {
			c, err := h.cases.Get(ctx, tx, id)
			return remedy.CaseInfo{ID: c.ID, No: c.No, IncidentID: c.IncidentID, CustomerID: "of-the-till", CustomerRef: "H1", Pattern: remedy.Withdrawal,
				Confirmed: c.State == cases.Confirmed}, err
		},
		TouchCase: h.cases.Touch, Touch: h.incidents.Touch, Enter: h.incidents.Enter,
		Tell: func(ctx context.Context, tx *db.Tx, by actor.Actor, l remedy.StoryLine) error {
			return h.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: l.IncidentID, CaseID: l.CaseID, Kind: l.Kind, Args: l.Args})
		},
		Render: func(l remedy.Letter) ([]byte, error) {
			return fmt.Appendf(nil, "%%PDF %s %d", l.No, l.Calculation.OfferYen), nil
		},
		Firm: remedy.Firm{Name: "たすけ証券"},
	})
	must(t, err)
	accounts := signin.New(h.d, signin.Options{})
	for login, r := range map[string]actor.Role{"care": actor.Remediation, "lawyer": actor.Legal, "exec": actor.Executive} {
		a, _, err := accounts.Create(t.Context(), actor.System("test"), signin.NewAccount{Login: login, Name: "人 " + login, Roles: signin.Roles{r}})
		must(t, err)
		h.people[login] = a
	}
	must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE victim_case SET state = 'confirmed' WHERE id = ?`, h.open.ID)
		return err
	}))
	x.doors()
	return x
}

func (x *till) doors() {
	book, err := words.Load()
	must(x.t, err)
	e := gin.New()
	desk := &pages.Desk{Words: book, Clock: x.clock.Now, Sessions: signin.NewSessions(x.d, signin.SessionOptions{Insecure: true}),
		Who: func(ctx context.Context) (pages.Person, bool, error) {
			login, _ := ctx.Value(visitor{}).(string)
			a, ok := x.who(login)
			return pages.Person{Actor: a, Lang: "ja"}, ok, nil
		}}
	desk.On(e)
	(&pages.Remedies{DB: x.d, Remedies: x.remedies, Incidents: x.incidents}).Register(desk)
	(&pages.CaseRemedy{DB: x.d, Remedies: x.remedies, Incidents: x.incidents}).Register(desk)
	x.handler = desk.Sessions.LoadAndSave(e)
}

func (x *till) sheet() remedy.CaseSheet {
	x.t.Helper()
	by, _ := x.who("care")
	sh, err := x.remedies.OfCase(x.t.Context(), by, x.open.ID, "")
	must(x.t, err)
	return sh
}

func (x *till) rev() string { return fmt.Sprint(x.sheet().Assessment.Rev) }

func TestLossesAndCompensationOnTheScreen(t *testing.T) {
	rows := "出金,2026-11-01 09:00,PO-1,,,,,\"1,200,000\",330,0,覚えなし,不正"
	each(t, map[string]func(*testing.T, *house){
		"rows that are rejected come back with what is wrong, and none is kept": func(t *testing.T, h *house) {
			x := newTill(t, h)
			path := "/cases/" + h.open.ID + "/remedy"
			a := x.post("care", path+"/paste", url.Values{"text": {rows + "\n送金,きのう,PO-2,,,,,5"}, "go": {"add"}})
			a.says(http.StatusUnprocessableEntity, "送金,きのう", "受け付けられません", "1,200,000円")
			if n := len(x.sheet().Transactions); n != 0 {
				t.Errorf("%d transactions were kept", n)
			}
			x.post("care", path+"/paste", url.Values{"text": {rows}, "go": {"preview"}}).says(http.StatusOK, "記録できます")
			x.post("care", path+"/paste", url.Values{"text": {rows}, "go": {"add"}}).leadsTo(path)
		},
		"from pasted rows to a letter and an agreement": func(t *testing.T, h *house) {
			x := newTill(t, h)
			path := "/cases/" + h.open.ID + "/remedy"
			x.post("care", path+"/paste", url.Values{"text": {rows}, "go": {"add"}}).leadsTo(path)
			x.post("care", path+"/moves", url.Values{"rev": {x.rev()}, "event": {"facts_established"}}).leadsTo(path)
			x.post("care", path+"/calculate", url.Values{"rev": {x.rev()}, "factor": {"N2"}, "rate": {"８０"}}).says(http.StatusUnprocessableEntity, "根拠を記入", "８０")
			x.post("care", path+"/calculate", url.Values{"rev": {x.rev()}, "factor": {"N0"}}).leadsTo("/remedies/")
			one := "/remedies/" + x.sheet().Assessment.ID
			x.get("lawyer", one).says(http.StatusOK, "1,200,330円", "1,200,000円 × 100%")
			x.post("lawyer", one+"/check", url.Values{"rev": {x.rev()}, "total": {"1,200,000"}}).says(http.StatusUnprocessableEntity, "一致しません", `value="1,200,000"`)
			x.post("lawyer", one+"/check", url.Values{"rev": {x.rev()}, "total": {"１，２００，３３０円"}}).leadsTo(one)
			x.post("exec", one+"/moves", url.Values{"rev": {"1"}, "event": {"approval_given"}, "reason": {"個別の事情"}}).says(http.StatusConflict, "個別の事情")
			x.post("exec", one+"/moves", url.Values{"rev": {x.rev()}, "event": {"approval_given"}, "reason": {"個別の事情"}}).leadsTo(one)
			x.post("care", one+"/offer", url.Values{"rev": {x.rev()}, "valid_until": {"2026-11-04"}}).says(http.StatusUnprocessableEntity, `value="2026-11-04"`)
			x.post("care", one+"/offer", url.Values{"rev": {x.rev()}, "valid_until": {"2026-12-04"}}).leadsTo(one)
			x.get("exec", one+"/offer.pdf").says(http.StatusOK, "%PDF RMD-2026-0001 1200330")
			x.post("care", one+"/answer", url.Values{"rev": {x.rev()}, "event": {"offer_accepted"}, "at": {"2026-11-04T10:00"}}).leadsTo(one)
			x.get("lawyer", "/remedies?incident="+h.incident.ID).says(http.StatusOK, "合意", "1,200,330円")
		},
		"a verdict on a row that somebody corrected meanwhile is a conflict": func(t *testing.T, h *house) {
			x := newTill(t, h)
			path := "/cases/" + h.open.ID + "/remedy"
			x.post("care", path+"/paste", url.Values{"text": {rows}, "go": {"add"}}).leadsTo(path)
			id := x.sheet().Transactions[0].ID
			x.get("care", path+"?txn="+id).says(http.StatusOK, "PO-1 の訂正と履歴")
			correction := url.Values{"txn": {id}, "revision": {"1"}, "kind": {"withdrawal"}, "occurred_at": {"2026-11-01T09:00"}, "external_id": {"PO-1"}, "gross_yen": {"1,100,000"}, "claim": {"not_mine"}, "verdict": {"fraud"}}
			x.post("care", path+"/correct", correction).says(http.StatusUnprocessableEntity, "1,100,000")
			correction.Set("reason", "通帳と照合")
			x.post("care", path+"/correct", correction).leadsTo(path)
			x.post("care", path+"/verdicts", url.Values{"txn": {id}, "revision": {"1"}, "claim": {"own"}, "verdict": {"own"}}).says(http.StatusConflict, "PO-1")
			x.post("care", path+"/verdicts", url.Values{"txn": {id}, "revision": {"2", "3"}}).says(http.StatusUnprocessableEntity, "PO-1")
		},
		"who may not see losses finds nothing": func(t *testing.T, h *house) {
			x := newTill(t, h)
			for _, path := range []string{"/remedies", "/cases/" + h.open.ID + "/remedy"} {
				x.get("operator", path).says(http.StatusNotFound, "")
			}
			if a := x.get("care", "/remedies?incident=none"); a.Code != http.StatusNotFound || strings.Contains(a.Body.String(), "panic") {
				t.Errorf("%d", a.Code)
			}
		},
	})
}
