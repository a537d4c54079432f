package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"tasuke/cases"
)

func details(rev int64, more url.Values) url.Values {
	f := url.Values{"rev": {fmt.Sprint(rev)}, "claim_source": {"customer"}, "pattern": {"withdrawal"}, "mfa_at_time": {"none"},
		"phishing_entered": {"yes"}, "reported_at": {"2026-11-04T09:30"}, "loss_claimed_yen": {"１２,０００円"}, "summary": {"最初の人の文"}}
	for k, v := range more {
		f[k] = v
	}
	return f
}

func TestTheCasePage(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a second person's edit comes back with what was typed and with what the first one saved": func(_ *testing.T, h *house) {
			path := "/cases/" + h.open.ID
			h.post("responder", path, details(h.open.Rev, nil)).leadsTo(path)
			h.post("supervisor", path, details(h.open.Rev, url.Values{"summary": {"二人目の文"}})).
				says(http.StatusConflict, "二人目の文", "最初の人の文", "12,000円", "ほかの人がこの記録を変更しました")
		},
		"an amount and a time that cannot be read are named, and nothing is lost": func(_ *testing.T, h *house) {
			h.post("responder", "/cases/"+h.open.ID, details(h.open.Rev, url.Values{"loss_claimed_yen": {"多め"}, "noticed_at": {"きのう"}})).
				says(http.StatusUnprocessableEntity, `value="多め"`, "最初の人の文", `id="w-loss_claimed_yen"`, `id="w-noticed_at"`)
		},
		"personal data is masked until a purpose is given, and shown on that answer only": func(t *testing.T, h *house) {
			path := "/cases/" + h.open.ID
			h.get("operator", path).says(http.StatusOK, "山＊＊").lacks("山田太郎", "090-1234-5678", "1234567")
			h.post("operator", path+"/reveal", url.Values{}).says(http.StatusUnprocessableEntity).lacks("山田太郎")
			h.post("operator", path+"/reveal", url.Values{"purpose": {"contact"}}).says(http.StatusOK, "山田太郎", "1234567")
			h.get("operator", path).lacks("山田太郎")
			h.post("pr", path+"/reveal", url.Values{"purpose": {"contact"}}).says(http.StatusNotFound).lacks("山田太郎")
			if n := h.recorded("customer.revealed"); n != 1 {
				t.Errorf("%d reveals are on record", n)
			}
		},
		"who asked for a release does not get the button to agree to it": func(t *testing.T, h *house) {
			op, _ := h.who("operator")
			k, err := h.cases.RequestStop(t.Context(), op, h.open.ID, cases.Stop{Channels: []cases.Channel{"web"}})
			must(t, err)
			path := "/cases/" + h.open.ID + "/stops/" + k.ID
			h.post("operator", path+"/channels/web", url.Values{"result": {"verified"}}).leadsTo("/cases/")
			h.post("supervisor", path+"/moves", url.Values{"event": {"release_asked"}, "level": {"3"}}).
				says(http.StatusUnprocessableEntity, `id="w-why-`+k.ID+`"`)
			h.post("supervisor", path+"/moves", url.Values{"event": {"release_asked"}, "level": {"3"}, "reason": {"確認済み"}}).leadsTo("/cases/")
			h.get("supervisor", "/cases/"+h.open.ID).says(http.StatusOK, `value="release_agreed" disabled`)
			h.post("supervisor", path+"/moves", url.Values{"event": {"release_agreed"}}).says(http.StatusUnprocessableEntity, "四眼")
		},
		"a stop without a channel, a channel that does not exist and a stop of nobody are refused": func(_ *testing.T, h *house) {
			path := "/cases/" + h.open.ID + "/stops"
			h.post("operator", path, url.Values{"target": {"trade"}}).says(http.StatusUnprocessableEntity, "経路を一つ以上")
			h.post("operator", path, url.Values{"target": {"trade"}, "channels": {"fax"}}).says(http.StatusUnprocessableEntity)
			h.post("operator", path+"/0/channels/web", url.Values{"result": {"verified"}}).says(http.StatusNotFound)
		},
		"a correction leaves the entry it corrects, and comes once": func(_ *testing.T, h *house) {
			path := "/cases/" + h.open.ID + "/notes"
			note := url.Values{"direction": {"out"}, "medium": {"phone"}, "counterparty": {"customer"}, "result": {"talked"}, "text": {"一つ目の記録"}}
			h.post("operator", path, note).leadsTo("/cases/")
			op, _ := h.who("operator")
			notes, _, err := h.cases.Notes(h.t.Context(), op, h.open.ID, cases.Page{})
			must(h.t, err)
			note.Set("text", "直した記録")
			note.Set("corrects", notes[0].ID)
			h.post("operator", path, note).leadsTo("/cases/")
			h.post("operator", path, note).says(http.StatusConflict, "直した記録")
			h.get("operator", path).says(http.StatusOK, "一つ目の記録", "直した記録", "訂正済み")
		},
		"an unknown case and a cursor that is none of ours are no server faults": func(_ *testing.T, h *house) {
			h.get("operator", "/cases/nobody").says(http.StatusNotFound)
			h.get("operator", "/cases/nobody/timeline").says(http.StatusNotFound)
			h.get("operator", "/cases?after=x").says(http.StatusUnprocessableEntity)
			h.get("operator", "/cases?incident=nobody").says(http.StatusNotFound)
		},
		"a query never stands in an address": func(_ *testing.T, h *house) {
			h.post("operator", "/cases", url.Values{"q": {"ヤマダ"}}).says(http.StatusOK, h.open.No).lacks("?q=", "&q=")
			h.post("operator", "/cases", url.Values{"state": {"received"}, "mine": {"true"}}).leadsTo("/cases?mine=true&state=received")
		},
		"an administrator finds no case": func(_ *testing.T, h *house) {
			for _, path := range []string{"/cases", "/cases/" + h.open.ID, "/tasks", "/audit"} {
				h.get("admin", path).says(http.StatusNotFound).lacks(h.open.No)
			}
		},
	})
}
