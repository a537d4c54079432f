package pages_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/bank"
	"tasuke/contacts/bank/master"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/signin"
	"tasuke/internal/vault/vaulttest"
	"tasuke/web/pages"
	"tasuke/web/words"
)

// counter is the screens of the bank room over one incident, with two people of the funds desk.
type counter struct {
	*house
	bank *bank.Store
	desk bank.DeskInfo // of the bank 0005
}

func counters(t *testing.T, tests map[string]func(*testing.T, *counter)) {
	t.Parallel()
	gin.SetMode(gin.TestMode)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newCounter(t, d)) })
		})
	}
}

func newCounter(t *testing.T, d *db.DB) *counter {
	t.Helper()
	o := &counter{house: &house{t: t, d: d, clock: dbtest.Clock(d, start), people: map[string]signin.Account{}},
		desk: bank.DeskInfo{Name: "三菱ＵＦＪ銀行", Section: "金融犯罪対策室", Phone: "03-0000-0000", Mail: "desk@bank.example.jp"}}
	v := vaulttest.New(t)
	pack, err := deadline.Standard()
	must(t, err)
	list, err := master.Standard()
	must(t, err)
	o.incidents = incident.NewStore(d, v, pack, incident.Options{
		Work: func(context.Context, *db.Tx, string) (incident.Work, error) { return incident.Work{}, nil }})
	o.bank, err = bank.NewStore(d, v, bank.Options{Master: list, Touch: o.incidents.Touch, Enter: o.incidents.Enter,
		Firm: bank.Firm{Name: "たすけ証券", FromAccount: "みずほ 001 普通 0000001", Remitter: "タスケシヨウケン"},
		Desk: func(_ context.Context, _ *db.Tx, code string) (bank.DeskInfo, bool, error) {
			return o.desk, code == "0005", nil
		},
		Cases: func(ctx context.Context, tx *db.Tx, id string) ([]bank.CaseRef, error) {
			_, err := o.incidents.Get(ctx, tx, id)
			return []bank.CaseRef{{ID: "case-1", No: "CASE-2026-000001"}}, err
		},
		Render: func(l bank.LetterData) ([]byte, error) {
			return fmt.Appendf(nil, "%%PDF %s %d %s", l.No, l.Version, l.Account.Number), nil
		},
		Send: func(_ context.Context, _ *db.Tx, _ actor.Actor, m bank.Mail) (string, error) {
			return "mail " + m.Key, nil
		}})
	must(t, err)
	accounts := signin.New(d, signin.Options{})
	for login, r := range map[string]actor.Role{"operator": actor.Operator, "responder": actor.Responder, "funds": actor.Funds, "funds2": actor.Funds,
		"legal": actor.Legal, "auditor": actor.Auditor, "executive": actor.Executive, "admin": actor.Administrator} {
		a, _, err := accounts.Create(t.Context(), actor.System("test"), signin.NewAccount{Login: login, Name: "人 " + login, Roles: signin.Roles{r}})
		must(t, err)
		o.people[login] = a
	}
	op, _ := o.who("operator")
	must(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		o.incident, err = o.incidents.Open(ctx, tx, op, incident.New{DetectedAt: tx.Now, Details: incident.Details{Title: "出金先の変更",
			Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed"}})
		return err
	}))
	o.doors()
	return o
}

// doors puts the screens on a desk of their own.
func (o *counter) doors() {
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
	(&pages.Bank{DB: o.d, Bank: o.bank, Incidents: o.incidents}).Register(desk)
	o.handler = desk.Sessions.LoadAndSave(e)
}

// destination is the account that money went to; no page shows it without a purpose.
const destination = "7654321"

// request is the form of a request as a browser sends it, with changes.
func request(change url.Values) url.Values {
	f := url.Values{"rev": {"0"}, "track": {"freeze"}, "bank_code": {"0005"}, "branch_code": {"001"}, "kind": {"1"}, "number": {destination}, "holder_kana": {"ヤマダ タロウ"},
		"relation": {"mule_in_victim_name"}, "asks": {"suspend", "balance"}, "occurred_at": {"2026-11-03T08:00"}, "known_at": {"2026-11-04T09:00"},
		"method": {"フィッシングによる不正出金"}, "outline": {"概要の文"}, "remitter": {"タスケシヨウケン"}, "from_account": {"みずほ 001 普通 0000001"}, "police_state": {"planned"},
		"transfer_at": {"2026-11-03T09:00", "2026-11-03T09:30", ""}, "transfer_yen": {"3,000,000", "４５６７８９円", ""}, "transfer_ref": {"T-1", "T-2", ""},
		"transfer_case": {"case-1", "", ""}}
	for k, v := range change {
		f[k] = v
	}
	return f
}

// begun is the address of a request that the funds desk began.
func (o *counter) begun(change url.Values) string {
	o.t.Helper()
	to := o.post("funds", "/incidents/"+o.incident.ID+"/bank", request(change)).leadsTo("/bank/")
	path, _, _ := strings.Cut(to, "?")
	return path
}

func (o *counter) sheet(path string) bank.Sheet {
	o.t.Helper()
	by, _ := o.who("auditor")
	s, err := o.bank.Sheet(o.t.Context(), by, strings.TrimPrefix(path, "/bank/"))
	must(o.t, err)
	return s
}

// act posts one of the forms of a request's page, with the revision as it is now.
func (o *counter) act(login, path, what string, form url.Values) answer {
	o.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("rev", fmt.Sprint(o.sheet(path).Request.Rev))
	return o.post(login, path+what, form)
}

// checked is a request whose letter somebody else checked.
func (o *counter) checked() string {
	o.t.Helper()
	path := o.begun(nil)
	o.act("funds", path, "/letter", nil).leadsTo(path)
	o.act("legal", path, "/check", url.Values{"retyped": {"７６５４３２１"}}).leadsTo(path)
	return path
}

// sent is a request whose letter was delivered by fax.
func (o *counter) sent() string {
	o.t.Helper()
	path := o.checked()
	o.act("funds", path, "/handover", url.Values{"method": {"fax"}, "sent_at": {"2026-11-04T10:00"}, "hand_note": {"受付の方"}}).leadsTo(path)
	return path
}

func TestTheBankForm(t *testing.T) {
	counters(t, map[string]func(*testing.T, *counter){
		"who may not write finds the requests and no form": func(_ *testing.T, o *counter) {
			path := "/incidents/" + o.incident.ID + "/bank"
			o.get("funds", path).says(http.StatusOK, "銀行への依頼がまだありません", "下書きとして保存", `value="2026-11-04T10:00"`, "みずほ 001 普通 0000001")
			o.get("responder", path).says(http.StatusOK).lacks("下書きとして保存")
			o.post("responder", path, request(nil)).says(http.StatusNotFound)
			o.get("operator", path).says(http.StatusNotFound).lacks(o.incident.No)
			o.get("funds", "/incidents/nobody/bank").says(http.StatusNotFound)
			o.post("funds", "/incidents/nobody/bank", request(nil)).says(http.StatusNotFound)
		},
		"a bank is searched by its name without script, and nothing that was typed is lost": func(_ *testing.T, o *counter) {
			path := "/incidents/" + o.incident.ID + "/bank"
			typed := request(url.Values{"bank_code": {"みずほ"}, "branch_code": {""}, "find": {"bank_code"}})
			o.post("funds", path, typed).says(http.StatusOK, `value="bank_code:0001"`, `value="みずほ"`, destination, "概要の文", `value="４５６７８９円"`, `value="2026-11-03T09:30"`)
			typed.Del("find")
			typed.Set("pick", "bank_code:0001")
			o.post("funds", path, typed).says(http.StatusOK, `value="0001"`, "みずほ", "概要の文")
			typed.Del("pick")
			typed.Set("bank_code", "0001")
			typed.Set("branch_code", "東京")
			typed.Set("find", "bank_code") // what Enter in a field presses: the bank is known, so the branch is searched
			o.post("funds", path, typed).says(http.StatusOK, `value="branch_code:001"`, "東京営業部")
			typed.Set("bank_code", "どこにもない")
			o.post("funds", path, typed).says(http.StatusUnprocessableEntity, `id="w-bank_code"`, "どこにもない", "概要の文")
			typed.Set("to_bank", "ゆうちょ")
			typed.Set("find", "to_bank")
			o.post("funds", path, typed).says(http.StatusOK, `value="to_bank:9900"`)
			typed.Set("find", "rows")
			o.post("funds", path, typed).says(http.StatusOK, "概要の文")
			if n := len(o.list()); n != 0 {
				t.Errorf("a search made %d requests", n)
			}
		},
		"everything that is wrong is named, and everything typed comes back": func(_ *testing.T, o *counter) {
			path := "/incidents/" + o.incident.ID + "/bank"
			o.post("funds", path, request(url.Values{"occurred_at": {"きのう"}, "transfer_yen": {"百万", "1", ""}})).
				says(http.StatusUnprocessableEntity, `id="w-occurred_at"`, `value="きのう"`, `value="百万"`, "0以上の整数", destination)
			o.post("funds", path, request(url.Values{"bank_code": {"9999"}, "holder_kana": {"山田"}, "outline": {"〒100-0001"}, "transfer_yen": {"0", "1", ""}})).
				says(http.StatusUnprocessableEntity, `id="w-bank_code"`, `id="w-holder_kana"`, `id="w-outline"`, "郵便番号のような", "使えない文字があります：山", `value="山田"`)
			o.post("funds", path, request(url.Values{"branch_code": {"999"}})).says(http.StatusUnprocessableEntity, `name="branch_seen"`)
			o.post("funds", path, request(url.Values{"branch_code": {"999"}, "branch_seen": {"true"}})).leadsTo("/bank/")
			o.post("funds", path, request(url.Values{"track": {"nothing"}, "rev": {"x"}})).says(http.StatusUnprocessableEntity)
		},
		"a second editor gets both versions, and neither number": func(_ *testing.T, o *counter) {
			path := o.begun(nil)
			o.get("funds", path+"/edit").says(http.StatusOK, "概要の文", "0005", "空欄のままなら変わりません").lacks(destination, "ヤマダ")
			rev := fmt.Sprint(o.sheet(path).Request.Rev)
			first := request(url.Values{"rev": {rev}, "number": {""}, "holder_kana": {""}, "outline": {"一人目の概要"}})
			o.post("funds", path+"/edit", first).leadsTo(path)
			second := request(url.Values{"rev": {rev}, "number": {""}, "holder_kana": {""}, "outline": {"二人目の概要"}, "police_station": {"中央署"}})
			o.post("funds2", path+"/edit", second).says(http.StatusConflict, "一人目の概要", "二人目の概要", "中央署", "今の保存内容", "（空欄）").lacks(destination)
			second.Set("rev", fmt.Sprint(o.sheet(path).Request.Rev))
			o.post("funds2", path+"/edit", second).leadsTo(path)
			o.get("funds", path).says(http.StatusOK, "二人目の概要", "中央署").lacks("一人目の概要", destination)
		},
		"a letter follows the account to another bank, and one that goes astray is marked": func(t *testing.T, o *counter) {
			path := o.begun(nil)
			o.get("funds", path+"/edit").says(http.StatusOK, `name="to_bank" value=""`)
			rev := fmt.Sprint(o.sheet(path).Request.Rev)
			o.post("funds", path+"/edit", request(url.Values{"rev": {rev}, "bank_code": {"0001"}})).leadsTo(path)
			if to := o.sheet(path).Request.ToBank; to != "0001" {
				t.Errorf("the letter goes to %s", to)
			}
			o.get("funds", path).says(http.StatusOK).lacks("依頼先を確かめてください")
			o.get("funds", o.begun(url.Values{"to_bank": {"0009"}})).says(http.StatusOK, "依頼先を確かめてください")
		},
		"a search in the form of a change saves nothing and does not take somebody else's change as seen": func(_ *testing.T, o *counter) {
			path := o.begun(nil)
			rev := fmt.Sprint(o.sheet(path).Request.Rev)
			o.post("funds", path+"/edit", request(url.Values{"rev": {rev}, "outline": {"一人目の概要"}})).leadsTo(path)
			o.post("funds2", path+"/edit", request(url.Values{"rev": {rev}, "bank_code": {"みずほ"}, "find": {"bank_code"}, "outline": {"二人目の概要"}})).
				says(http.StatusOK, `value="bank_code:0001"`, "二人目の概要", `name="rev" value="`+rev+`"`)
		},
	})
}

func (o *counter) list() []bank.Entry {
	o.t.Helper()
	by, _ := o.who("auditor")
	rows, _, err := o.bank.List(o.t.Context(), by, bank.Filter{}, bank.Page{})
	must(o.t, err)
	return rows
}

var numbersInForms = regexp.MustCompile(`name="retyped"[^>]*value=`)

func TestTheBankPages(t *testing.T) {
	counters(t, map[string]func(*testing.T, *counter){
		"who may not see requests finds none of them, and no number": func(_ *testing.T, o *counter) {
			path := o.begun(nil)
			for _, login := range []string{"operator", "admin"} {
				for _, p := range []string{"/bank", path, path + "/edit", path + "/letters/1"} {
					o.get(login, p).says(http.StatusNotFound).lacks("BNK-2026-0001")
				}
				for _, p := range []string{"/edit", "/letter", "/check", "/send", "/handover", "/call", "/answer", "/return", "/move"} {
					o.post(login, path+p, url.Values{"rev": {"1"}}).says(http.StatusNotFound)
				}
			}
			o.post("operator", path+"/reveal", url.Values{"purpose": {"report"}}).says(http.StatusNotFound).lacks(destination)
			o.get("executive", path).says(http.StatusOK).lacks("口座を表示", "起案に差し戻す", "電話を記録")
			o.post("executive", path+"/reveal", url.Values{"purpose": {"report"}}).says(http.StatusNotFound)
			o.get("funds", "/bank/nobody").says(http.StatusNotFound)
		},
		"the list says what is due, and is narrowed": func(_ *testing.T, o *counter) {
			o.begun(nil)
			o.get("funds", "/bank").says(http.StatusOK, "BNK-2026-0001", o.incident.No, "起案中", "銀行に電話 2026-11-04 10:30 まで", "3,456,789円").lacks(destination, "ヤマダ")
			o.clock.Add(45 * time.Minute)
			o.get("funds", "/bank?due=true&open=true&state=draft").says(http.StatusOK, "BNK-2026-0001", "銀行に電話 15分超過")
			o.get("funds", "/bank?state=closed").says(http.StatusOK, "該当する依頼はありません").lacks("BNK-2026-0001")
			o.get("funds", "/bank?after=x").says(http.StatusUnprocessableEntity)
			o.get("auditor", "/incidents/"+o.incident.ID+"/bank").says(http.StatusOK, "BNK-2026-0001")
		},
		"a letter that lacks something leads to the form with the fields marked": func(_ *testing.T, o *counter) {
			path := o.begun(url.Values{"method": {""}, "transfer_at": {}, "transfer_yen": {}, "transfer_ref": {}, "asks": {}})
			o.get("funds", path).says(http.StatusOK, "依頼書に足りない項目：依頼事項、手口、振込明細")
			o.act("funds", path, "/letter", nil).says(http.StatusUnprocessableEntity, `id="w-method"`, "下書きとして保存", "概要の文")
			o.post("funds", path+"/letter", url.Values{"rev": {"99"}}).says(http.StatusConflict, "起案中")
		},
		"the number that was retyped never comes back, and three wrong ones take the letter away": func(t *testing.T, o *counter) {
			path := o.begun(nil)
			o.act("funds", path, "/letter", nil).leadsTo(path)
			o.get("funds", path).says(http.StatusOK, "四眼").lacks(`name="retyped"`)
			o.act("funds", path, "/check", url.Values{"retyped": {destination}}).says(http.StatusUnprocessableEntity, "四眼")
			o.get("legal", path).says(http.StatusOK, `name="retyped"`, "ﾔﾏﾀﾞ ﾀﾛｳ").lacks(destination)
			page := o.act("legal", path, "/check", url.Values{"retyped": {"1112223"}}).says(http.StatusUnprocessableEntity, "あと2回", `id="w-retyped"`)
			page.lacks("1112223", destination)
			if numbersInForms.Match(page.Body.Bytes()) {
				t.Error("the field of the number has a value")
			}
			o.act("legal", path, "/check", url.Values{"retyped": {" "}}).says(http.StatusUnprocessableEntity, `id="w-retyped"`)
			o.act("legal", path, "/check", url.Values{"retyped": {"1112223"}}).says(http.StatusUnprocessableEntity, "あと1回")
			o.act("legal", path, "/check", url.Values{"retyped": {"1112223"}}).says(http.StatusUnprocessableEntity, "3回違いました", "起案中")
		},
		"a letter opens in the browser, unkept, and who opened it is on record": func(t *testing.T, o *counter) {
			path := o.checked()
			pdf := o.get("auditor", path+"/letters/1").says(http.StatusOK, destination)
			if h := pdf.Header(); h.Get("Content-Type") != "application/pdf" || h.Get("Content-Disposition") != `inline; filename="BNK-2026-0001-1.pdf"` || h.Get("Cache-Control") != "no-store" {
				t.Errorf("%v", h)
			}
			if n := o.recorded("bank.letter_opened"); n != 1 {
				t.Errorf("%d openings are on record", n)
			}
			for _, none := range []string{"2", "0", "x"} {
				o.get("auditor", path+"/letters/"+none).says(http.StatusNotFound)
			}
		},
		"no letter is linked or given to who may check it, nor ever to who sees accounts masked": func(t *testing.T, o *counter) {
			path := o.begun(nil)
			o.act("funds", path, "/letter", nil).leadsTo(path)
			link := `href="` + path + `/letters/1"`
			o.get("legal", path).says(http.StatusOK, "依頼書の本文（口座番号は伏せ字）", "口座の取引停止等の検討および情報提供のお願い", "普通　＊＊4321", "確認が済むまでPDFは開けません").lacks(link, destination)
			for _, login := range []string{"legal", "funds2"} {
				o.get(login, path+"/letters/1").says(http.StatusUnprocessableEntity, "確認が済むまで").lacks(destination)
			}
			o.get("funds", path).says(http.StatusOK, link).lacks("依頼書の本文")
			o.get("auditor", path).says(http.StatusOK, link).lacks("依頼書の本文")
			o.act("legal", path, "/check", url.Values{"retyped": {destination}}).leadsTo(path)
			o.get("legal", path).says(http.StatusOK, link).lacks("依頼書の本文")
			o.get("legal", path+"/letters/1").says(http.StatusOK, destination)
			for _, login := range []string{"executive", "responder"} {
				o.get(login, path).says(http.StatusOK, "資金・法務・監査だけが開けます").lacks(link, destination)
				o.get(login, path+"/letters/1").says(http.StatusNotFound).lacks(destination)
			}
			if n := o.recorded("bank.letter_opened"); n != 1 {
				t.Errorf("%d openings are on record", n)
			}
		},
		"a desk that nobody made sure of holds the sending back and says why": func(_ *testing.T, o *counter) {
			o.desk.Stale = true
			path := o.checked()
			o.get("funds", path).says(http.StatusOK, "連絡先が確かめられていません", "ほかの方法で届けた").lacks(`action="` + path + `/send"`)
			o.act("funds", path, "/send", nil).says(http.StatusUnprocessableEntity, "連絡先が確かめられていません")
			o.desk.Stale = false
			o.get("funds", path).says(http.StatusOK, `action="`+path+`/send"`)
			o.act("funds", path, "/send", nil).leadsTo(path)
		},
		"the account is shown on one answer, with a purpose, and on record": func(t *testing.T, o *counter) {
			path := o.begun(nil)
			o.post("responder", path+"/reveal", url.Values{"purpose": {""}}).says(http.StatusUnprocessableEntity, `id="w-purpose"`).lacks(destination)
			o.post("responder", path+"/reveal", url.Values{"purpose": {"contact"}}).says(http.StatusUnprocessableEntity).lacks(destination)
			o.post("responder", path+"/reveal", url.Values{"purpose": {"investigation"}}).says(http.StatusOK, destination, "ﾔﾏﾀﾞ ﾀﾛｳ", "目的：調査")
			o.get("responder", path).says(http.StatusOK).lacks(destination)
			if n := o.recorded("bank.account_revealed"); n != 1 {
				t.Errorf("%d reveals are on record", n)
			}
		},
		"a bank without mail holds the sending back and says why; another way is recorded": func(_ *testing.T, o *counter) {
			o.desk.Mail = ""
			path := o.checked()
			o.get("funds", path).says(http.StatusOK, "この銀行のメールがありません", "ほかの方法で届けた")
			o.act("funds", path, "/send", nil).says(http.StatusUnprocessableEntity, "この銀行のメールがありません")
			o.act("funds", path, "/handover", url.Values{"method": {"fax"}, "sent_at": {"さっき"}, "hand_note": {"受付の方"}}).says(http.StatusUnprocessableEntity, `id="w-sent_at"`, `value="さっき"`, "受付の方")
			o.act("funds", path, "/handover", url.Values{"method": {"fax"}, "sent_at": {""}}).says(http.StatusUnprocessableEntity, `id="w-sent_at"`)
			o.act("funds", path, "/handover", url.Values{"method": {"fax"}, "sent_at": {"2026-11-05T10:00"}}).says(http.StatusUnprocessableEntity, `id="w-sent_at"`)
			o.act("funds", path, "/handover", url.Values{"method": {"fax"}, "sent_at": {"2026-11-04T10:00"}, "hand_note": {"受付の方"}}).leadsTo(path)
			o.get("funds", path).says(http.StatusOK, "送付済み", "FAX", "受付の方", "回答を催促")
		},
		"a checked letter is put into the outbox once": func(_ *testing.T, o *counter) {
			path := o.checked()
			rev := fmt.Sprint(o.sheet(path).Request.Rev)
			o.post("funds", path+"/send", url.Values{"rev": {rev}}).leadsTo(path)
			o.post("funds", path+"/send", url.Values{"rev": {rev}}).says(http.StatusConflict, "送信中")
			o.get("funds", path).says(http.StatusOK, "送信中").lacks("依頼書を送る")
		},
		"the telephone log keeps what was typed, and corrections": func(_ *testing.T, o *counter) {
			path := o.begun(nil)
			call := url.Values{"call_at": {"2026-11-04T10:00"}, "direction": {"out"}, "result": {"talked"}, "call_person": {"相手の方"}, "call_text": {""}}
			o.post("funds", path+"/call", call).says(http.StatusUnprocessableEntity, `id="w-call_text"`, "相手の方")
			call.Set("call_text", "凍結を検討するとのこと")
			o.post("funds", path+"/call", call).leadsTo(path)
			o.get("auditor", path).says(http.StatusOK, "凍結を検討するとのこと", "相手の方", "依頼書を送付 2026-11-04 12:00 まで").lacks("電話を記録")
			call.Set("corrects", o.sheet(path).Calls[0].ID)
			call.Set("call_text", "凍結したとのこと")
			o.post("funds", path+"/call", call).leadsTo(path)
			call.Set("call_text", "三つ目")
			o.post("funds", path+"/call", call).says(http.StatusConflict, "ほかの人がもう訂正しています", "三つ目")
			o.get("auditor", path).says(http.StatusOK, "訂正済み", "訂正の記録")
			o.post("funds", path+"/call", url.Values{"call_at": {"いつか"}}).says(http.StatusUnprocessableEntity, `id="w-call_at"`)
		},
		"a request is walked from the draft to the end": func(_ *testing.T, o *counter) {
			path := o.sent()
			o.act("funds", path, "/move", url.Values{"event": {"receipted"}}).leadsTo(path)
			form := url.Values{"answer": {"frozen"}, "answer_at": {"2026-11-04T10:00"}, "answer_yen": {""}, "answer_text": {"凍結の連絡"}}
			o.act("funds", path, "/answer", form).says(http.StatusUnprocessableEntity, `id="w-answer_yen"`, "凍結の連絡")
			o.act("funds", path, "/answer", url.Values{"answer": {""}}).says(http.StatusUnprocessableEntity, `id="w-answer"`)
			o.act("funds", path, "/answer", url.Values{"answer": {"frozen"}, "answer_yen": {"百万"}, "answer_balance": {"少し"}}).
				says(http.StatusUnprocessableEntity, `id="w-answer_yen"`, `id="w-answer_balance"`, `value="百万"`)
			form.Set("answer_yen", "1,234,567")
			form.Set("answer_balance", "２００万")
			o.act("funds", path, "/answer", form).says(http.StatusUnprocessableEntity, `id="w-answer_balance"`)
			form.Set("answer_balance", "2,000,000円")
			o.act("funds", path, "/answer", form).leadsTo(path)
			o.get("legal", path).says(http.StatusOK, "凍結された額", "1,234,567円", "2,000,000円", "凍結の連絡")
			o.act("funds", path, "/return", url.Values{"recovered_yen": {"沢山"}, "route": {"recall"}}).says(http.StatusUnprocessableEntity, `id="w-recovered_yen"`, `value="沢山"`)
			o.act("funds", path, "/return", url.Values{"recovered_yen": {"1000000"}, "route": {"distribution"}}).leadsTo(path)
			o.act("legal", path, "/move", url.Values{"event": {"finished"}}).says(http.StatusNotFound)
			o.act("funds", path, "/move", url.Values{"event": {"finished"}}).leadsTo(path)
			o.get("auditor", path).says(http.StatusOK, "完了", "1,000,000円", "被害回復分配金")
			o.act("funds", path, "/move", url.Values{"event": {"reopened"}, "reason": {""}}).says(http.StatusUnprocessableEntity, `id="w-reason"`)
			o.act("funds", path, "/move", url.Values{"event": {"froze"}}).says(http.StatusUnprocessableEntity)
			o.get("funds", path+"/edit").leadsTo(path)
		},
		"a checker sends a letter back with a reason": func(_ *testing.T, o *counter) {
			path := o.checked()
			o.act("legal", path, "/move", url.Values{"event": {"sent_back"}, "reason": {""}}).says(http.StatusUnprocessableEntity, `id="w-reason"`)
			o.act("legal", path, "/move", url.Values{"event": {"sent_back"}, "reason": {"名義が違う"}}).leadsTo(path)
			page := o.get("funds", path).says(http.StatusOK, "名義が違う", "以前の版", "起案中")
			if bytes.Contains(page.Body.Bytes(), []byte("有効")) {
				t.Error("a letter that was sent back stands")
			}
		},
	})
}
