package police_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/contacts/police"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
)

func TestAVictimIsNamedOnlyWithTheirConsent(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"and naming is on record": func(t *testing.T, h *house) {
			r := h.summary(h.begin())
			if p := h.papers[0]; len(h.revealed) != 0 || len(p.Cases) != 2 || p.Cases[0].Victim != nil || h.sheet(r.ID).Summaries[0].Named != 0 {
				t.Fatalf("named without a consent: %v %+v", h.revealed, p.Cases)
			}
			r = h.summary(h.consent(r, "c1", true))
			p := h.papers[1]
			if !slices.Equal(h.revealed, []string{"c1"}) || p.Cases[0].Victim == nil || p.Cases[0].Victim.Name != victimName || p.Cases[1].Victim != nil {
				t.Errorf("%v %+v", h.revealed, p.Cases)
			}
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'police.victim_named'`); n != 1 || h.sheet(r.ID).Summaries[0].Named != 1 {
				t.Errorf("%d entries, %+v", n, h.sheet(r.ID).Summaries)
			}
			r = h.consent(r, "c1", false)
			if !r.Outdated() {
				t.Error("the summary that names who took it back is not outdated")
			}
			if h.summary(r); h.papers[2].Cases[0].Victim != nil || h.papers[2].Cases[0].Consent.Given {
				t.Errorf("named after the consent was taken back: %+v", h.papers[2].Cases[0])
			}
		},
		"a consent of another case, without a word how, or of tomorrow is none": func(t *testing.T, h *house) {
			r := h.begin(func(c *police.Content) { c.Cases = []string{"c2"} })
			at := h.d.Now()
			for field, a := range map[string]police.Agreed{"case": {CaseID: "c1", At: at, How: "電話"}, "how": {CaseID: "c2", At: at}, "at": {CaseID: "c2", At: at.Add(time.Hour), How: "電話"}} {
				a.ID, a.Rev, a.Given = r.ID, r.Rev, true
				_, err := h.RecordConsent(t.Context(), lawyer, a)
				wrong(t, err, field, map[string]string{"case": "form.choice", "how": "form.required", "at": "form.future"}[field])
			}
		},
		"nor in what people wrote": func(t *testing.T, h *house) {
			for field, put := range map[string]func(*police.Content, string){
				"recognition": func(c *police.Content, s string) { c.Recognition = s }, "method": func(c *police.Content, s string) { c.Method = s },
				"measures": func(c *police.Content, s string) { c.Measures = s }, "wish": func(c *police.Content, s string) { c.Wish = s },
				"timeline": func(c *police.Content, s string) { c.Timeline[0].Operation = s },
				"evidence": func(c *police.Content, s string) { c.Evidence[0].Kept = s },
			} {
				r := h.consent(h.begin(func(c *police.Content) { put(c, "勅使河原健一郎様と、五十嵐慎之介様の口座。") }), "c1", true)
				_, err := h.MakeSummary(t.Context(), lawyer, r.ID, r.Rev)
				refused(t, err, fault.Refused, "police.leaks")
				if sh := h.sheet(r.ID); sh.Lines[0].Event != police.Leaked || sh.Lines[0].Args["Fields"] != field || len(sh.Summaries) != 0 || sh.Report.Rev != r.Rev {
					t.Errorf("%s: %+v", field, sh.Lines[0])
				}
				r, err = h.Edit(t.Context(), lawyer, r.ID, r.Rev, content(func(c *police.Content) {
					put(c, "勅使河原健一郎様の口座。攻撃者の電話 090-1234-5678。")
				}))
				must(t, err)
				h.summary(r)
			}
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'police.refused'`); n != 6 {
				t.Errorf("%d refusals on record", n)
			}
		},
		"nor in the smaller columns of the time line, nor in the title of the incident": func(t *testing.T, h *house) {
			const stranger = "五十嵐慎之介様の口座"
			for name, put := range map[string]func(*police.Content){
				"agent": func(c *police.Content) { c.Timeline[0].Agent = stranger }, "case": func(c *police.Content) { c.Timeline[0].Case = stranger },
			} {
				r := h.begin(put)
				if _, err := h.MakeSummary(t.Context(), lawyer, r.ID, r.Rev); !fault.Is(err, fault.Refused) {
					t.Errorf("%s: %v", name, err)
				}
			}
			h.title = stranger
			r := h.begin()
			_, err := h.MakeSummary(t.Context(), lawyer, r.ID, r.Rev)
			refused(t, err, fault.Refused, "police.leaks")
		},
		"and a consent for a case that is no longer concerned names nobody": func(t *testing.T, h *house) {
			r := h.consent(h.begin(), "c1", true)
			r, err := h.Edit(t.Context(), lawyer, r.ID, r.Rev, content(func(c *police.Content) { c.Cases = []string{"c2"} }))
			must(t, err)
			if h.summary(r); len(h.revealed) != 0 || len(h.papers[0].Cases) != 1 {
				t.Errorf("%v %+v", h.revealed, h.papers[0].Cases)
			}
		},
	})
}

func TestASummaryIsFrozen(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"byte for byte, and opening it is on record": func(t *testing.T, h *house) {
			r := h.summary(h.begin())
			pdf, name, err := h.PDF(t.Context(), auditor, r.ID, 0)
			must(t, err)
			if name != r.No+"-1.pdf" || !strings.HasPrefix(string(pdf), "%PDF "+r.No+" 1 "+r.Digest) || h.count(`SELECT count(*) FROM audit_entry WHERE action = 'police.summary_opened'`) != 1 {
				t.Errorf("%s %s", name, pdf)
			}
			_, err = h.MakeSummary(t.Context(), lawyer, r.ID, r.Rev)
			refused(t, err, fault.Refused, "police.guard.fresh")
			_, _, err = h.PDF(t.Context(), executive, r.ID, 0)
			if !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
			_, _, err = h.PDF(t.Context(), auditor, r.ID, 2)
			if !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			for _, q := range []string{`UPDATE police_summary SET sha256 = 'x'`, `DELETE FROM police_consent`, `UPDATE police_line SET args = ''`, `DELETE FROM police_receipt`} {
				if h.consent(h.begin(), "c1", true); strings.Contains(q, "receipt") {
					must(t, h.exec(`INSERT INTO police_receipt (id, report_id, number, at, by_id, by_name) VALUES ('x', ?, '1', 1, 'x', 'x')`, r.ID))
				}
				if err := h.exec(q); err == nil {
					t.Errorf("%s went through", q)
				}
			}
		},
		"with what stood there when it was drawn": func(t *testing.T, h *house) {
			r := h.begin()
			h.render = func(police.Paper) ([]byte, error) {
				_, err := h.Edit(t.Context(), lawyer, r.ID, r.Rev, content(func(c *police.Content) { c.Wish = "先に直した" }))
				must(t, err)
				return []byte("%PDF"), nil
			}
			_, err := h.MakeSummary(t.Context(), lawyer, r.ID, r.Rev)
			if !fault.Is(err, fault.Conflict) || h.count(`SELECT count(*) FROM police_summary`) != 0 {
				t.Errorf("got %v", err)
			}
			h.render = func(police.Paper) ([]byte, error) { return nil, &document.MissingGlyphs{} }
			_, err = h.MakeSummary(t.Context(), lawyer, r.ID, r.Rev+1)
			refused(t, err, fault.Refused, "police.glyphs")
		},
		"and says its time line in order, to the second": func(t *testing.T, h *house) {
			h.summary(h.begin())
			p := h.papers[0]
			if p.Timeline[0].Operation != "ログイン" || p.Timeline[0].Port != 54321 || p.Timeline[0].At != db.At(start).Add(-3*time.Hour-17*time.Second) || p.Destinations[0].Number != "7654321" {
				t.Errorf("%+v", p.Timeline)
			}
		},
	})
}

func TestAConsultationsWork(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"from the plan to the end, with its events": func(t *testing.T, h *house) {
			r := h.held()
			if r.State != police.Consulted || h.open() != 1 {
				t.Errorf("%+v, %d open", r, h.open())
			}
			r = h.move(r, police.DocsAsked)
			h.clock.Add(time.Hour)
			r, err := h.Accept(t.Context(), lawyer, police.Taken{ID: r.ID, Rev: r.Rev, At: h.d.Now(), Number: "令和8年第123号"})
			must(t, err)
			if want := []string{"police.consulted " + police.Ref(r.ID), "police.accepted " + police.Ref(r.ID)}; !slices.Equal(h.emitted, want) || h.open() != 0 {
				t.Errorf("%v, %d open", h.emitted, h.open())
			}
			r = h.move(h.move(r, police.InvestigationBegun), police.WorkEnded)
			_, err = h.Edit(t.Context(), lawyer, r.ID, r.Rev, content())
			refused(t, err, fault.Refused, "police.move.unknown")
			if len(h.told) != 6 || h.count(`SELECT count(*) FROM audit_entry WHERE tree = 'main' AND action LIKE 'police.%'`) != 6 {
				t.Errorf("told %v", h.told)
			}
		},
		"a number comes later, and a wrong one is corrected by a new row": func(t *testing.T, h *house) {
			if _, found := h.reference(); found {
				t.Error("a reference before anybody was consulted")
			}
			other := h.held()
			h.clock.Add(time.Minute)
			r := h.held(func(c *police.Content) { c.Agency = "架空県警察本部" })
			r, err := h.Accept(t.Context(), lawyer, police.Taken{ID: r.ID, Rev: r.Rev, At: h.d.Now()})
			must(t, err)
			if g, found := h.reference(); !found || g.Number != "" || g.Agency != "架空県警察本部" || g.State != police.Accepted {
				t.Errorf("%+v", g)
			}
			for _, no := range []string{"第132号", "第123号"} {
				h.clock.Add(time.Minute)
				r, err = h.Number(t.Context(), lawyer, r.ID, r.Rev, no)
				must(t, err)
			}
			g, _ := h.reference()
			if got := h.sheet(r.ID).Receipts; g.Number != "第123号" || len(got) != 2 || got[1].Number != "第132号" || g.ConsultedAt != r.ConsultedAt {
				t.Errorf("%+v %+v", g, got)
			}
			_, err = h.Number(t.Context(), lawyer, other.ID, other.Rev, strings.Repeat("9", 41))
			wrong(t, err, "number", "form.too_long")
			_, err = h.Number(t.Context(), lawyer, other.ID, other.Rev, " ")
			wrong(t, err, "number", "form.required")
		},
		"declined with a reason, it may be consulted about again": func(t *testing.T, h *house) {
			r := h.held()
			_, err := h.Move(t.Context(), lawyer, police.Cause{ID: r.ID, Rev: r.Rev, Event: police.Refusal})
			wrong(t, err, "reason", "form.required")
			r = h.move(r, police.Refusal)
			if _, found := h.reference(); found || h.open() != 0 {
				t.Error("a declined report is named to others")
			}
			r, err = h.Hold(t.Context(), lawyer, police.Held{ID: r.ID, Rev: r.Rev, At: h.d.Now(), Officer: "警部補 見本"})
			must(t, err)
			if sh := h.sheet(r.ID); r.State != police.Consulted || sh.Content.Officer != "警部補 見本" {
				t.Errorf("%+v", sh.Content)
			}
		},
		"a moment that cannot be is refused, and so is a page that is old": func(t *testing.T, h *house) {
			r := h.begin()
			_, err := h.Hold(t.Context(), lawyer, police.Held{ID: r.ID, Rev: r.Rev, At: h.d.Now().Add(time.Minute)})
			wrong(t, err, "at", "form.future")
			_, err = h.Hold(t.Context(), lawyer, police.Held{ID: r.ID, Rev: r.Rev})
			wrong(t, err, "at", "form.required")
			_, err = h.Hold(t.Context(), lawyer, police.Held{ID: r.ID, Rev: r.Rev + 1, At: h.d.Now()})
			if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
			held := h.held()
			_, err = h.Accept(t.Context(), lawyer, police.Taken{ID: held.ID, Rev: held.Rev, At: h.d.Now().Add(-time.Hour)})
			wrong(t, err, "at", "police.before_consultation")
			_, err = h.Begin(t.Context(), responder, h.incident.ID, content())
			if !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
		},
		"what was typed is checked line by line": func(t *testing.T, h *house) {
			at := db.At(start).Add(-time.Hour)
			c := content(func(c *police.Content) {
				c.Timeline = []police.Seen{{At: at, Operation: "ログイン", IP: "198.51.100.300"}, {At: at, Operation: "出金", Port: 70000}, {Operation: "注文"}, {At: at}, {At: at, Operation: "照会", IP: "198.51.100.3", Port: 1}}
				c.Evidence = []police.Proof{{No: "EV-1", SHA256: "abc"}}
				c.Cases, c.Damages.Net = []string{"c9"}, -2
			})
			_, err := h.Begin(t.Context(), lawyer, h.incident.ID, c)
			for field, key := range map[string]string{"timeline": "police.timeline.wrong", "evidence": "police.evidence.wrong", "cases": "form.choice", "net": "form.yen"} {
				wrong(t, err, field, key)
			}
			want := []police.WrongLine{{N: 1, Key: "police.timeline.ip"}, {N: 2, Key: "police.timeline.port"}, {N: 3, Key: "police.timeline.at"}, {N: 4, Key: "police.timeline.operation"}}
			if got := c.WrongLines(h.d.Now()); !slices.Equal(got, want) {
				t.Errorf("got %v", got)
			}
		},
		"a new one begins with what the rooms below know": func(t *testing.T, h *house) {
			c, all, err := h.Defaults(t.Context(), lawyer, h.incident.ID)
			must(t, err)
			if len(all) != 2 || len(c.Cases) != 2 || len(c.Timeline) != 2 || c.Recognition != "顧客から知らない出金があるとの申出。" {
				t.Errorf("%+v", c)
			}
		},
		"what was typed is nowhere in plain text, and nothing begins in an incident that has ended": func(t *testing.T, h *house) {
			h.begin(func(c *police.Content) { c.Wish = "内緒の希望" })
			var sealed []byte
			must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return tx.Get(ctx, &sealed, `SELECT content FROM police_report`)
			}))
			if len(sealed) == 0 || strings.Contains(string(sealed), "内緒") {
				t.Error("what was typed can be read")
			}
			must(t, h.exec(`UPDATE incident SET state = 'closed', closed_at = 1 WHERE id = ?`, h.incident.ID))
			_, err := h.Begin(t.Context(), lawyer, h.incident.ID, content())
			refused(t, err, fault.Refused, "incident.over")
		},
		"the list is the newest first, with the number that counts": func(t *testing.T, h *house) {
			first := h.held()
			first, err := h.Number(t.Context(), lawyer, first.ID, first.Rev, "第1号")
			must(t, err)
			h.clock.Add(time.Minute)
			h.begin()
			page, next, err := h.List(t.Context(), auditor, police.Filter{IncidentID: h.incident.ID, Open: true}, police.Page{Limit: 1})
			must(t, err)
			rest, _, err := h.List(t.Context(), auditor, police.Filter{State: police.Consulted}, police.Page{After: next})
			must(t, err)
			if len(page) != 1 || page[0].State != police.Planned || len(rest) != 1 || rest[0].Number != "第1号" || rest[0].ID != first.ID {
				t.Errorf("%+v %+v", page, rest)
			}
		},
	})
}
