package sweep_test

import (
	"context"
	"fmt"
	"testing"

	"tasuke/cases/sweep"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
)

// next starts another round and asks it.
func (h *house) next(id string) {
	h.t.Helper()
	h.begin(id)
	h.ask(id)
}

// harmless takes an indicator out of the next rounds, as two people may.
func (h *house) harmless(id, shown string) {
	h.t.Helper()
	list, _, err := h.Indicators(h.t.Context(), auditor, sweep.IndicatorFilter{IncidentID: h.incident}, sweep.Page{Limit: 200})
	must(h.t, err)
	for _, x := range list {
		if x.Shown != shown {
			continue
		}
		c := sweep.Changing{SweepID: id, IndicatorID: x.ID, Rev: x.Rev, Event: sweep.BenignAsked, Reason: "自社の監視"}
		_, err := h.Change(h.t.Context(), analyst, c)
		must(h.t, err)
		c.Event, c.Rev = sweep.BenignAgreed, x.Rev+1
		_, err = h.Change(h.t.Context(), second, c)
		must(h.t, err)
		return
	}
	h.t.Fatalf("no indicator %s", shown)
}

func TestWhatAnotherRoundMakesOfVerdicts(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"shown again and not looked at is shown again until somebody looks": func(t *testing.T, h *house) {
			h.rows("web", usual...)
			id := h.paste(responder, "203.0.113.5").SweepID
			h.next(id)
			must(t, h.judge(analyst, id, "C2", sweep.ClearedSaid))
			h.rows("app", "20,login,C2,203.0.113.5,dev-zz9")
			h.paste(responder, "端末ID: dev-zz9")
			h.next(id)
			h.next(id)
			if x := h.hit(id, "C2"); x.Verdict != sweep.Unjudged || !x.Reshown || !x.Due {
				t.Errorf("%+v", x)
			}
		},
		"a verdict names the hit whose reader gave it": func(t *testing.T, h *house) {
			id := h.swept()
			must(t, h.judge(analyst, id, "C2", sweep.ClearedSaid))
			h.next(id)
			must(t, h.judge(second, id, "C2", sweep.ProbableSaid))
			given := h.hit(id, "C2")
			h.next(id)
			if x := h.hit(id, "C2"); x.Verdict != sweep.Probable || x.VerdictBy != second.ID || x.CarriedFrom != given.ID {
				t.Errorf("%s by %s is said to come from %s, want %s", x.Verdict, x.VerdictBy, x.CarriedFrom, given.ID)
			}
		},
		"a confirmed victim whom the next round does not find has a case all the same": func(t *testing.T, h *house) {
			h.rows("web", usual...)
			id := h.paste(responder, "203.0.113.5").SweepID
			h.paste(responder, "198.51.100.77")
			h.next(id)
			must(t, h.judge(analyst, id, "C4", sweep.ConfirmedSaid, stated))
			for _, x := range h.hits(id, sweep.HitFilter{Waiting: true}) {
				must(t, h.judge(analyst, id, x.CustomerRef, sweep.ClearedSaid))
			}
			h.harmless(id, "198.51.100.77")
			h.next(id)
			must(t, h.try(responder, id, sweep.CoverageSigned, ""))
			wantKey(t, h.try(responder, id, sweep.WorkConcluded, ""), fault.Refused, "sweep.guard.uncased")
			m, err := h.MakeCases(t.Context(), analyst, id)
			if err != nil || m.Opened != 1 {
				t.Errorf("%+v %v", m, err)
			}
			must(t, h.try(responder, id, sweep.WorkConcluded, ""))
		},
	})
}

func TestLookingFurtherBackDoesNotMoveTheBaseline(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"an address of many stays one of many": func(t *testing.T, h *house) {
			var rows []string
			for i := range 40 {
				rows = append(rows, fmt.Sprintf("-%d,login,C%02d,203.0.113.9,", 24+i, i))
			}
			h.rows("web", append(rows, "-300,login,C77,203.0.113.9,", "5,login,C78,203.0.113.9,")...)
			id := h.paste(responder, "203.0.113.9").SweepID
			_, err := h.Start(t.Context(), analyst, sweep.Plan{SweepID: id, Rev: h.sheet(id).Sweep.Rev, AttackAt: db.At(attack), LookbackDays: 30})
			must(t, err)
			h.ask(id)
			sh := h.sheet(id)
			if x := sh.Indicators[0]; x.Baseline < 40 || !x.Suppressed || sh.Tally.Matched != 0 {
				t.Errorf("counted %d customers, suppressed %v, %d hits", x.Baseline, x.Suppressed, sh.Tally.Matched)
			}
		},
		"what was tried out before is found": func(t *testing.T, h *house) {
			h.rows("web", "-200,login,C1,203.0.113.5,", "2,login,C2,203.0.113.5,")
			id := h.paste(responder, "203.0.113.5").SweepID
			_, err := h.Start(t.Context(), analyst, sweep.Plan{SweepID: id, Rev: h.sheet(id).Sweep.Rev, AttackAt: db.At(attack), LookbackDays: 10})
			must(t, err)
			h.ask(id)
			h.hit(id, "C1")
			h.hit(id, "C2")
		},
	})
}

func TestAFailedRoundIsNoDeadEnd(t *testing.T) {
	t.Parallel()
	failing := func(t *testing.T, d *db.DB) *house {
		t.Helper()
		h := openHouse(t, d, vaulttest.New(t), t.TempDir(), func(o *sweep.Options) { o.MostHits = 3 })
		h.incident = h.open()
		return h
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := failing(t, d)
		id := h.swept() // finds four
		h.harmless(id, "203.0.113.5")
		wantKey(t, h.try(responder, id, sweep.WorkReopened, "別の指標を待つ"), fault.Refused, "sweep.guard.no_answer")
		must(t, h.try(responder, id, sweep.WorkDropped, "広すぎる指標だけだった"))
		if h.sheet(id).Sweep.State != sweep.Dropped {
			t.Error("a sweep that asked for the wrong thing cannot be put down")
		}
		other := failing(t, d)
		other.rows("web", usual...)
		id = other.paste(responder, "198.51.100.77").SweepID
		other.next(id)
		must(t, other.judge(analyst, id, "C4", sweep.ClearedSaid))
		other.paste(responder, "203.0.113.5")
		other.next(id) // finds four as well, and keeps none
		wantKey(t, other.try(responder, id, sweep.WorkDropped, "x"), fault.Refused, "sweep.guard.answered")
		must(t, other.try(responder, id, sweep.WorkReopened, "一つ目の回の結果で進める"))
		other.harmless(id, "203.0.113.5")
		must(t, other.try(responder, id, sweep.CoverageSigned, ""), other.try(responder, id, sweep.WorkConcluded, ""))
	})
}

func TestALateAnswerOfARoundThatFailedIsNotTheAnswerOfTheNext(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"it is not kept": func(t *testing.T, h *house) {
			h.rows("web", usual...)
			id := h.paste(responder, "203.0.113.5").SweepID
			h.begin(id)
			late := true
			h.asking = func() error {
				if late { // the node sleeps; others give the round up, and people start another
					late = false
					must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
						for _, q := range []string{`UPDATE sweep_round SET stage = 'failed'`, `UPDATE sweep SET state = 'failed', rev = rev + 1`} {
							if _, err := tx.Exec(ctx, q); err != nil {
								return err
							}
						}
						return nil
					}))
					h.begin(id)
				}
				return nil
			}
			var first string
			must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return tx.Get(ctx, &first, `SELECT effect_id FROM sweep_round WHERE n = 1`)
			}))
			must(t, h.effects.Perform(t.Context(), first))
			if sh := h.sheet(id); sh.Sweep.State != sweep.Running || sh.Sweep.Answered != 0 || sh.Sweep.Round != 2 {
				t.Errorf("%+v", sh.Sweep)
			}
			h.ask(id)
			if sh := h.sheet(id); sh.Sweep.State != sweep.HitsReady || sh.Sweep.Answered != 2 {
				t.Errorf("%+v", sh.Sweep)
			}
		},
		"and one whose logs were withdrawn while they were asked is asked again": func(t *testing.T, h *house) {
			h.rows("web", usual...)
			h.rows("app", "20,login,C5,203.0.113.5,")
			id := h.paste(responder, "203.0.113.5").SweepID
			h.begin(id)
			asked := 0
			h.asking = func() error {
				if asked++; asked == 1 {
					_, err := h.logs.Withdraw(t.Context(), actor.System("import withdraw"), "app", "別会社の記録")
					must(t, err)
				}
				return nil
			}
			must(t, h.effects.Perform(t.Context(), h.sheet(id).Latest.EffectID))
			if h.sheet(id).Sweep.Answered != 0 {
				t.Error("an answer over logs of which a part was withdrawn")
			}
		},
	})
}

func TestNobodyAloneTakesAValueOut(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"by letting it expire before its day": func(t *testing.T, h *house) {
			a := h.paste(responder, "203.0.113.5")
			list, _, err := h.Indicators(t.Context(), auditor, sweep.IndicatorFilter{IncidentID: h.incident}, sweep.Page{})
			must(t, err)
			c := sweep.Changing{SweepID: a.SweepID, IndicatorID: list[0].ID, Rev: list[0].Rev, Event: sweep.Lapsed}
			_, err = h.Change(t.Context(), analyst, c)
			wantKey(t, err, fault.Refused, "sweep.guard.not_over")
		},
	})
}

func TestACustomerWhoWasErasedHoldsNothingUp(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"neither pages, nor verdicts, nor the cases of others": func(t *testing.T, h *house) {
			id := h.swept()
			must(t, h.judge(analyst, id, "C2", sweep.ProbableSaid, func(j *sweep.Judging) { j.Comment = "本人に電話" }))
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return h.vault.Erase(ctx, tx, "customer:id-C1") }))
			sh, err := h.GetHit(t.Context(), auditor, id, h.hit(id, "C1").ID)
			if err != nil || !sh.Erased {
				t.Errorf("%+v %v", sh, err)
			}
			err = h.judge(analyst, id, "C1", sweep.ConfirmedSaid, func(j *sweep.Judging) { j.Comment = "ログで確認" })
			wantKey(t, err, fault.Invalid, "")
			must(t, h.judge(analyst, id, "C1", sweep.ConfirmedSaid), h.judge(analyst, id, "C2", sweep.ConfirmedSaid, stated))
			if m, err := h.MakeCases(t.Context(), analyst, id); err != nil || m.Opened != 2 {
				t.Errorf("%+v %v", m, err)
			}
			h.next(id)
			if x := h.hit(id, "C1"); x.Verdict != sweep.Confirmed || x.CaseNo == "" {
				t.Errorf("%+v", x)
			}
		},
	})
}
