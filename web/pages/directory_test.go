package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tasuke/contacts"
)

// mizuho is a desk as it is typed.
func mizuho(more ...string) url.Values {
	f := url.Values{"kind": {"bank"}, "bank_code": {"0001"}, "name": {"みずほ銀行"}, "section": {"不正利用対応"}, "phone": {"03-1234-5678"}, "mail": {"fraud@example.co.jp"}}
	for i := 0; i+1 < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

// added adds a desk and gives it.
func (o *front) added(f url.Values) contacts.Desk {
	o.t.Helper()
	to, _, _ := strings.Cut(o.post("funds", "/directory", f).leadsTo("/directory/"), "?")
	by, _ := o.who("funds")
	d, err := o.desks.Get(o.t.Context(), by, strings.TrimPrefix(to, "/directory/"))
	must(o.t, err)
	return d
}

func deskRev(d contacts.Desk) string { return fmt.Sprint(d.Rev) }

func TestTheDirectoryPages(t *testing.T) {
	eachFront(t, map[string]func(*testing.T, *front){
		"who may not read or write does not find the pages": func(_ *testing.T, o *front) {
			d := o.added(mizuho())
			for _, path := range []string{"/directory", "/directory/" + d.ID} {
				o.get("admin", path).says(http.StatusNotFound).lacks("みずほ")
			}
			o.get("operator", "/directory/new").says(http.StatusNotFound)
			for _, path := range []string{"/directory", "/directory/" + d.ID, "/directory/" + d.ID + "/verify"} {
				o.post("operator", path, mizuho("rev", deskRev(d))).says(http.StatusNotFound)
			}
			o.get("operator", "/directory").says(http.StatusOK, "みずほ銀行").lacks("/directory/new")
			o.get("operator", "/directory/"+d.ID).says(http.StatusOK, "fraud@example.co.jp").lacks(`name="rev"`)
		},
		"a form that is wrong comes back with what was typed, and every field says why": func(_ *testing.T, o *front) {
			o.post("funds", "/directory", mizuho("bank_code", "12", "mail", "窓口", "hours", "平日")).
				says(http.StatusUnprocessableEntity, `value="窓口"`, `value="平日"`, `id="w-bank_code"`, `id="w-mail"`, "数字4桁です")
			o.get("funds", "/directory").says(http.StatusOK, "条件に合う窓口はありません")
		},
		"the same desk twice is refused": func(_ *testing.T, o *front) {
			o.added(mizuho())
			o.post("funds", "/directory", mizuho()).says(http.StatusUnprocessableEntity, "すでにあります")
		},
		"the list is narrowed by kind and by text": func(_ *testing.T, o *front) {
			o.added(mizuho())
			o.added(url.Values{"kind": {"police"}, "name": {"警視庁"}, "phone": {"#9110"}})
			o.get("funds", "/directory?kind=police").says(http.StatusOK, "警視庁").lacks("みずほ銀行</a>")
			o.get("funds", "/directory?q=%EF%BC%90%EF%BC%90%EF%BC%90%EF%BC%91").says(http.StatusOK, "みずほ銀行").lacks("警視庁</a>")
			o.get("funds", "/directory?q=%25").says(http.StatusOK, "条件に合う窓口はありません")
			o.get("funds", "/directory?kind=shop").says(http.StatusUnprocessableEntity)
			o.get("funds", "/directory?after=x").says(http.StatusUnprocessableEntity)
			o.get("funds", "/directory/x").says(http.StatusNotFound)
		},
		"an old page is refused with the desk as it now is beside what was typed": func(_ *testing.T, o *front) {
			d := o.added(mizuho())
			path := "/directory/" + d.ID
			o.post("legal", path, mizuho("rev", deskRev(d), "hours", "24時間")).leadsTo(path)
			o.post("funds", path, mizuho("rev", deskRev(d), "hours", "平日のみ")).says(http.StatusConflict, `value="平日のみ"`, "<dd>24時間</dd>", `name="rev" value="2"`)
			o.post("legal", path+"/verify", url.Values{"rev": {deskRev(d)}}).says(http.StatusConflict)
		},
		"a verification is shown with moment and person, and as stale after 180 days": func(_ *testing.T, o *front) {
			d := o.added(mizuho())
			path := "/directory/" + d.ID
			o.get("funds", path).says(http.StatusOK, "未確認", "180日以内に確かめられていません", "別の人が確かめて").lacks(`name="verified_at"`)
			o.post("funds", path+"/verify", url.Values{"rev": {deskRev(d)}, "verified_at": {"2026-11-04T09:30"}}).says(http.StatusUnprocessableEntity, "四眼", "未確認")
			o.get("legal", path).says(http.StatusOK, `name="verified_at"`)
			o.post("legal", path+"/verify", url.Values{"rev": {deskRev(d)}, "verified_at": {"2026-11-05T10:00"}}).says(http.StatusUnprocessableEntity, `value="2026-11-05T10:00"`, `id="w-verified_at"`)
			o.post("legal", path+"/verify", url.Values{"rev": {deskRev(d)}, "verified_at": {"昨日"}}).says(http.StatusUnprocessableEntity)
			o.post("legal", path+"/verify", url.Values{"rev": {deskRev(d)}, "verified_at": {"2026-11-04T09:30"}}).leadsTo(path)
			o.get("operator", path).says(http.StatusOK, "確認済み", "2026-11-04 09:30 人 legal")
			o.clock.Add(181 * 24 * time.Hour)
			o.get("operator", path).says(http.StatusOK, "要確認（180日超）")
			o.get("operator", "/directory?stale=true").says(http.StatusOK, "みずほ銀行")
		},
		"a desk that is no longer in use leaves the list and can come back": func(_ *testing.T, o *front) {
			d := o.added(mizuho())
			path := "/directory/" + d.ID
			o.post("funds", path, mizuho("rev", deskRev(d), "retired", "true")).leadsTo(path)
			o.get("funds", "/directory").says(http.StatusOK).lacks("みずほ銀行")
			o.get("funds", "/directory?retired=true").says(http.StatusOK, "みずほ銀行")
			o.post("funds", path, mizuho("rev", "2")).leadsTo(path)
			o.get("funds", "/directory").says(http.StatusOK, "みずほ銀行")
		},
		"more desks than a page goes on on the next": func(_ *testing.T, o *front) {
			by, _ := o.who("funds")
			for n := range 51 {
				_, err := o.desks.Save(o.t.Context(), by, contacts.Desk{Details: contacts.Details{Kind: contacts.Bank, BankCode: fmt.Sprintf("%04d", n), Name: fmt.Sprintf("第%02d銀行", n), Phone: "110"}})
				must(o.t, err)
			}
			page := o.get("funds", "/directory?kind=bank").says(http.StatusOK, "第49銀行").Body.String()
			_, rest, found := strings.Cut(page, `href="/directory?after=`)
			if !found {
				o.t.Fatal("no next page")
			}
			query, _, _ := strings.Cut(rest, `"`)
			o.get("funds", "/directory?after="+strings.ReplaceAll(query, "&amp;", "&")).says(http.StatusOK, "第50銀行").lacks("第49銀行")
		},
	})
}
