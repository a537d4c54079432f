package sweep_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tasuke/cases"
	"tasuke/cases/sweep"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
)

func TestIndicatorsOfAText(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"nobody adds without the permission": func(t *testing.T, h *house) {
			_, err := h.Add(t.Context(), auditor, sweep.Paste{IncidentID: h.incident, Text: pasted, Source: "own", TLP: "green"})
			wantKey(t, err, fault.Forbidden, "")
		},
		"what is wrong is named by field": func(t *testing.T, h *house) {
			_, err := h.Add(t.Context(), analyst, sweep.Paste{IncidentID: h.incident, Confidence: 101})
			var f *fault.Error
			if !errors.As(err, &f) || len(f.Fields) != 4 {
				t.Error(err)
			}
			_, err = h.Add(t.Context(), analyst, sweep.Paste{IncidentID: h.incident, Text: "10.0.0.1", Source: "own", TLP: "green"})
			wantKey(t, err, fault.Invalid, "")
		},
		"an analyst proposes and does not activate": func(t *testing.T, h *house) {
			_, err := h.Add(t.Context(), analyst, sweep.Paste{IncidentID: h.incident, Text: pasted, Source: "own", TLP: "green", Activate: true})
			wantKey(t, err, fault.Forbidden, "case.move.role")
		},
		"found, refused and not recognised are all given back": func(t *testing.T, h *house) {
			a := h.paste(responder, pasted)
			if a.New != 4 || len(a.Reading.Found) != 4 || len(a.Reading.Refused) != 1 || len(a.Reading.Unknown) != 1 {
				t.Errorf("%+v", a)
			}
		},
		"the same again adds nothing, and a stricter colour counts": func(t *testing.T, h *house) {
			h.paste(responder, pasted)
			a := h.paste(responder, "203.0.113.005 を観測", func(p *sweep.Paste) { p.TLP = "red" })
			if a.New != 0 || a.Known != 1 {
				t.Errorf("%+v", a)
			}
			h.paste(responder, "203.0.113.5", func(p *sweep.Paste) { p.TLP = "clear" })
			list, _, err := h.Indicators(t.Context(), auditor, sweep.IndicatorFilter{IncidentID: h.incident, Kind: "ip"}, sweep.Page{})
			if err != nil || len(list) != 1 || list[0].TLP != "red" {
				t.Errorf("%+v %v", list, err)
			}
		},
		"personal data is masked, sealed, and shown for a purpose on record": func(t *testing.T, h *house) {
			a := h.paste(responder, pasted)
			list, _, err := h.Indicators(t.Context(), auditor, sweep.IndicatorFilter{IncidentID: h.incident}, sweep.Page{})
			must(t, err)
			for _, x := range list {
				if !sweep.Personal(x.Kind) {
					continue
				}
				if strings.Contains(x.Shown, "mule") || strings.Contains(x.Shown, "1234567") {
					t.Error(x.Shown)
				}
				if _, err := h.Reveal(t.Context(), responder, a.SweepID, x.ID, ""); !fault.Is(err, fault.Invalid) {
					t.Error(err)
				}
				v, err := h.Reveal(t.Context(), responder, a.SweepID, x.ID, "investigation")
				if err != nil || v != "mule@evil.example" && v != "1234567" {
					t.Error(v, err)
				}
			}
		},
		"that one is harmless needs two people": func(t *testing.T, h *house) {
			a := h.paste(responder, "203.0.113.5")
			change := func(by actor.Actor, e sweep.Change, reason string) error {
				list, _, err := h.Indicators(t.Context(), auditor, sweep.IndicatorFilter{IncidentID: h.incident}, sweep.Page{})
				must(t, err)
				_, err = h.Change(t.Context(), by, sweep.Changing{SweepID: a.SweepID, IndicatorID: list[0].ID, Rev: list[0].Rev, Event: e, Reason: reason})
				return err
			}
			wantKey(t, change(analyst, sweep.BenignAsked, ""), fault.Invalid, "")
			wantKey(t, change(analyst, sweep.BenignAgreed, ""), fault.Refused, "sweep.guard.benign_none")
			must(t, change(analyst, sweep.BenignAsked, "自社の監視"))
			wantKey(t, change(analyst, sweep.BenignAgreed, ""), fault.Refused, "sweep.guard.benign_same")
			must(t, change(second, sweep.BenignAgreed, ""))
			_, err := h.Start(t.Context(), analyst, sweep.Plan{SweepID: a.SweepID, Rev: h.sheet(a.SweepID).Sweep.Rev, AttackAt: db.At(attack)})
			wantKey(t, err, fault.Refused, "sweep.guard.no_indicator")
		},
	})
}

func TestARound(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"is started by who may, from what they saw, with a begin in the past": func(t *testing.T, h *house) {
			id := h.paste(responder, pasted).SweepID
			rev := h.sheet(id).Sweep.Rev
			_, err := h.Start(t.Context(), auditor, sweep.Plan{SweepID: id, Rev: rev, AttackAt: db.At(attack)})
			wantKey(t, err, fault.Forbidden, "")
			_, err = h.Start(t.Context(), analyst, sweep.Plan{SweepID: id, Rev: rev + 1, AttackAt: db.At(attack)})
			wantKey(t, err, fault.Conflict, "")
			_, err = h.Start(t.Context(), analyst, sweep.Plan{SweepID: id, Rev: rev, AttackAt: db.At(start.Add(time.Hour))})
			wantKey(t, err, fault.Invalid, "")
		},
		"finds customers with reasons, rows and what is usual for them": func(t *testing.T, h *house) {
			id := h.swept()
			if got := said(h.hits(id, sweep.HitFilter{})); got != "C1 91 probable open new, C2 54 suspect open new, X9 54 suspect open new, C3 0 cleared open new" &&
				!strings.HasPrefix(got, "C1") {
				t.Error(got)
			}
			sh, err := h.GetHit(t.Context(), auditor, id, h.hit(id, "C1").ID)
			must(t, err)
			if len(sh.Detail.Rows) != 4 || sh.Detail.Rows[0].Source != "web" || sh.Detail.Rows[0].Segment == "" || sh.Detail.Rows[0].Line == 0 || len(sh.Detail.Reasons) < 3 {
				t.Errorf("%+v", sh.Detail)
			}
			if len(sh.Detail.Usual) != 2 || sh.Detail.Usual[0].Value != "198.51.100.20" || sh.Detail.Usual[0].N != 2 {
				t.Errorf("%+v", sh.Detail.Usual)
			}
			if h.hit(id, "X9").Registered() || !h.hit(id, "C1").Registered() {
				t.Error("who is in the register")
			}
			if got := strings.Join(h.emitted, " "); got != "sweep.hits_ready" {
				t.Error(got)
			}
		},
		"that has asked for everything is told of once more to who begins the next": func(t *testing.T, h *house) {
			id := h.swept()
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				b, err := h.NextRound(ctx, tx, analyst, h.incident)
				if b.ID != id || b.Round != 1 {
					t.Errorf("%+v", b)
				}
				return err
			}))
			if got := strings.Join(h.emitted, " "); got != "sweep.hits_ready sweep.hits_ready" {
				t.Error(got)
			}
		},
		"asked twice is answered once": func(t *testing.T, h *house) {
			id := h.swept()
			before := said(h.hits(id, sweep.HitFilter{}))
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE effect SET state = 'queued', owner = '', lease_until = 0, ended_at = 0 WHERE id = ?`, h.sheet(id).Round.EffectID)
				return err
			}))
			h.ask(id)
			if got := said(h.hits(id, sweep.HitFilter{})); got != before || len(h.emitted) != 1 {
				t.Error(got, h.emitted)
			}
		},
		"that fails says why, and is asked again with what was frozen": func(t *testing.T, h *house) {
			h.rows("web", usual...)
			id := h.paste(responder, pasted).SweepID
			h.asking = func() error { return fault.New(fault.Refused, "sweep.round.empty", nil) }
			h.begin(id)
			h.ask(id)
			sh := h.sheet(id)
			if sh.Sweep.State != sweep.Failed || sh.Round.Stage != sweep.RoundBroken || sh.Round.Problem != "sweep.round.empty" {
				t.Fatalf("%+v %+v", sh.Sweep, sh.Round)
			}
			h.asking = nil
			h.paste(responder, "198.51.100.77") // comes too late for this round
			must(t, h.try(analyst, id, sweep.RoundRetried, ""))
			h.ask(id)
			if sh := h.sheet(id); sh.Sweep.State != sweep.HitsReady || sh.Sweep.Round != 1 || len(sh.Indicators) != 4 {
				t.Errorf("%+v", sh.Sweep)
			}
		},
		"lists nobody for a common value, until somebody stands for it": func(t *testing.T, h *house) {
			var rows []string
			for i := range 40 {
				rows = append(rows, "-"+strings.Repeat("1", 2)+",login,B"+strings.Repeat("x", i)+",198.51.100.9,")
			}
			h.rows("web", append(rows, "2,login,C1,198.51.100.9,", "3,login,C2,198.51.100.9,")...)
			id := h.paste(responder, "198.51.100.9").SweepID
			h.begin(id)
			h.ask(id)
			sh := h.sheet(id)
			x := sh.Indicators[0]
			if sh.Tally.Matched != 0 || !x.Suppressed || x.Baseline != 40 || x.Cap != 30 {
				t.Fatalf("%+v", x)
			}
			_, err := h.Override(t.Context(), analyst, sweep.Cause{ID: id, Rev: sh.Sweep.Rev}, x.ID)
			wantKey(t, err, fault.Invalid, "")
			_, err = h.Override(t.Context(), analyst, sweep.Cause{ID: id, Rev: sh.Sweep.Rev, Reason: "攻撃者が同じ出口を使ったとの警察の連絡"}, x.ID)
			must(t, err)
			h.ask(id)
			if sh := h.sheet(id); sh.Tally.Matched != 2 || sh.Sweep.Round != 2 || !sh.Indicators[0].Override || sh.Tally.New != 2 {
				t.Errorf("%+v %+v", sh.Tally, sh.Indicators)
			}
		},
	})
}

func TestARoundThatFindsMoreThanItMayKeepFailsAndKeepsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHouse(t, d, vaulttest.New(t), t.TempDir(), func(o *sweep.Options) { o.MostHits = 1 })
		h.incident = h.open()
		id := h.swept()
		if sh := h.sheet(id); sh.Sweep.State != sweep.Failed || sh.Round.Problem != "sweep.problem.too_many" || sh.Tally.Matched != 0 {
			t.Errorf("%+v", sh.Round)
		}
	})
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"are given by who may, once, with a reason where one is needed": func(t *testing.T, h *house) {
			id := h.swept()
			wantKey(t, h.judge(auditor, id, "C1", sweep.ConfirmedSaid), fault.Forbidden, "")
			wantKey(t, h.judge(analyst, id, "C1", sweep.ClearedSaid, func(j *sweep.Judging) { j.Reason = "" }), fault.Invalid, "")
			wantKey(t, h.judge(analyst, id, "C1", sweep.ProbableSaid, func(j *sweep.Judging) { j.Reason = "family" }), fault.Invalid, "")
			wantKey(t, h.judge(analyst, id, "C2", sweep.ConfirmedSaid), fault.Refused, "sweep.guard.one_class")
			must(t, h.judge(analyst, id, "C2", sweep.ConfirmedSaid, stated), h.judge(analyst, id, "C1", sweep.ConfirmedSaid))
			wantKey(t, h.judge(second, id, "C1", sweep.ProbableSaid, func(j *sweep.Judging) { j.Rev-- }), fault.Conflict, "")
			if s := h.sheet(id); s.Sweep.State != sweep.Reviewing || s.Tally.Confirmed != 2 || s.Tally.Precision != 100 {
				t.Errorf("%+v", s.Tally)
			}
		},
		"are taken back by a row of their own": func(t *testing.T, h *house) {
			id := h.swept()
			wantKey(t, h.judge(analyst, id, "C2", sweep.JudgementUndone), fault.Refused, "")
			must(t, h.judge(analyst, id, "C2", sweep.ProbableSaid), h.judge(second, id, "C2", sweep.ClearedSaid))
			must(t, h.judge(second, id, "C2", sweep.JudgementUndone))
			if x := h.hit(id, "C2"); x.Verdict != sweep.Probable || x.VerdictBy != analyst.ID || x.Reason != "" {
				t.Errorf("%+v", x)
			}
			must(t, h.judge(second, id, "C2", sweep.JudgementUndone))
			sh, err := h.GetHit(t.Context(), auditor, id, h.hit(id, "C2").ID)
			if err != nil || sh.Hit.Verdict != sweep.Unjudged || len(sh.Said) != 4 {
				t.Errorf("%+v %v", sh, err)
			}
			for _, q := range []string{`UPDATE sweep_verdict SET verdict = 'cleared'`, `UPDATE sweep_hit SET score = 0`, `DELETE FROM sweep_hit`} {
				if err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.Exec(ctx, q)
					return err
				}); err == nil {
					t.Error("it went through:", q)
				}
			}
		},
		"of cleared customers go with them, and a new kind of trace shows them again": func(t *testing.T, h *house) {
			h.rows("web", usual...)
			id := h.paste(responder, "203.0.113.5").SweepID
			h.begin(id)
			h.ask(id)
			must(t, h.judge(analyst, id, "C2", sweep.ClearedSaid, func(j *sweep.Judging) { j.Reason = "family" }),
				h.judge(analyst, id, "X9", sweep.ClearedSaid))
			h.rows("app", "20,login,C2,203.0.113.5,dev-zz9")
			h.paste(responder, "端末ID: dev-zz9")
			h.begin(id)
			h.ask(id)
			two, nine := h.hit(id, "C2"), h.hit(id, "X9")
			if two.Verdict != sweep.Unjudged || !two.Reshown || !two.Due || two.Delta != sweep.ChangedHit {
				t.Errorf("%+v", two)
			}
			if nine.Verdict != sweep.Cleared || nine.Reason != "own_use" || nine.CarriedFrom == "" || nine.Reshown {
				t.Errorf("%+v", nine)
			}
		},
		"of an earlier round are closed": func(t *testing.T, h *house) {
			id := h.swept()
			old := h.hit(id, "C1")
			h.begin(id)
			if sh := h.sheet(id); sh.Latest.N != 2 || sh.Round.N != 1 || sh.Tally.Matched != 4 {
				t.Error("the last answer is not shown while the next round runs")
			}
			h.ask(id)
			_, err := h.Judge(t.Context(), analyst, sweep.Judging{SweepID: id, HitID: old.ID, Rev: old.Rev, Event: sweep.ConfirmedSaid})
			wantKey(t, err, fault.Refused, "sweep.guard.old_round")
		},
	})
}

func TestTheDeltaToTheLastRound(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"names who is new, who changed and who is gone": func(t *testing.T, h *house) {
			h.rows("web", usual...)
			a := h.paste(responder, "203.0.113.5")
			h.paste(responder, "198.51.100.77")
			h.begin(a.SweepID)
			h.ask(a.SweepID)
			list, _, err := h.Indicators(t.Context(), auditor, sweep.IndicatorFilter{IncidentID: h.incident}, sweep.Page{Limit: 1})
			must(t, err)
			_, err = h.Change(t.Context(), analyst, sweep.Changing{SweepID: a.SweepID, IndicatorID: list[0].ID, Rev: list[0].Rev, Event: sweep.BenignAsked, Reason: "誤り"})
			must(t, err)
			_, err = h.Change(t.Context(), second, sweep.Changing{SweepID: a.SweepID, IndicatorID: list[0].ID, Rev: list[0].Rev + 1, Event: sweep.BenignAgreed})
			must(t, err)
			h.rows("app", "30,login,C7,203.0.113.5,", "31,login,C2,203.0.113.5,")
			h.begin(a.SweepID)
			h.ask(a.SweepID)
			sh := h.sheet(a.SweepID)
			if sh.Tally.New != 1 || sh.Tally.Changed != 1 || sh.Tally.Gone != 1 || len(sh.Gone) != 1 || sh.Gone[0].CustomerRef != "C4" {
				t.Errorf("%+v %+v", sh.Tally, sh.Gone)
			}
		},
	})
}

func TestASweepIsConcluded(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"when everything was asked, looked at, made a case of, and its coverage is signed": func(t *testing.T, h *house) {
			id := h.swept()
			wantKey(t, h.try(responder, id, sweep.WorkConcluded, ""), fault.Refused, "sweep.guard.unreviewed")
			must(t, h.judge(analyst, id, "C1", sweep.ConfirmedSaid), h.judge(analyst, id, "C2", sweep.ClearedSaid), h.judge(analyst, id, "X9", sweep.ClearedSaid))
			wantKey(t, h.try(responder, id, sweep.WorkConcluded, ""), fault.Refused, "sweep.guard.uncased")
			_, err := h.MakeCases(t.Context(), analyst, id)
			must(t, err)
			wantKey(t, h.try(responder, id, sweep.WorkConcluded, ""), fault.Refused, "sweep.guard.unsigned")
			wantKey(t, h.try(analyst, id, sweep.CoverageSigned, ""), fault.Forbidden, "")
			must(t, h.try(responder, id, sweep.CoverageSigned, "注文の記録は来週届く"))
			h.paste(responder, "198.51.100.1")
			wantKey(t, h.try(responder, id, sweep.WorkConcluded, ""), fault.Refused, "sweep.guard.unswept")
			h.begin(id)
			h.ask(id)
			must(t, h.try(responder, id, sweep.CoverageSigned, ""), h.try(responder, id, sweep.WorkConcluded, ""))
			sh := h.sheet(id)
			if sh.Sweep.State != sweep.Concluded || sh.Round.SignedBy != responder.ID || sh.Sweep.ConcludedBy != responder.ID || h.emitted[len(h.emitted)-1] != "sweep.concluded" {
				t.Errorf("%+v %v", sh.Sweep, h.emitted)
			}
			wantKey(t, h.judge(analyst, id, "C2", sweep.ProbableSaid), fault.Refused, "sweep.guard.over")
		},
		"and a new indicator opens it again": func(t *testing.T, h *house) {
			h.rows("web", usual...)
			id := h.paste(responder, "198.51.100.1").SweepID
			h.begin(id)
			h.ask(id)
			must(t, h.try(responder, id, sweep.CoverageSigned, ""), h.try(responder, id, sweep.WorkConcluded, ""))
			open := func() (n int) {
				must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
					n, err = h.Store.Open(ctx, tx, h.incident)
					return err
				}))
				return n
			}
			if open() != 0 {
				t.Error("a concluded sweep holds back the close")
			}
			h.paste(responder, "198.51.100.1")
			if h.sheet(id).Sweep.State != sweep.Concluded {
				t.Error("a known indicator opened it")
			}
			h.paste(responder, "203.0.113.5")
			if h.sheet(id).Sweep.State != sweep.Reopened || open() != 1 {
				t.Error("a new indicator did not open it")
			}
		},
		"or not needed, with a reason": func(t *testing.T, h *house) {
			id := h.paste(responder, "203.0.113.5").SweepID
			wantKey(t, h.try(responder, id, sweep.WorkDropped, ""), fault.Invalid, "")
			must(t, h.try(responder, id, sweep.WorkDropped, "誤報だった"))
			if h.sheet(id).Sweep.State != sweep.Dropped {
				t.Error("not dropped")
			}
		},
	})
}

func TestTheCoverageStatementSaysWhatWasNotSeen(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"no log at all": func(t *testing.T, h *house) {
			id := h.paste(responder, pasted).SweepID
			h.begin(id)
			h.ask(id)
			if l := h.sheet(id).Round.Lacks(); len(l) != 1 || l[0].Key != "sweep.lack.no_log" {
				t.Errorf("%+v", l)
			}
		},
		"logs that begin late, stop early and have holes": func(t *testing.T, h *house) {
			h.rows("web", "5,login,C1,203.0.113.5,", "6,login,C1,203.0.113.5,", "100,login,C1,203.0.113.5,")
			id := h.paste(responder, pasted).SweepID
			h.begin(id)
			h.ask(id)
			var keys []string
			for _, l := range h.sheet(id).Round.Lacks() {
				if l.Key != "sweep.lack.kind" {
					keys = append(keys, l.Key)
				}
			}
			if got := strings.Join(keys, " "); got != "sweep.lack.begin sweep.lack.end sweep.lack.gap" {
				t.Error(got)
			}
		},
	})
}

func TestCasesOfConfirmedHits(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"are opened once, linked where there is one, and never for strangers": func(t *testing.T, h *house) {
			id := h.swept()
			must(t, h.judge(analyst, id, "C1", sweep.ConfirmedSaid), h.judge(analyst, id, "C2", sweep.ConfirmedSaid, stated), h.judge(analyst, id, "X9", sweep.ConfirmedSaid, stated))
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, _, err := h.cases.Open(ctx, tx, operator, cases.New{IncidentID: h.incident, CustomerID: "id-C2", Details: cases.Details{ClaimSource: "customer"}})
				return err
			}))
			m, err := h.MakeCases(t.Context(), analyst, id)
			if err != nil || m != (sweep.Made{Opened: 1, Linked: 1, Unregistered: 1}) {
				t.Fatalf("%+v %v", m, err)
			}
			if m, err := h.MakeCases(t.Context(), responder, id); err != nil || m.Opened+m.Linked != 0 {
				t.Errorf("pressed twice: %+v %v", m, err)
			}
			if x := h.hit(id, "C1"); x.CaseNo == "" || h.hit(id, "X9").CaseID != "" {
				t.Errorf("%+v", x)
			}
			wantKey(t, h.judge(analyst, id, "C1", sweep.ClearedSaid), fault.Refused, "sweep.guard.has_case")
			var n int
			must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, `SELECT count(*) FROM victim_case`) }))
			if n != 2 {
				t.Error(n, "cases")
			}
		},
	})
}
