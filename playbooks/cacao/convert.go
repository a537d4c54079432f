package cacao

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tasuke/playbooks"
)

// passes is the most times the branch of a while-condition is worked through: CACAO names no bound.
const passes = 100

// converter writes a checked document in the language of playbooks. Every step is given what comes
// before it and the condition under which it is taken, from the arrows that lead to it alone.
type converter struct {
	doc   *Document
	flow  *flow
	role  string
	found Findings
	ids   map[string]bool   // taken in the file
	vars  map[held]variable // every variable of the document
	made  map[string]string // our step -> the CACAO step it came of
	def   *playbooks.Definition
}

// held names a variable: the step that declares it, "" for the playbook, and its name.
type held struct{ holder, name string }

type variable struct {
	id    string
	t     playbooks.FieldType
	kind  string // of CACAO
	given bool   // it has a value from the start
}

// convert gives the definition a document means, which our step came of which of the document, and
// what there is to say about it.
func convert(d *Document, role string) (*playbooks.Definition, map[string]string, Findings) {
	c := &converter{
		doc: d, flow: flowOf(object(d.Tree, "workflow")), role: role, ids: map[string]bool{}, vars: map[held]variable{},
		made: map[string]string{}, def: &playbooks.Definition{Slug: Slug(d.ID())},
	}
	title, _ := tidy(line(d.Name(), 200), 200)
	c.def.Title = both(title)
	if s, _ := tidy(text(d.Tree, "description"), 3000); s != "" {
		c.def.Summary = both(s)
	}
	c.declare()
	c.def.Steps = c.block(c.flow.scope("", "workflow_start", text(d.Tree, "workflow_start")))
	if to := text(d.Tree, "workflow_exception"); to != "" {
		c.def.Exception = &playbooks.Definition{Block: playbooks.ExceptionBlock, Steps: c.block(c.flow.scope("", "workflow_exception", to))}
	}
	c.def.Origin = &playbooks.Imported{Format: Format, Text: Plain(d.Text)}
	return c.def, c.made, c.found.sorted()
}

// Slug is the number a CACAO playbook has among ours, from its identifier.
func Slug(id string) string {
	_, uuid, _, ok := parts(id)
	if !ok {
		return ""
	}
	return "CACAO-" + strings.ToUpper(uuid[:8])
}

// block converts a stretch into steps with one end.
func (c *converter) block(s scope) []playbooks.Step {
	b := &block{c: c, spans: map[string]span{}}
	ends := b.scope(s, edge{})
	after, _ := join(ends)
	title := playbooks.Text{JA: "終わり", EN: "End"}
	if len(s.ends) == 1 {
		if name := line(text(c.flow.nodes[s.ends[0]].o, "name"), 200); name != "" {
			title = both(name)
		}
	}
	b.steps = append(b.steps, playbooks.Step{ID: c.name("", "end"), Kind: playbooks.End, Title: title, After: after})
	for _, id := range s.ends {
		c.made[b.steps[len(b.steps)-1].ID] = id
	}
	return b.steps
}

// block is one graph under way.
type block struct {
	c     *converter
	steps []playbooks.Step
	spans map[string]span
}

// scope converts a stretch, entered by an edge, and gives the ways that lead to its ends.
func (b *block) scope(s scope, in edge) (out []edge) {
	ways := map[string][]edge{s.entry: {in}}
	for _, id := range s.steps {
		n := b.c.flow.nodes[id]
		var sp span
		switch {
		case n.kind == "end":
			out = append(out, b.delayed(n, ways[id])...)
			continue
		case n.kind == "start":
			ways[n.next[0].to] = append(ways[n.next[0].to], b.delayed(n, ways[id])...)
			continue
		default:
			sp = b.step(n, b.delayed(n, ways[id]))
		}
		b.spans[id] = sp
		for _, a := range n.next {
			ways[a.to] = append(ways[a.to], edge{sp.tails, sp.by(a.label, branching(n))})
		}
	}
	return out
}

func branching(n *node) bool {
	return n.kind == "parallel" || n.kind == "if-condition" || n.kind == "switch-condition"
}

// delayed puts a wait before a step with a delay.
func (b *block) delayed(n *node, in []edge) []edge {
	ms, ok := whole(n.o["delay"])
	if !ok || ms == 0 {
		return in
	}
	length, exact := lengthOf(ms)
	if !exact {
		b.c.say(n, "/delay", "rounded", length.String())
	}
	w := playbooks.Step{ID: b.c.name("wait "+b.c.title(n), "wait"), Kind: playbooks.Wait, Role: b.c.role, For: length}
	w.Title = playbooks.Text{JA: "待つ: " + b.c.title(n), EN: "Wait: " + b.c.title(n)}
	sp := b.add(n, w, in)
	return []edge{{sp.tails, sp.taken()}}
}

// lengthOf writes milliseconds in a unit of ours, never shorter than they are.
func lengthOf(ms int64) (t playbooks.Target, exact bool) {
	t = playbooks.Target{From: playbooks.FromReady}
	for _, u := range []struct {
		unit playbooks.Unit
		ms   int64
	}{{playbooks.Seconds, 1000}, {playbooks.Minutes, 60_000}, {playbooks.Hours, 3_600_000}} {
		n := (ms + u.ms - 1) / u.ms
		t.N, t.Unit, exact = int(min(n, 9999)), u.unit, n*u.ms == ms
		if n <= 9999 {
			return t, exact
		}
	}
	return t, false
}

// add puts a step into the graph behind its ways in.
func (b *block) add(n *node, s playbooks.Step, in []edge) span {
	after, when := join(in)
	s.After = after
	s.When = condition(when)
	s.OnFailure = b.c.onFailure(n, s.Kind)
	if skippable(s.Kind) && (when != "" || chooses(n)) {
		s.Skip = &playbooks.SkipRule{Never: true} // what follows looks at how this one ended
	}
	if ms, ok := whole(n.o["timeout"]); ok && ms > 0 && (s.Kind == playbooks.Task || s.Kind == playbooks.Action || s.Kind == playbooks.Call || s.Kind == playbooks.Loop) {
		length, exact := lengthOf(ms)
		if !exact {
			b.c.say(n, "/timeout", "rounded", length.String())
		}
		s.Timeout = length
	}
	b.steps = append(b.steps, s)
	b.c.made[s.ID] = n.id
	return span{first: s.ID, sure: when == "", last: s.ID, tails: []string{s.ID}, fails: []string{s.ID}}
}

func skippable(k playbooks.Kind) bool {
	return k == playbooks.Task || k == playbooks.Decision || k == playbooks.Action || k == playbooks.Wait || k == playbooks.Call || k == playbooks.Loop
}

// chooses reports whether what follows a step depends on how it ended.
func chooses(n *node) bool { return has(n.o, "on_success") || has(n.o, "on_failure") }

// onFailure is what follows a step that failed. With on_failure the arrow says it, and with
// on_completion alone the run goes on as the pointer says; both are on record. Otherwise the
// exception path is taken, or a person decides.
func (c *converter) onFailure(n *node, k playbooks.Kind) string {
	switch {
	case k == playbooks.Switch || k == playbooks.Parallel || k == playbooks.Join || k == playbooks.Wait:
		return ""
	case has(n.o, "on_failure"), has(n.o, "on_completion") && !has(c.doc.Tree, "workflow_exception"):
		return playbooks.GoOn
	}
	return ""
}

func condition(source string) *playbooks.Condition {
	if source == "" {
		return nil
	}
	return &playbooks.Condition{Source: source}
}

func (c *converter) title(n *node) string {
	for _, s := range []string{text(n.o, "name"), text(n.o, "condition"), text(n.o, "switch"), text(n.o, "description")} {
		if t := line(s, 200); t != "" {
			return t
		}
	}
	return n.kind
}

// say notes something about a step.
func (c *converter) say(n *node, under, rule string, args ...any) {
	c.found.add("/workflow"+pointer(n.id)+under, rule, args...)
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// words of the condition language, and of what runs keep, which no id may take.
var taken = strings.Fields("facts vars steps exception pass in not and or let if else true false nil matches contains startswith endswith")

// name makes a readable id of a text, once in the file.
func (c *converter) name(s, fallback string) string {
	base := idOf(s, fallback)
	id := base
	for i := 2; c.ids[id]; i++ {
		id = fmt.Sprintf("%s_%d", base, i)
	}
	c.ids[id] = true
	return id
}

func idOf(s, fallback string) string {
	id := strings.Trim(notWord.ReplaceAllString(strings.ToLower(s), "_"), "_")
	if len(id) > 28 {
		id = id[:28]
		if i := strings.LastIndexByte(id, '_'); i > 8 {
			id = id[:i]
		}
	}
	id = strings.Trim(id, "_")
	switch {
	case len(id) < 2:
		return fallback
	case id[0] < 'a' || id[0] > 'z':
		return fallback + "_" + id
	case slices.Contains(taken, id):
		return id + "_" + fallback
	}
	return id
}

// Expired reports whether a playbook is outside the time it is valid in.
func (d *Document) Expired(now time.Time) bool {
	from, begins := when(text(d.Tree, "valid_from"))
	until, ends := when(text(d.Tree, "valid_until"))
	return begins && now.Before(from) || ends && !now.Before(until)
}
