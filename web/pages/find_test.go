package pages_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"tasuke/contacts/inquiry"
)

func TestSearchHomeAndTrail(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a number in any width and case leads to its record": func(t *testing.T, h *house) {
			op, _ := h.who("operator")
			q, err := h.inquiries.Start(t.Context(), op, inquiry.Phone, "key-of-this-test")
			must(t, err)
			for typed, to := range map[string]string{"inc-2026-0001": "/incidents/" + h.incident.ID, "ＣＡＳＥ-2026-000001": "/cases/" + h.open.ID, q.No: "/inquiries/" + q.ID} {
				h.post("operator", "/search", url.Values{"q": {typed}}).leadsTo(to)
			}
			h.post("operator", "/search", url.Values{"q": {"INC-2026-9999"}}).says(http.StatusOK, "見つかりませんでした")
		},
		"nobody is shown a group without its right": func(_ *testing.T, h *house) {
			h.post("operator", "/search", url.Values{"q": {"ヤマダ"}}).says(http.StatusOK, "山＊＊", h.open.No).lacks("山田太郎")
			h.post("pr", "/search", url.Values{"q": {"ヤマダ"}}).says(http.StatusOK).lacks("山＊＊", h.open.No)
			h.post("pr", "/search", url.Values{"q": {"出金先"}}).says(http.StatusOK, h.incident.No)
			h.post("admin", "/search", url.Values{"q": {"出金先"}}).says(http.StatusOK).lacks(h.incident.No)
			h.post("admin", "/search", url.Values{"q": {h.incident.No}}).says(http.StatusOK).lacks(h.incident.ID)
		},
		"nothing searched for stands in an address": func(_ *testing.T, h *house) {
			h.post("operator", "/search", url.Values{"q": {"ヤマダ"}}).lacks("q=")
			h.get("operator", "/search").says(http.StatusOK)
		},
		"the first page has what a role may see and no more": func(_ *testing.T, h *house) {
			h.get("operator", "/").says(http.StatusOK, "新しい受付", h.incident.No, "台本に沿って受け付け", "topics=tasks,incidents,inquiries")
			h.get("executive", "/").says(http.StatusOK, h.incident.No).lacks("新しい受付", "inquiries")
			h.get("admin", "/").says(http.StatusOK, "/admin/accounts").lacks(h.incident.No, "topics=", "台本に沿って")
		},
		"on a day when offices are closed the first page says so, and which day is the next": func(_ *testing.T, h *house) {
			h.get("operator", "/").lacks("閉庁日")
			h.clock.Set(time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC))
			h.get("operator", "/").says(http.StatusOK, "勤労感謝の日", "2026-11-24", "読まれません")
		},
		"the trail is the auditor's, in words, with both trees": func(_ *testing.T, h *house) {
			h.get("operator", "/cases/"+h.open.ID).says(http.StatusOK)
			h.get("auditor", "/audit").says(http.StatusOK, "案件を登録", "案件を閲覧", "閲覧記録", "監査証跡", "人 operator").lacks("case.opened")
			h.get("auditor", "/audit?tree=access").says(http.StatusOK, "案件を閲覧").lacks("案件を登録")
			h.get("auditor", "/audit?kind=case&id="+h.open.ID+"&from=2026-11-05").says(http.StatusOK, "該当する記録はありません")
			for _, login := range []string{"operator", "supervisor", "admin"} {
				h.get(login, "/audit").says(http.StatusNotFound)
			}
		},
		"a day, a tree or a cursor that cannot be read is named": func(_ *testing.T, h *house) {
			h.get("auditor", "/audit?from=きのう").says(http.StatusUnprocessableEntity, `id="w-from"`)
			h.get("auditor", "/audit?tree=x").says(http.StatusUnprocessableEntity)
			h.get("auditor", "/audit?after=x").says(http.StatusUnprocessableEntity)
		},
		"published playbooks can be read by whoever may see tasks": func(_ *testing.T, h *house) {
			h.get("legal", "/playbooks").says(http.StatusOK, "PB-01", "製品に付属", "最新")
			h.get("legal", "/playbooks/"+h.version()).says(http.StatusOK, "口座を保護ロックする", "起点から 2 分", "資金はすでに送られたか → 送られた").lacks("標準")
		},
		"a firm's own text is shown beside what the program says now": func(_ *testing.T, h *house) {
			now := *h.build
			now.Source = append(slices.Clone(now.Source), "\n# "...)
			now.Title.JA = "別の題"
			h.build = &now
			h.get("legal", "/playbooks/"+h.version()).says(http.StatusOK, "違い", "口座を保護ロックする")
		},
	})
}

func (h *house) version() string {
	h.t.Helper()
	legal, _ := h.who("legal")
	list, err := h.runs.Versions(h.t.Context(), legal)
	must(h.t, err)
	return list[0].ID
}
