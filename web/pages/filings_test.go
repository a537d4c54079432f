package pages_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/document"
	"tasuke/internal/signin"
	"tasuke/internal/vault/vaulttest"
	"tasuke/web/pages"
	"tasuke/web/words"
)

// office is the screens of facts and filings over one incident, with two lawyers.
type office struct {
	*house
	filings *filing.Store
	refuse  error // of the drawing
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	gin.SetMode(gin.TestMode)
	o := &office{house: &house{t: t, d: d, clock: dbtest.Clock(d, start), people: map[string]signin.Account{}}}
	v := vaulttest.New(t)
	pack, err := deadline.Standard()
	must(t, err)
	o.incidents = incident.NewStore(d, v, pack, incident.Options{
		Work: func(context.Context, *db.Tx, string) (incident.Work, error) { return incident.Work{}, nil },
		FactsChanged: func(ctx context.Context, tx *db.Tx, by actor.Actor, f incident.FactSheet) error {
			return o.filings.FactsChanged(ctx, tx, by, f)
		},
	})
	o.filings, err = filing.NewStore(d, v, filing.Options{
		Render: func(f filing.Form) ([]byte, error) {
			return fmt.Appendf(nil, "%%PDF %s %d", f.Digest, f.SubmittedAt), o.refuse
		},
		Reporter: filing.Reporter{Name: "たすけ証券", Phone: "03-0000-0000"},
	}.On(o.incidents))
	must(t, err)
	accounts := signin.New(d, signin.Options{})
	for login, r := range map[string]actor.Role{"operator": actor.Operator, "responder": actor.Responder, "legal": actor.Legal, "legal2": actor.Legal,
		"executive": actor.Executive, "auditor": actor.Auditor, "admin": actor.Administrator, "pr": actor.PR} {
		a, _, err := accounts.Create(t.Context(), actor.System("test"), signin.NewAccount{Login: login, Name: "人 " + login, Roles: signin.Roles{r}})
		must(t, err)
		o.people[login] = a
	}
	op, _ := o.who("operator")
	must(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		o.incident, err = o.incidents.Open(ctx, tx, op, incident.New{DetectedAt: tx.Now, Details: incident.Details{Title: "出金先の変更", Summary: "知らない出金の申出",
			Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed"}})
		return err
	}))
	o.doors()
	return o
}

// doors puts the screens on a desk of their own.
func (o *office) doors() {
	book, err := words.Load()
	must(o.t, err)
	e := gin.New()
	desk := &pages.Desk{Words: book, Clock: o.clock.Now, Sessions: signin.NewSessions(o.d, signin.SessionOptions{Insecure: true}),
		Who: func(ctx context.Context) (pages.Person, bool, error) {
			login, _ := ctx.Value(visitor{}).(string)
			a, ok := o.who(login)
			return pages.Person{Actor: a, Lang: "ja"}, ok, nil
		}}
	desk.On(e)
	(&pages.Facts{DB: o.d, Incidents: o.incidents, Filings: o.filings}).Register(desk)
	(&pages.Filings{DB: o.d, Filings: o.filings, Incidents: o.incidents}).Register(desk)
	o.handler = desk.Sessions.LoadAndSave(e)
}

// facts is the form of the fact sheet as a browser sends it, the newest content with changes.
func (o *office) facts(more url.Values) url.Values {
	o.t.Helper()
	by, _ := o.who("responder")
	p, err := o.incidents.ReadFacts(o.t.Context(), by, o.incident.ID, 0)
	must(o.t, err)
	f := url.Values{"version": {fmt.Sprint(p.Sheet.Version)}, "discovered_at": {"2026-11-04T09:30"}}
	for _, k := range incident.FactItems {
		f.Set(string(k), p.Sheet.Items[k].Text)
		f.Set("known-"+string(k), string(p.Sheet.Items[k].Known))
	}
	for k, v := range more {
		f[k] = v
	}
	return f
}

// file identifies and drafts the filing as the lawyer does, and gives its address.
func (o *office) file() string {
	o.t.Helper()
	o.post("legal", "/incidents/"+o.incident.ID+"/filings", nil).leadsTo("/filings?")
	by, _ := o.who("legal")
	list, _, err := o.filings.List(o.t.Context(), by, filing.Filter{}, filing.Page{})
	must(o.t, err)
	path := "/filings/" + list[0].ID
	o.move("legal", path, filing.DraftStarted).leadsTo(path)
	return path
}

func (o *office) sheet(path string) filing.Sheet {
	o.t.Helper()
	by, _ := o.who("auditor")
	sh, err := o.filings.Sheet(o.t.Context(), by, strings.TrimPrefix(path, "/filings/"))
	must(o.t, err)
	return sh
}

func (o *office) rev(path string) string { return fmt.Sprint(o.sheet(path).Filing.Rev) }

func (o *office) move(login, path string, e filing.Event) answer {
	o.t.Helper()
	return o.post(login, path+"/moves", url.Values{"rev": {o.rev(path)}, "event": {string(e)}, "reason": {"理由の文"}})
}

// approved brings a draft to where it can be handed in.
func (o *office) approved(path string) {
	o.t.Helper()
	o.move("legal", path, filing.ReviewAsked).leadsTo(path)
	o.move("legal2", path, filing.ReviewPassed).leadsTo(path)
	o.move("executive", path, filing.ApprovalGiven).leadsTo(path)
}

func (o *office) hand(path string, more url.Values) answer {
	o.t.Helper()
	f := url.Values{"rev": {o.rev(path)}, "channel": {"ppc_form"}, "at": {"2026-11-04T10:00"}}
	for k, v := range more {
		f[k] = v
	}
	return o.post("legal", path+"/submit", f)
}

func offices(t *testing.T, tests map[string]func(*testing.T, *office)) {
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newOffice(t, d)) })
		})
	}
}

func TestTheFactSheetPage(t *testing.T) {
	offices(t, map[string]func(*testing.T, *office){
		"it begins with what the incident knows": func(_ *testing.T, o *office) {
			o.get("responder", "/incidents/"+o.incident.ID+"/facts").says(http.StatusOK, "まだ保存された版はありません", "知らない出金の申出", "調査中", "新しい版として保存")
			o.get("operator", "/incidents/"+o.incident.ID+"/facts").says(http.StatusOK, "知らない出金の申出").lacks("新しい版として保存", "届出")
		},
		"a second person's version comes back with what was typed and with what the first one saved": func(_ *testing.T, o *office) {
			path := "/incidents/" + o.incident.ID + "/facts"
			first, second := o.facts(url.Values{"cause": {"最初の人の原因"}}), o.facts(url.Values{"cause": {"二人目の原因"}, "persons_number": {"１２人"}, "persons_as_of": {"2026-11-04T09:40"}})
			o.post("responder", path, first).leadsTo(path)
			o.post("legal", path, second).says(http.StatusConflict, "最初の人の原因", "二人目の原因", "第1版の記載", `name="version" value="1"`, `value="１２人"`)
		},
		"what cannot be read is named, and nothing is lost": func(_ *testing.T, o *office) {
			path := "/incidents/" + o.incident.ID + "/facts"
			o.post("responder", path, o.facts(url.Values{"persons_number": {"十数人"}, "occurred_from": {"おととい"}, "cause": {"長い原因の文"}})).
				says(http.StatusUnprocessableEntity, `id="w-persons_number"`, `id="w-occurred_from"`, `value="十数人"`, `value="おととい"`, "長い原因の文")
			o.post("responder", path, o.facts(url.Values{"cause": {""}, "known-cause": {"confirmed"}, "data": {"氏名"}})).
				says(http.StatusUnprocessableEntity, `id="w-known-cause"`, "氏名")
			o.post("responder", path, url.Values{"version": {"x"}}).says(http.StatusUnprocessableEntity)
		},
		"versions tell what changed": func(_ *testing.T, o *office) {
			path := "/incidents/" + o.incident.ID + "/facts"
			o.post("responder", path, o.facts(url.Values{"cause": {"一つ目"}})).leadsTo(path)
			o.post("responder", path, o.facts(url.Values{"cause": {"二つ目"}})).leadsTo(path)
			o.get("operator", path).says(http.StatusOK, "第2版", "一つ目", "二つ目", "前の版から変更")
			o.get("operator", path+"/versions/1").says(http.StatusOK, "一つ目", "過去の版").lacks("二つ目", "新しい版として保存")
			for _, none := range []string{"/versions/3", "/versions/0", "/versions/x"} {
				o.get("operator", path+none).says(http.StatusNotFound)
			}
		},
		"who may not write finds no form to write to, and an administrator finds nothing": func(_ *testing.T, o *office) {
			path := "/incidents/" + o.incident.ID + "/facts"
			o.post("operator", path, o.facts(nil)).says(http.StatusNotFound)
			o.get("admin", path).says(http.StatusNotFound).lacks(o.incident.No)
			o.get("responder", "/incidents/nobody/facts").says(http.StatusNotFound)
		},
	})
}

func TestTheFilingPages(t *testing.T) {
	offices(t, map[string]func(*testing.T, *office){
		"who may not see filings finds none of them, and no number": func(_ *testing.T, o *office) {
			path := o.file()
			for _, login := range []string{"operator", "pr", "admin"} {
				for _, p := range []string{"/filings", path, path + "/form.pdf"} {
					o.get(login, p).says(http.StatusNotFound).lacks("FIL-2026-0001")
				}
				o.post(login, path+"/moves", url.Values{"rev": {"1"}, "event": {"review_asked"}}).says(http.StatusNotFound)
				o.post(login, path+"/submit", url.Values{"rev": {"1"}}).says(http.StatusNotFound)
			}
			o.get("operator", "/incidents/"+o.incident.ID+"/facts").says(http.StatusOK).lacks("FIL-", "/filings")
			o.get("auditor", "/filings").says(http.StatusOK, "FIL-2026-0001")
		},
		"the list is narrowed by state, by incident and to what needs work": func(_ *testing.T, o *office) {
			path := o.file()
			o.get("responder", "/filings?state=drafting&open=true&incident="+o.incident.ID).says(http.StatusOK, "FIL-2026-0001", o.incident.No, "目安")
			o.get("responder", "/filings?state=final").says(http.StatusOK, "該当する届出はありません").lacks("FIL-2026-0001")
			o.get("responder", "/filings?incident=nobody").says(http.StatusNotFound)
			o.get("responder", "/filings?after=x").says(http.StatusUnprocessableEntity)
			o.get("responder", path).says(http.StatusOK).lacks("法務確認に回す")
		},
		"the page explains the limit and shows every item with its mark": func(_ *testing.T, o *office) {
			path := o.file()
			o.get("legal", path).says(http.StatusOK, "2026-11-08", "目安", "規則8条1項", "調査中", "1 概要", "9 その他参考となる事項", "たすけ証券", "法務確認に回す")
		},
		"who drafted sees why the review is not theirs, and a second lawyer reviews": func(_ *testing.T, o *office) {
			path := o.file()
			o.move("legal", path, filing.ReviewAsked).leadsTo(path)
			o.get("legal", path).says(http.StatusOK, `value="review_passed" disabled`, "四眼")
			o.move("legal", path, filing.ReviewPassed).says(http.StatusUnprocessableEntity, "四眼")
			o.move("executive", path, filing.ApprovalGiven).says(http.StatusUnprocessableEntity, "法務確認が終わっていません", "理由の文")
			o.move("legal2", path, filing.SentBack).leadsTo(path)
			o.get("legal", path).says(http.StatusOK, "理由の文", "差戻し")
			o.post("legal", path+"/moves", url.Values{"rev": {o.rev(path)}, "event": {"payload_edited"}}).says(http.StatusUnprocessableEntity)
		},
		"a second editor gets both, and what was typed stays": func(_ *testing.T, o *office) {
			path := o.file()
			form := o.facts(url.Values{"rev": {o.rev(path)}, "addressee": {"関東財務局長"}, "bases": {"appi_26_1"}, "rule7": {"2", "3"},
				"reporter_name": {"たすけ証券"}, "reporter_phone": {"03-0000-0000"}, "cause": {"一人目の書きぶり"}})
			o.post("legal", path, form).leadsTo(path)
			form.Set("cause", "二人目の書きぶり")
			form.Set("reporter_person", "二人目の担当")
			o.post("legal2", path, form).says(http.StatusConflict, "一人目の書きぶり", "二人目の書きぶり", "二人目の担当", "ほかの人がこの記録を変更しました")
			form.Set("rev", o.rev(path))
			form.Set("occurred_from", "いつか")
			o.post("legal2", path, form).says(http.StatusUnprocessableEntity, `id="w-occurred_from"`, `value="いつか"`, "二人目の書きぶり")
		},
		"a changed fact shows both texts and holds the submission until it is acknowledged": func(_ *testing.T, o *office) {
			path := o.file()
			o.approved(path)
			o.post("responder", "/incidents/"+o.incident.ID+"/facts", o.facts(url.Values{"cause": {"判明した原因"}})).leadsTo("/incidents/")
			o.get("legal", path).says(http.StatusOK, "事実確認書の第1版と、この届出の記載が違います", "4 原因", "判明した原因", "今の事実確認書を反映")
			o.get("legal", "/filings").says(http.StatusOK, "事実と相違")
			o.hand(path, url.Values{"receipt": {"R-77"}}).says(http.StatusUnprocessableEntity, "事実確認書が届出と違っています", `value="R-77"`, "2026-11-04T10:00")
			o.hand(path, url.Values{"stale_seen": {"true"}}).leadsTo(path)
			o.get("legal", path).says(http.StatusOK, "提出済み", "訂正・続報を始める")
		},
		"what was handed in is shown with its hash, and its PDF has that hash": func(t *testing.T, o *office) {
			path := o.file()
			o.get("legal", path+"/form.pdf").says(http.StatusOK, "%PDF")
			o.approved(path)
			o.hand(path, url.Values{"at": {"2026-11-05T09:59"}}).says(http.StatusUnprocessableEntity, `id="w-at"`)
			o.hand(path, url.Values{"at": {"さっき"}}).says(http.StatusUnprocessableEntity, `value="さっき"`)
			o.hand(path, nil).leadsTo(path)
			pdf := o.get("auditor", path+"/form.pdf?version=1").says(http.StatusOK)
			sum := sha256.Sum256(pdf.Body.Bytes())
			o.get("auditor", path).says(http.StatusOK, hex.EncodeToString(sum[:]), "個人情報保護委員会の電子フォーム")
			if pdf.Header().Get("Content-Type") != "application/pdf" || !strings.Contains(pdf.Header().Get("Content-Disposition"), "FIL-2026-0001-1.pdf") {
				t.Errorf("%v", pdf.Header())
			}
			for _, none := range []string{"?version=2", "?version=0", "?version=x"} {
				o.get("auditor", path+"/form.pdf"+none).says(http.StatusNotFound)
			}
			o.post("legal", path+"/receipt", url.Values{"rev": {o.rev(path)}}).says(http.StatusUnprocessableEntity, `id="w-receipt"`)
			o.post("legal", path+"/receipt", url.Values{"rev": {o.rev(path)}, "receipt": {"20261104-5"}}).leadsTo(path)
			o.get("legal", path).says(http.StatusOK, "20261104-5", "受付済み")
		},
		"a character that no font has is named, and the filing stays approved": func(t *testing.T, o *office) {
			path := o.file()
			o.approved(path)
			o.refuse = &document.MissingGlyphs{Clusters: []string{"𪚥"}}
			o.hand(path, nil).says(http.StatusUnprocessableEntity, "𪚥", "U+2A6A5", "承認済み")
			o.get("legal", path+"/form.pdf").says(http.StatusUnprocessableEntity, "𪚥")
			o.refuse = errors.New("disk")
			o.get("legal", path+"/form.pdf").says(http.StatusInternalServerError).lacks("disk")
			if s := o.sheet(path).Filing.State; s != filing.Approved {
				t.Errorf("the filing is %s", s)
			}
		},
		"a report is ruled out by two": func(_ *testing.T, o *office) {
			path := o.file()
			o.post("legal", path+"/moves", url.Values{"rev": {o.rev(path)}, "event": {"waiver_asked"}}).says(http.StatusUnprocessableEntity, `id="w-reason"`)
			o.move("legal", path, filing.WaiverAsked).leadsTo(path)
			o.get("legal", path).says(http.StatusOK, "理由の文", `value="waiver_agreed" disabled`)
			o.move("executive", path, filing.WaiverAgreed).leadsTo(path)
			o.get("legal", path).says(http.StatusOK, "報告不要", "再び検討する")
		},
		"an address of nobody is not found": func(_ *testing.T, o *office) {
			o.get("legal", "/filings/nobody").says(http.StatusNotFound)
			o.post("legal", "/incidents/nobody/filings", nil).says(http.StatusNotFound)
		},
	})
}
