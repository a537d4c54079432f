package leak

import (
	"maps"
	"slices"
	"strings"

	"tasuke/cases/customer"
	"tasuke/internal/text"
)

// maxLetters is the longest name that is looked for.
const maxLetters = 40

// window is a piece of a run that may be a name.
type window struct {
	run
	i, j int // letters from i to j, j not included
}

func (w window) first() int { return w.run[w.i].from }
func (w window) last() int  { return w.run[w.j-1].to }

// parted reports whether something stands between two letters of the window.
func (w window) parted() bool {
	return slices.ContainsFunc(w.run[w.i+1:w.j], func(l letter) bool { return l.apart })
}

func (s *scan) names() error {
	letters := s.runs(nameLetters())
	if err := s.romanised(letters); err != nil {
		return err
	}
	for _, by := range []struct {
		kind  Kind
		field string
		runs  []run
	}{
		{Name, customer.FieldName, letters},
		{Kana, customer.FieldKana, s.runs(kanaLetters())},
	} {
		if err := s.namesBy(by.kind, by.field, by.runs); err != nil {
			return err
		}
	}
	return nil
}

// namesBy goes through the pieces of the runs twice, first to ask for their letters and then for where
// the few are that the register has: a long text of one repeated syllable has millions of pieces.
func (s *scan) namesBy(k Kind, field string, runs []run) error {
	known, err := s.pairs(field, runs)
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	pieces(runs, known, func(letters string, _ window) { asked[letters] = true })
	held, err := s.register.Holds(s.ctx, s.tx, field, slices.Sorted(maps.Keys(asked)))
	if err != nil || len(held) == 0 {
		return err
	}
	found := map[string][]window{}
	pieces(runs, known, func(letters string, w window) {
		if held[letters] != nil {
			found[letters] = append(found[letters], w)
		}
	})
	return s.judge(k, found, held)
}

// pairs asks for the beginnings and the runs of two characters that the register has.
func (s *scan) pairs(field string, runs []run) (map[string]bool, error) {
	asked := map[string]bool{}
	for _, r := range runs {
		for i, l := range r {
			if !r.splits(i) {
				asked["^"+string(l.r)] = true
			}
			if i > 0 {
				asked[string(r[i-1].r)+string(l.r)] = true
			}
		}
	}
	return s.register.HoldsRuns(s.ctx, s.tx, field, slices.Sorted(maps.Keys(asked)))
}

// pieces visits what may be a name: every run of two characters of it is in the register.
func pieces(runs []run, known map[string]bool, visit func(string, window)) {
	for _, r := range runs {
		for i := range r {
			if !r.splits(i) && known["^"+string(r[i].r)] {
				r.walk(i, known, visit)
			}
		}
		r.turned(visit)
	}
}

// walk visits the pieces that begin at i, as far as the register has their runs.
func (r run) walk(i int, known map[string]bool, visit func(string, window)) {
	var b strings.Builder
	b.WriteRune(r[i].r)
	for j := i + 1; j < len(r) && j-i < maxLetters && known[string(r[j-1].r)+string(r[j].r)]; j++ {
		b.WriteRune(r[j].r)
		if !r.splits(j + 1) {
			visit(b.String(), window{r, i, j + 1})
		}
	}
}

// words gives the Latin words of a run.
func (r run) words() (out []window) {
	for i := 0; i < len(r); {
		j := i + 1
		for j < len(r) && r.splits(j) {
			j++
		}
		if isASCII(r[i].r) {
			out = append(out, window{r, i, j})
		}
		i = j
	}
	return out
}

// turned visits two Latin words in the other order: Smith, John.
func (r run) turned(visit func(string, window)) {
	words := r.words()
	for k := 1; k < len(words); k++ {
		if a, b := words[k-1], words[k]; a.j == b.i {
			visit(b.letters()+a.letters(), window{r, a.i, b.j})
		}
	}
}

func (w window) letters() string {
	var b strings.Builder
	for _, l := range w.run[w.i:w.j] {
		b.WriteRune(l.r)
	}
	return b.String()
}

// judge keeps the windows that read as a name where they stand.
func (s *scan) judge(k Kind, found map[string][]window, held map[string][]int64) error {
	var nos []int64
	for _, all := range held {
		nos = append(nos, all...)
	}
	slices.Sort(nos)
	names, err := s.register.NamesOf(s.ctx, s.tx, slices.Compact(nos))
	if err != nil {
		return err
	}
	for letters, nos := range held {
		short := shortGiven(letters, nos, names)
		for _, w := range found[letters] {
			if s.reads(w, short) {
				s.add(k, w.first(), s.end(w), text.MaskName, nos)
			}
		}
	}
	return nil
}

// end is where a window ends, long marks that fold to nothing included.
func (s *scan) end(w window) int {
	last := w.last()
	for s.rune(last) == 'ー' && isKana(s.rune(last-1)) {
		last++
	}
	return last
}

// shortGiven reports whether every customer of that name has a given name of one character, which
// may as well be the beginning of a word: 石川進 in 石川進出.
func shortGiven(letters string, nos []int64, names map[int64]customer.Names) bool {
	return !slices.ContainsFunc(nos, func(no int64) bool {
		parts := strings.Fields(names[no].Name)
		if len(parts) < 2 {
			return len([]rune(letters)) > 3
		}
		return len([]rune(text.Name(parts[len(parts)-1]))) > 1
	})
}
