package playbooks

import (
	"maps"
	"slices"
	"strings"
)

// Check finds what is wrong with the meaning of a definition: roles, clauses, references,
// the shape of the graph, and what conditions compare; in every block of it.
func Check(d *Definition, rules Rules) Problems {
	w := &document{d: d, rules: rules, blockOf: map[string]string{}, from: map[*Definition]opening{}}
	w.collect(d)
	w.edition()
	w.variables()
	w.block(d)
	w.circleOfCalls()
	return w.problems.sorted()
}

// document is the definition that is checked, with what its blocks share.
type document struct {
	d        *Definition
	rules    Rules
	problems Problems
	blockOf  map[string]string // the block of each step
	from     map[*Definition]opening
}

// opening is where a block stands: the loop it is the body of. An exception path has none.
type opening struct {
	outer *checker
	loop  *Step
}

// checker checks one block.
type checker struct {
	*document
	d        *Definition
	earlier  map[string]map[string]bool // cached by before and settled
	certain  map[string]map[string]bool
	handlers map[string]bool // steps that run only when another has failed
}

// collect notes which block every step stands in.
func (w *document) collect(d *Definition) {
	for i := range d.Steps {
		w.blockOf[d.Steps[i].ID] = d.Block
	}
	for _, b := range d.Blocks() {
		w.collect(b)
	}
}

// block checks a block and those inside it.
func (w *document) block(d *Definition) {
	if len(d.Steps) == 0 {
		return // the reader has said so
	}
	c := &checker{document: w, d: d, earlier: map[string]map[string]bool{}, certain: map[string]map[string]bool{}, handlers: map[string]bool{}}
	for i := range d.Steps {
		if to := d.Steps[i].OnFailure; to != "" && to != GoOn {
			c.handlers[to] = true
		}
	}
	c.words()
	c.references()
	c.ends()
	c.shape()
	if c.circles() {
		c.reach()
		c.apart()
		c.ways()
		c.kinds()
		c.conditions()
	}
	c.outcomes()
	for _, b := range d.Blocks() {
		if b != d.Exception {
			loop, _ := d.Step(b.Block)
			w.from[b] = opening{c, loop}
		}
		w.block(b)
	}
}

// edition checks the guideline that the definition names.
func (w *document) edition() {
	if _, known := w.rules.Clauses[w.d.Guideline]; w.d.Guideline != "" && !known {
		editions := strings.Join(slices.Sorted(maps.Keys(w.rules.Clauses)), ", ")
		w.problems.add(1, "edition", clip(w.d.Guideline), editions)
	}
}

// words checks roles, clauses and ids against what the firm knows.
func (c *checker) words() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		c.role(s, "role", s.Role)
		c.clauses(s)
		for _, line := range c.document.d.Constants {
			if line.ID == s.ID && s.ID != "" {
				c.problems.add(s.line("id"), "id_twice", s.ID, line.Line)
			}
		}
	}
}

func (c *checker) role(s *Step, field, role string) {
	if role != "" && !has(c.rules.Roles, role) {
		c.problems.add(s.line(field), "role_unknown", clip(role), strings.Join(c.rules.Roles, ", "))
	}
}

func (c *checker) clauses(s *Step) {
	guideline := c.document.d.Guideline
	known, edition := c.rules.Clauses[guideline]
	for _, clause := range s.Clauses {
		if guideline == "" {
			c.problems.add(s.line("clauses"), "field_missing", "guideline")
		} else if edition && !has(known, clause) {
			c.problems.add(s.line("clauses"), "clause_unknown", clip(clause), guideline)
		}
	}
}

// unknown notes that a name is no step of this block: code, or that the step stands in another.
func (c *checker) unknown(at int, code, id string) {
	if _, elsewhere := c.blockOf[id]; elsewhere && id != "" {
		c.problems.add(at, "other_block", id)
		return
	}
	c.problems.add(at, code, clip(id))
}

// apart checks that not_by names steps of people that are finished before the step.
func (c *checker) apart() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		at, seen := s.line("not_by"), map[string]bool{}
		for _, id := range s.NotBy {
			switch other, ok := c.d.Step(id); {
			case !ok:
				c.unknown(at, "not_by_unknown", id)
			case !other.Kind.ByHand():
				c.problems.add(at, "not_by_kind", id)
			case !c.settled(s)[id]:
				c.problems.add(at, "not_by_later", id)
			case seen[id]:
				c.problems.add(at, "field_twice", id)
			}
			seen[id] = true
		}
	}
}

// outcomes checks that every outcome of a decision or switch leads somewhere, or says that it does not.
func (c *checker) outcomes() {
	for i := range c.d.Steps {
		d := &c.d.Steps[i]
		for _, o := range d.Outcomes {
			if !c.used(d.ID, o.ID) && !o.GoesOn && o.ID != "" {
				c.problems.add(o.Line, "outcome_unused", o.ID)
			}
		}
	}
}

// used reports whether something hangs on an outcome: a step, or what is chosen or proposed later.
func (c *checker) used(decision, outcome string) bool {
	names := func(w *Condition) bool { return w != nil && has(w.Named(decision), outcome) }
	return slices.ContainsFunc(c.d.Steps, func(s Step) bool {
		return names(s.When) || slices.ContainsFunc(s.Outcomes, func(o Outcome) bool { return names(o.If) || names(o.Suggest) })
	})
}
