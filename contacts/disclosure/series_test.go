package disclosure_test

import (
	"context"
	"strings"
	"testing"

	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/db"
)

func TestTheSeriesOfNotices(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"after an older notice was corrected the next one follows the newest, in number and in text": func(t *testing.T, h *house) {
			one := h.published()
			c := h.written()
			c.JA.Changes, c.EN.Changes, c.JA.Outline = "追加の調査結果です。", "More was found.", "二回目の概要です。"
			two := h.publish(h.signed(h.begun(disclosure.New{Kind: notice.Update}, c).ID).ID)
			c = h.written()
			c.JA.Reason, c.EN.Reason = "件数の誤り。", "The number was wrong."
			h.publish(h.signed(h.begun(disclosure.New{Kind: notice.Correction, CorrectsID: one.ID}, c).ID).ID)
			three, err := h.Begin(t.Context(), writer, disclosure.New{IncidentID: h.incident.ID, Kind: notice.Update})
			must(t, err)
			if got := h.sheet(three.ID).Content.JA.Outline; two.Ordinal != 2 || three.Ordinal != 3 || !strings.HasPrefix(got, "二回目") {
				t.Fatalf("no. %d after no. %d, and it begins with %q", three.Ordinal, two.Ordinal, got)
			}
		},
		"the number of a notice that was withdrawn is not given again: its page is still there": func(t *testing.T, h *house) {
			h.published()
			c := h.written()
			c.JA.Changes, c.EN.Changes = "追加の調査結果です。", "More was found."
			two := h.publish(h.signed(h.begun(disclosure.New{Kind: notice.Update}, c).ID).ID)
			_, err := h.Withdraw(t.Context(), executive, disclosure.Withdrawal{ID: two.ID, Rev: two.Rev, JA: "誤って公表しました。", EN: "It was published by mistake."})
			must(t, err)
			three, err := h.Begin(t.Context(), writer, disclosure.New{IncidentID: h.incident.ID, Kind: notice.Update})
			must(t, err)
			if three.Ordinal != 3 {
				t.Fatalf("no. %d", three.Ordinal)
			}
		},
		"a corrected notice is followed by the next one with the corrected text": func(t *testing.T, h *house) {
			one := h.published()
			c := h.written()
			c.JA.Reason, c.EN.Reason, c.JA.Outline = "誤り。", "It was wrong.", "訂正した概要です。"
			h.publish(h.signed(h.begun(disclosure.New{Kind: notice.Correction, CorrectsID: one.ID}, c).ID).ID)
			two, err := h.Begin(t.Context(), writer, disclosure.New{IncidentID: h.incident.ID, Kind: notice.Update})
			must(t, err)
			if got := h.sheet(two.ID).Content.JA.Outline; two.Ordinal != 2 || got != "訂正した概要です。" {
				t.Fatalf("no. %d: %q", two.Ordinal, got)
			}
		},
	})
}

func TestNothingThatWasTypedIsAllowedToStandInANotice(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"what the guard lets pass is the firm's, and not what the writer put into the desk": func(t *testing.T, h *house) {
			var may []string
			leaks := h.options.Leaks
			h.options.Leaks = func(ctx context.Context, tx *db.Tx, text string, allowed []string) ([]notice.Finding, error) {
				may = append(may, allowed...)
				return leaks(ctx, tx, text, allowed)
			}
			must(t, h.reopen())
			c := h.written()
			c.JA.DeskName, c.JA.DeskHours, c.DeskPhone = "窓口 佐藤花子", "090-1111-2222", "090-1234-5678"
			d := h.begun(disclosure.New{Kind: notice.First}, c)
			must(t, h.sign(responder, d.ID, disclosure.FactsStep), h.sign(lawyer, d.ID, disclosure.LawStep), h.sign(executive, d.ID, disclosure.ExecutiveStep))
			d = h.publish(d.ID)
			_, err := h.Withdraw(t.Context(), executive, disclosure.Withdrawal{ID: d.ID, Rev: d.Rev, JA: "誤り。", EN: "It was wrong."})
			must(t, err)
			if said := strings.Join(may, " "); len(may) == 0 || strings.Contains(said, "佐藤") || strings.Contains(said, "090-") {
				t.Fatalf("allowed: %s", said)
			}
		},
	})
}
