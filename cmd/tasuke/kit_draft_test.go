package main

import "context"

// draftText is a playbook in the making, with a step of its own form.
const draftText = `playbook: PB-70
title: {ja: 起案中, en: Being written}
steps:
  - {id: first, kind: task, title: {ja: 最初, en: First}, instructions: {ja: する, en: Do it}, role: operator}
  - {id: last, kind: end, after: [first], title: {ja: 終わり, en: End}}
`

// drafted begins a playbook that somebody writes.
func (h *house) drafted(ctx context.Context, w *demoWorld) {
	d, err := h.drafts.Begin(ctx, w.who["ir"], draftText, "")
	must(h.t, err)
	h.firm.book = d.ID
}
