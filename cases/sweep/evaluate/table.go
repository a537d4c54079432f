package evaluate

import (
	"fmt"
	"io"
	"time"
)

// Seed is what one world came to.
type Seed struct {
	Seed uint64
	// Tuning marks a seed that somebody looked at while the model was made.
	Tuning       bool
	Rows         int
	RowsPerS     float64 // of the import
	BytesPerRow  float64 // segments
	IndexPerRow  float64 // roll-up
	Results      []Result
	PerRound     time.Duration // the mean
	SlowestRound time.Duration
}

// TuningUntil is the last seed that may be used to tune; results on those prove nothing.
const TuningUntil = 10

// Print writes the table.
func Print(w io.Writer, seeds []Seed) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	p("%-6s %-9s %8s %6s %7s  %-26s  %-26s\n", "seed", "campaign", "victims", "known", "rounds", "probable: precision recall", "suspect+: precision recall")
	for _, s := range seeds {
		for _, r := range s.Results {
			p("%-6d %-9s %8d %6d %7d  %s  %s%s\n", s.Seed, r.Campaign, r.Victims, r.Known, len(r.Rounds), r.Probable, r.Suspect, marks(s, r))
		}
	}
	p("(precision: of how many proposed; recall: how many found of the victims nobody knew of)\n\nfound as suspect or probable, by kind of victim\n")
	for _, s := range seeds {
		for _, r := range s.Results {
			p("%-6d %-9s", s.Seed, r.Campaign)
			for _, k := range r.Kinds {
				p(" %s %d/%d ·", k.Name, k.Found, k.Of)
			}
			p(" wrongly proposed %d, of those tried in vain %d\n", r.Suspect.Proposed-r.Suspect.Right, r.Tried)
		}
	}
	p("\n%-6s %10s %12s %18s %14s %14s %14s\n", "seed", "rows", "import r/s", "segments B/row", "roll-up B/row", "ms per round", "slowest ms")
	for _, s := range seeds {
		p("%-6d %10d %12.0f %18.1f %14.1f %14.1f %14.1f\n", s.Seed, s.Rows, s.RowsPerS, s.BytesPerRow, s.IndexPerRow,
			float64(s.PerRound.Microseconds())/1000, float64(s.SlowestRound.Microseconds())/1000)
	}
}

// String writes precision with the number proposed, and recall with the number found; a dash where
// there is nothing to take a share of.
func (r Rate) String() string {
	of := func(share float64, of int) string {
		if of == 0 {
			return "-"
		}
		return fmt.Sprintf("%.2f", share)
	}
	return fmt.Sprintf("%9s (%3d) %5s (%2d)", of(r.Precision(), r.Proposed), r.Proposed, of(r.Recall(), r.Of), r.Found)
}

func marks(s Seed, r Result) string {
	out := ""
	if s.Tuning {
		out += "  tuning seed: proves nothing"
	}
	if r.TooEasy() {
		out += "  everything found and nothing else: this world is too easy"
	}
	return out
}

// PrintRounds writes how each sweep went.
func PrintRounds(w io.Writer, seeds []Seed) {
	for _, s := range seeds {
		for _, r := range s.Results {
			_, _ = fmt.Fprintf(w, "\nseed %d, %s\n", s.Seed, r.Campaign)
			for i, x := range r.Rounds {
				_, _ = fmt.Fprintf(w, "  %2d since %s: %3d indicators (%d common), %3d touched, %3d probable, %3d suspect, %2d newly confirmed\n",
					i+1, x.Since.Format("01-02"), x.Sought, x.Common, x.Listed, x.Probable, x.Suspect, x.Confirmed)
			}
		}
	}
}
