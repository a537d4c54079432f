package words_test

import (
	"tasuke/cases/sweep"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/score"
)

// sweeps are the keys of the impact sweep whose end is a value of the domain.
func sweeps() map[string][]string {
	out := map[string][]string{
		"sweep.state.": texts(sweep.States), "sweep.stage.": texts(sweep.Stages), "sweep.said.": texts(sweep.Verdicts), "sweep.clearing.": texts(sweep.Clearings),
		"sweep.from.": texts(sweep.Sources), "sweep.tlp.": texts(sweep.TLPs), "sweep.status.": texts(sweep.Statuses), "sweep.indicator.kind.": texts(sweep.Kinds),
		"sweep.verdict.": texts([]score.Verdict{score.Probable, score.Suspect, score.Listed, score.Cleared}),
		"sweep.class.":   texts([]score.Class{score.Network, score.Device, score.Contact, score.Bank, score.Behaviour}),
		"sweep.delta.":   texts([]sweep.Delta{sweep.NewHit, sweep.SameHit, sweep.ChangedHit}),
		"sweep.event.":   texts(rollup.Kinds), "sweep.did.": {}, "sweep.judge.": {}, "sweep.judged.": {string(sweep.VerdictCarried)},
		"sweep.change.": {string(sweep.Overrode)}, "sweep.changed.": {string(sweep.Overrode)}, "sweep.contact.": {"destination", "mail", "phone"},
		"sweep.reason.": {"payout_after_change", "payout_after_change_sold", "trade_after_change"},
	}
	for _, m := range sweep.Moves {
		out["sweep.event."], out["sweep.did."] = append(out["sweep.event."], string(m.Event)), append(out["sweep.did."], string(m.Event))
	}
	for _, m := range sweep.HitMoves {
		out["sweep.judge."], out["sweep.judged."] = append(out["sweep.judge."], string(m.Event)), append(out["sweep.judged."], string(m.Event))
	}
	for _, m := range sweep.IndicatorMoves {
		out["sweep.change."], out["sweep.changed."] = append(out["sweep.change."], string(m.Event)), append(out["sweep.changed."], string(m.Event))
	}
	return out
}
