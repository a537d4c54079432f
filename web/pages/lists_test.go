package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"tasuke/cases"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
)

// note adds an entry to the contact log of the house's case.
func (h *house) note(text string) cases.Note {
	h.t.Helper()
	h.clock.Add(time.Minute)
	op, _ := h.who("operator")
	n, err := h.cases.AddNote(h.t.Context(), op, h.open.ID, cases.Note{Direction: "in", Medium: "phone", Counterparty: "customer", Result: "talked", Text: text})
	must(h.t, err)
	return n
}

func TestTextsAreFoundByWhoMayReadThem(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"the place is marked, the customer masked": func(_ *testing.T, h *house) {
			h.note("櫻井支店の窓口で相談。ｼﾌﾞﾔの口座から出金。")
			for _, typed := range []string{"桜井", "シブヤ", "出金", "しぶやの口座"} {
				h.post("operator", "/search", url.Values{"q": {typed}}).says(http.StatusOK, "対応履歴", "<mark>", h.open.No, "山＊＊").lacks("山田太郎")
			}
			h.post("operator", "/search", url.Values{"q": {"出金"}}).says(http.StatusOK, "案件の概要", "知らない<mark>出金</mark>")
		},
		"without the right neither a text nor its kind nor a number of hits": func(_ *testing.T, h *house) {
			h.note("渋谷の窓口で相談")
			h.post("admin", "/search", url.Values{"q": {"渋谷"}}).says(http.StatusOK, "見つかりませんでした").lacks("<mark>", "対応履歴")
			h.post("sysops", "/search", url.Values{"q": {"渋谷"}, "group": {"note"}}).says(http.StatusOK).lacks("<mark>", h.open.No)
			h.post("executive", "/search", url.Values{"q": {"渋谷"}}).says(http.StatusOK, "<mark>渋谷</mark>")
		},
		"what a caller told is found by who sees it unmasked": func(t *testing.T, h *house) {
			op, _ := h.who("operator")
			q, err := h.inquiries.Log(t.Context(), op, inquiry.Phone, "k", inquiry.Form{Category: inquiry.PhishingSeen, Language: inquiry.Japanese, Urgency: inquiry.Normal,
				CallerRelation: inquiry.Self, CustomerID: h.customer, Identity: inquiry.Identity{Level: 0}, WhatHappened: "当社を騙る偽の封書が届いた"})
			must(t, err)
			h.post("operator", "/search", url.Values{"q": {"封書"}}).says(http.StatusOK, "<mark>封書</mark>", q.InquiryNo)
			h.post("auditor", "/search", url.Values{"q": {"封書"}}).says(http.StatusOK).lacks("<mark>", q.InquiryNo)
		},
		"what was shown is on record, and what was not is not": func(_ *testing.T, h *house) {
			h.post("operator", "/search", url.Values{"q": {"競馬"}}).says(http.StatusOK)
			if h.recorded("search.shown") != 0 {
				h.t.Error("an entry of nothing")
			}
			h.post("operator", "/search", url.Values{"q": {"出金"}})
			if h.recorded("search.shown") != 1 {
				h.t.Error("no entry")
			}
		},
		"an erased customer is found by no word any more": func(t *testing.T, h *house) {
			h.note("渋谷の窓口で相談")
			must(t, h.customers.Erase(t.Context(), actor.System("test"), h.customer))
			for _, typed := range []string{"渋谷", "知らない出金"} {
				h.post("operator", "/search", url.Values{"q": {typed}}).says(http.StatusOK).lacks("<mark>")
			}
		},
		"the next page goes on in one kind": func(_ *testing.T, h *house) {
			for i := range 10 {
				h.note(fmt.Sprintf("渋谷の窓口で相談 %02d", i))
			}
			page := h.post("operator", "/search", url.Values{"q": {"渋谷"}}).says(http.StatusOK, "相談 09", "相談 02")
			page.lacks("相談 01")
			after := regexp.MustCompile(`name="after" value="(\d+)"`).FindStringSubmatch(page.Body.String())
			h.post("operator", "/search", url.Values{"q": {"渋谷"}, "group": {"note"}, "after": after[1:]}).says(http.StatusOK, "相談 01", "相談 00").lacks("相談 02")
		},
		"a word too short is named, and a place that is none": func(_ *testing.T, h *house) {
			h.post("operator", "/search", url.Values{"q": {"、"}}).says(http.StatusUnprocessableEntity, "2文字以上")
			h.post("operator", "/search", url.Values{"q": {"出金"}, "group": {"note"}, "after": {"x"}}).says(http.StatusUnprocessableEntity)
		},
	})
}

func (h *house) picked() url.Values {
	h.t.Helper()
	op, _ := h.who("operator")
	found, _, err := h.cases.Selection(h.t.Context(), op, cases.Filter{})
	must(h.t, err)
	out := url.Values{"assignee": {h.people["fraud_analyst"].ID}}
	for _, e := range found {
		out.Add("pick", fmt.Sprintf("%s:%d", e.Case.ID, e.Rev))
	}
	return out
}

func TestCasesAreGivenOutOnTheList(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a review first, then the act, then undone": func(_ *testing.T, h *house) {
			h.get("operator", "/cases").says(http.StatusOK, `name="pick"`, "選んだ案件を確認")
			f := h.picked()
			h.post("operator", "/assignments", f).says(http.StatusOK, "1件の担当を「人 fraud_analyst」に変更します", "担当者なし")
			if h.recorded("case.assigned") != 0 {
				h.t.Error("the review changed something")
			}
			f.Set("key", "key-of-this-test")
			to := h.post("operator", "/assignments/go", f).leadsTo("/assignments/key-of-this-test")
			h.get("operator", to).says(http.StatusOK, "変更しました", "まとめて取り消す")
			h.post("operator", "/assignments/key-of-this-test/undo", nil).leadsTo("/assignments/")
			h.get("operator", to).says(http.StatusOK, "元に戻しました").lacks("まとめて取り消す")
		},
		"all that match": func(_ *testing.T, h *house) {
			h.post("operator", "/assignments", url.Values{"what": {"all"}, "state": {"received"}, "assignee": {h.people["operator"].ID}}).says(http.StatusOK, h.open.No, "1件を変更する")
			h.post("operator", "/assignments", url.Values{"what": {"all"}, "state": {"closed"}}).says(http.StatusOK, "0件").lacks("1件を変更する")
		},
		"what was changed after the review is said, row by row": func(t *testing.T, h *house) {
			f := h.picked()
			f.Set("key", "k2")
			op, _ := h.who("operator")
			_, err := h.cases.Assign(t.Context(), op, h.open.ID, h.open.Rev, op.ID)
			must(t, err)
			h.get("operator", h.post("operator", "/assignments/go", f).leadsTo("/assignments/k2")).says(http.StatusOK, "確認後に他の人が変更したため", "人 operator")
		},
		"nothing chosen, nobody who may, and no right": func(_ *testing.T, h *house) {
			h.post("operator", "/assignments", url.Values{}).says(http.StatusUnprocessableEntity, "案件が選ばれていません")
			f := h.picked()
			f.Set("assignee", h.people["admin"].ID)
			h.post("operator", "/assignments", f).says(http.StatusUnprocessableEntity)
			f.Set("pick", "x")
			h.post("operator", "/assignments/go", f).says(http.StatusUnprocessableEntity)
			h.post("auditor", "/assignments", h.picked()).says(http.StatusNotFound)
			h.get("auditor", "/cases").lacks(`name="pick"`)
		},
	})
}

func TestListsAreKeptUnderAName(t *testing.T) {
	save := func(h *house, f url.Values) string {
		return h.post("operator", "/filters", f).leadsTo("/cases?")
	}
	each(t, map[string]func(*testing.T, *house){
		"kept, used, opened with, removed and brought back": func(_ *testing.T, h *house) {
			h.get("operator", "/cases?state=closed").says(http.StatusOK, "今の条件を保存する")
			to := h.post("operator", "/filters", url.Values{"list": {"cases"}, "name": {"終わったもの"}, "state": {"closed"}}).leadsTo("/cases?")
			h.get("operator", to).says(http.StatusOK, "使用中", "条件を保存しました").lacks(h.open.No)
			id := regexp.MustCompile(`filter=([^&]+)`).FindStringSubmatch(to)[1]
			h.post("operator", "/filters/"+id+"/default", url.Values{"list": {"cases"}}).leadsTo("/filters")
			h.get("operator", "/cases").says(http.StatusOK, "使用中").lacks(h.open.No)
			h.get("operator", "/cases?filter=none").says(http.StatusOK, h.open.No)
			h.get("supervisor", "/cases").says(http.StatusOK, h.open.No).lacks("終わったもの")
			h.post("operator", "/filters/"+id+"/remove", url.Values{"rev": {"1"}}).leadsTo("/filters?done=filter_removed")
			h.get("operator", "/cases").says(http.StatusOK, h.open.No).lacks("終わったもの")
			h.get("operator", "/filters").says(http.StatusOK, "削除済み", "元に戻す")
			h.post("operator", "/filters/"+id+"/restore", url.Values{"rev": {"2"}}).leadsTo("/filters")
			h.post("operator", "/filters/"+id, url.Values{"rev": {"3"}, "name": {"終結"}}).leadsTo("/filters")
			h.post("operator", "/filters/"+id, url.Values{"rev": {"3"}, "name": {"二人目"}}).says(http.StatusConflict, "終結")
			h.post("operator", "/filters/none", url.Values{"list": {"cases"}}).leadsTo("/filters")
			h.get("operator", "/cases").says(http.StatusOK, h.open.No)
		},
		"a typed word stands in no address, and is used": func(_ *testing.T, h *house) {
			to := save(h, url.Values{"list": {"cases"}, "name": {"山田様"}, "q": {"ヤマダ"}})
			h.get("operator", to).says(http.StatusOK, h.open.No, "ヤマダ").lacks("q=")
			h.post("operator", "/filters", url.Values{"list": {"cases"}, "name": {"山田様"}, "q": {"ヤマダ"}, "role": {"operator"}}).says(http.StatusUnprocessableEntity, "共有できません", "山田様", "ヤマダ")
		},
		"another's filter is as if it were not there": func(_ *testing.T, h *house) {
			to := save(h, url.Values{"list": {"cases"}, "name": {"内緒の条件"}, "state": {"closed"}})
			h.get("supervisor", to).says(http.StatusOK, h.open.No).lacks("内緒の条件")
			h.post("admin", "/filters", url.Values{"list": {"cases"}, "name": {"x"}, "state": {"closed"}}).says(http.StatusNotFound)
		},
	})
}
