package workflow

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// maxCalls is how many playbooks may call each other one below the other.
const maxCalls = 8

// family is every playbook that one works with: those it calls, those they call, and so on, each in
// the version it is worked through in.
type family struct {
	s      *Store
	ctx    context.Context
	tx     *db.Tx
	pins   map[string]*Version
	height map[string]int // how many calls stand below a playbook
	path   []string       // from the first to the one that is looked at
}

// familyOf reads the newest versions of all that a playbook calls. One that is missing, a circle and
// calls that go too deep are refused.
func (s *Store) familyOf(ctx context.Context, tx *db.Tx, d *playbooks.Definition) (map[string]*Version, error) {
	if len(calls(d)) == 0 {
		return nil, nil
	}
	f := &family{s: s, ctx: ctx, tx: tx, pins: map[string]*Version{}, height: map[string]int{}}
	_, err := f.visit(d)
	return f.pins, err
}

// visit answers how many calls stand below a playbook.
func (f *family) visit(d *playbooks.Definition) (int, error) {
	f.path = append(f.path, d.Slug)
	defer func() { f.path = f.path[:len(f.path)-1] }()
	below := 0
	for _, step := range calls(d) {
		if at := slices.Index(f.path, step.Playbook); at >= 0 {
			return 0, refuse("workflow.playbook.circle", d, step, strings.Join(append(f.path[at:], step.Playbook), " → "))
		}
		h, seen := f.height[step.Playbook]
		if !seen {
			v, err := f.s.newest(f.ctx, f.tx, step.Playbook)
			if fault.Is(err, fault.NotFound) {
				return 0, refuse("workflow.playbook.called", d, step, step.Playbook)
			} else if err != nil {
				return 0, err
			}
			f.pins[step.Playbook] = v
			if h, err = f.visit(v.Definition); err != nil {
				return 0, err
			}
			f.height[step.Playbook] = h
		}
		below = max(below, h+1)
		if below+len(f.path)-1 > maxCalls {
			return 0, refuse("workflow.playbook.deep", d, step, fmt.Sprint(maxCalls))
		}
	}
	return below, nil
}

func refuse(key string, d *playbooks.Definition, step *playbooks.Step, name string) error {
	return fault.New(fault.Refused, key, map[string]any{"Slug": d.Slug, "Step": step.ID, "Name": name})
}

// calls lists the calls of a playbook, those in its blocks among them.
func calls(d *playbooks.Definition) (out []*playbooks.Step) {
	for _, b := range everyBlock(d) {
		for i := range b.Steps {
			if s := &b.Steps[i]; s.Kind == playbooks.Call {
				out = append(out, s)
			}
		}
	}
	return out
}

// everyBlock lists a definition and all blocks inside it.
func everyBlock(d *playbooks.Definition) []*playbooks.Definition {
	out := []*playbooks.Definition{d}
	for _, b := range d.Blocks() {
		out = append(out, everyBlock(b)...)
	}
	return out
}

// fit checks a playbook and all it calls under the rules of this program, with what each asks of the
// others. What was checked once need not be checked again: texts and rules do not change.
func (s *Store) fit(v *Version, pins map[string]*Version) error {
	rules := s.opts.Rules
	rules.Playbook = func(slug string) (*playbooks.Definition, bool) {
		called, ok := pins[slug]
		if !ok {
			return nil, false
		}
		return called.Definition, true
	}
	for _, one := range append([]*Version{v}, slices.Collect(maps.Values(pins))...) {
		key := one.ID
		for _, step := range calls(one.Definition) {
			key += " " + pins[step.Playbook].ID
		}
		if _, ok := s.fits.Load(key); ok {
			continue
		}
		if _, err := s.checkUnder(rules, []byte(one.Body)); err != nil {
			return err
		}
		s.fits.Store(key, true)
	}
	return nil
}

// pin notes which versions a run and all below it work with: publishing changes none of them.
func (t *turn) pin(pins map[string]*Version) error {
	for _, slug := range slices.Sorted(maps.Keys(pins)) {
		if _, err := t.tx.Exec(t.ctx, `INSERT INTO run_pin (run_id, slug, playbook_version_id) VALUES (?, ?, ?)`, t.run.ID, slug, pins[slug].ID); err != nil {
			return fmt.Errorf("pin a called playbook: %w", err)
		}
	}
	return nil
}
