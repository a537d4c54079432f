package workflow

import (
	"errors"
	"fmt"
	"strconv"

	"tasuke/internal/db"
	"tasuke/playbooks"
)

// scope is what a run keeps: its variables. The passes of a loop and the exception path share that of
// the run they stand in; nobody else reads it.
type scope struct {
	runID string
	rows  map[string]variable // what was ever set; nil until it was read
}

// variable is one value as it is kept. The value of a personal one is sealed.
type variable struct {
	RunID  string     `db:"run_id"`
	Name   string     `db:"name"`
	Type   string     `db:"type"`
	Known  bit        `db:"known"`
	Value  string     `db:"value"`
	Sealed []byte     `db:"sealed"`
	SetBy  string     `db:"set_by"`
	At     db.Instant `db:"at"`
}

var errVariable = errors.New("the playbook has no such variable")

// keeps reports whether a playbook has variables at all; most steps of most playbooks need none.
func keeps(d *playbooks.Definition) bool { return len(d.Inputs)+len(d.Variables) > 0 }

// variables reads the scope of the run once.
func (t *turn) variables() (map[string]variable, error) {
	if t.scope.rows != nil {
		return t.scope.rows, nil
	}
	var rows []variable
	err := t.tx.Select(t.ctx, &rows, `SELECT run_id, name, type, known, value, sealed, set_by, at FROM run_variable WHERE run_id = ?`, t.scope.runID)
	if err != nil {
		return nil, fmt.Errorf("read the variables of a run: %w", err)
	}
	t.scope.rows = map[string]variable{}
	for _, v := range rows {
		t.scope.rows[v.Name] = v
	}
	return t.scope.rows, nil
}

// variable gives the value of a variable, nil when nobody knows it.
func (t *turn) variable(name string) (any, error) {
	if name == playbooks.PassVariable && t.run.Pass > 0 {
		return t.run.Pass, nil
	}
	v, ok := t.whole.Variable(name)
	if !ok {
		return nil, fmt.Errorf("vars.%s: %w", name, errVariable)
	}
	rows, err := t.variables()
	if err != nil {
		return nil, err
	}
	row, ever := rows[name]
	switch {
	case !ever:
		return v.Default, nil
	case !bool(row.Known):
		return nil, nil
	case !v.Personal:
		return native(v.Type, row.Value)
	}
	plain, err := t.unseal(t.sealedAt(name), row.Sealed)
	if err != nil || plain == "" { // its key was erased
		return nil, err
	}
	return native(v.Type, plain)
}

// known is what conditions may look at: facts and the variables that hold no personal data.
func (t *turn) known() (playbooks.Values, error) {
	out := playbooks.Values{Facts: t.facts}
	if t.run.Pass == 0 && !keeps(t.whole) {
		return out, nil
	}
	out.Vars = map[string]any{}
	for _, list := range [][]playbooks.Variable{t.whole.Inputs, t.whole.Variables} {
		for _, v := range list {
			if v.Personal {
				continue
			}
			var err error
			if out.Vars[v.ID], err = t.variable(v.ID); err != nil {
				return out, err
			}
		}
	}
	if t.run.Pass > 0 {
		out.Vars[playbooks.PassVariable] = t.run.Pass
	}
	return out, nil
}

// put gives a variable a value; nil is that nobody knows it.
func (t *turn) put(name string, value any) error {
	v, ok := t.whole.Variable(name)
	if !ok {
		return fmt.Errorf("vars.%s: %w", name, errVariable)
	}
	rows, err := t.variables()
	if err != nil {
		return err
	}
	row := variable{RunID: t.scope.runID, Name: name, Type: string(v.Type), Known: value != nil, SetBy: t.by.ID, At: t.tx.Now}
	if value != nil {
		if !fits(value, v.Type) {
			return fmt.Errorf("vars.%s is %s and cannot be %T", name, v.Type, value)
		}
		row.Value = written(value)
	}
	if v.Personal && value != nil {
		if row.Sealed, err = t.s.opts.Sealer.Seal(t.ctx, t.tx, sealSubject(t.scope.runID), t.sealedAt(name), row.Value); err != nil {
			return fmt.Errorf("seal vars.%s: %w", name, err)
		}
		row.Value = ""
	}
	if _, err := t.tx.NamedExec(t.ctx, `INSERT INTO run_variable (run_id, name, type, known, value, sealed, set_by, at)
		VALUES (:run_id, :name, :type, :known, :value, :sealed, :set_by, :at) ON CONFLICT (run_id, name) DO UPDATE SET
		type = excluded.type, known = excluded.known, value = excluded.value, sealed = excluded.sealed, set_by = excluded.set_by, at = excluded.at`, row); err != nil {
		return fmt.Errorf("keep vars.%s: %w", name, err)
	}
	rows[name] = row
	return nil
}

// written is a value in its one spelling, which native reads.
func written(value any) string {
	switch v := value.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	}
	return fmt.Sprint(value)
}
