package cacao

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
)

// mutant changes one place of a tree at random: what is there goes, moves, is doubled or becomes
// something else that stands elsewhere in it.
type mutant struct {
	r     *rand.Rand
	spare []any
}

func (m *mutant) collect(v any) {
	m.spare = append(m.spare, v)
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			m.spare = append(m.spare, key)
			m.collect(v[key])
		}
	case []any:
		for _, one := range v {
			m.collect(one)
		}
	}
}

func (m *mutant) other() any {
	extra := []any{nil, true, float64(0), float64(-1), "", "x", []any{}, o{}, "__x__:value", "a\x00b\u2028", "日本語 の名前"}
	if n := m.r.IntN(len(m.spare) + len(extra)); n < len(extra) {
		return extra[n]
	} else {
		return clone(m.spare[n-len(extra)])
	}
}

func (m *mutant) change(v any) any {
	switch v := v.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) == 0 || m.r.IntN(6) == 0 {
			break
		}
		key := keys[m.r.IntN(len(keys))]
		switch m.r.IntN(8) {
		case 0:
			delete(v, key)
		case 1:
			v[keys[m.r.IntN(len(keys))]] = clone(v[key])
		default:
			v[key] = m.change(v[key])
		}
		return v
	case []any:
		if len(v) == 0 || m.r.IntN(4) == 0 {
			return append(v, m.other())
		}
		i := m.r.IntN(len(v))
		v[i] = m.change(v[i])
		return v
	}
	return m.other()
}

// Whatever a document becomes by chance, it is refused or it is a playbook that comes out as it came in.
func TestChangesByChanceAreRefusedOrComeOutAsTheyCameIn(t *testing.T) {
	rounds := 400
	if n, err := strconv.Atoi(os.Getenv("TASUKE_ROUNDS")); err == nil {
		rounds = n
	}
	parallel := book(o{
		id("start", 0x5): o{"type": "start", "on_completion": id("parallel", 1)}, id("action", 2): manual("left", o{"on_completion": id("end", 0x22), "delay": 1500, "timeout": 90_000}),
		id("parallel", 1): o{"type": "parallel", "next_steps": []any{id("action", 2), id("action", 3)}, "on_success": id("action", 4), "on_failure": id("action", 0x15)},
		id("action", 3):   manual("right", o{"on_success": id("end", 0x23), "out_args": []any{"__x__"}}), id("end", 0x22): o{"type": "end"}, id("end", 0x23): o{"type": "end"},
		id("action", 4): manual("good", next(id("end", 0xe))), id("action", 0x15): manual("bad", next(id("end", 0xe))),
	}, o{"workflow_exception": id("action", 0x15), "playbook_variables": o{"__x__": o{"type": "integer"}}})
	books := []o{good(), parallel, whileBook("__left__:value > 0"), whileBook("maybe"), branchBook("__x__:value IN (1, 2)", o{"__x__": o{"type": "integer", "value": "1"}})}
	r := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range rounds {
		b, _ := clone(books[r.IntN(len(books))]).(map[string]any)
		m := &mutant{r: r}
		m.collect(b)
		for range 1 + r.IntN(3) {
			b, _ = m.change(b).(map[string]any)
		}
		src := encode(t, b)
		got := Take(src, "responder", rules)
		if got.Definition == nil {
			if got.Verdict() != "refused" {
				t.Fatalf("%s without a definition: %s", got.Verdict(), src)
			}
			continue
		}
		taken++
		out, _, err := Export(got.Definition, Exporting{At: noon})
		if err != nil || canonical(t, out) != canonical(t, src) {
			t.Fatalf("%v\n%s\n%s", err, src, out)
		}
	}
	if taken < rounds/50 {
		t.Errorf("only %d of %d were taken", taken, rounds)
	}
}
