package main

import (
	"context"

	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/contacts/police"
)

// told makes a share that waits for its approval, and a consultation of the police with a summary.
func (h *house) shared(ctx context.Context, w *demoWorld) {
	s, err := w.share(ctx, h.firm.incident, isac.Content{Title: "偽サイトからの不正ログイン", TLP: stix.Green, Channel: isac.FISAC,
		AttackOrigin: "国外のホスティング事業者。", Method: "偽サイトで認証情報を窃取。", Purpose: "出金。", Countermeasure: "遮断。", Confidence: 50,
		Indicators: []isac.Indicator{{Kind: stix.IP, Value: "203.0.113.45", Seen: 2, Label: isac.Own}, {Kind: stix.Domain, Value: "hinata-secure.example", Label: isac.Own}}})
	must(h.t, err)
	h.firm.share = s.ID
	c, all, err := h.polices.Defaults(ctx, w.who["legal"], h.firm.incident)
	must(h.t, err)
	i, err := w.incident(ctx, h.firm.incident)
	must(h.t, err)
	r, err := h.polices.Begin(ctx, w.who["legal"], h.firm.incident, w.brought(c, all, i))
	must(h.t, err)
	r, err = h.polices.MakeSummary(ctx, w.who["legal"], r.ID, r.Rev)
	must(h.t, err)
	r, err = h.polices.Hold(ctx, w.who["legal"], police.Held{ID: r.ID, Rev: r.Rev, At: r.OpenedAt})
	must(h.t, err)
	h.firm.police = r.ID
}
