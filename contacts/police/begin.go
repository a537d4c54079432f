package police

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/number"
)

// Begin plans a consultation. It needs police.write. It fails with fault.Invalid and the fields
// that are wrong, with fault.NotFound for an unknown incident, and with fault.Refused
// "incident.over" when the work on it has ended.
func (s *Store) Begin(ctx context.Context, by actor.Actor, incidentID string, c Content) (out Report, err error) {
	if err := by.Need(actor.PoliceWrite); err != nil {
		return Report{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.begin(ctx, tx, by, incidentID, c.Tidied())
		return err
	})
	return out, err
}

func (s *Store) begin(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, c Content) (Report, error) {
	if err := s.valid(ctx, tx, incidentID, c); err != nil {
		return Report{}, err
	}
	if err := s.opts.Enter(ctx, tx, incidentID); err != nil {
		return Report{}, err
	}
	r := record{Report: Report{ID: tx.NewID(), IncidentID: incidentID, State: Planned, StateSince: tx.Now,
		OpenedBy: by.ID, OpenedName: by.Name, OpenedAt: tx.Now, Rev: 1}}
	err := s.setContent(ctx, tx, &r, c)
	if err != nil {
		return Report{}, err
	}
	if r.No, err = number.Next(ctx, tx, "POL", tx.Now); err != nil {
		return Report{}, err
	}
	return r.Report, s.insert(ctx, tx, by, &r)
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) error {
	named := ":" + strings.Join(strings.FieldsFunc(columns, func(c rune) bool { return strings.ContainsRune(", \n\t", c) }), ", :")
	if _, err := tx.NamedExec(ctx, `INSERT INTO police_report (`+columns+`, content) VALUES (`+named+`, :content)`, r); err != nil {
		return fmt.Errorf("plan a consultation: %w", err)
	}
	if err := s.line(ctx, tx, by, r, Begun, r.State, Args{}, ""); err != nil {
		return err
	}
	if err := s.opts.Tell(ctx, tx, by, r.IncidentID, told[Begun], map[string]string{"No": r.No}); err != nil {
		return err
	}
	return s.record(ctx, tx, by, r, "police.begun", Args{"Kind": string(r.Kind)})
}

// valid checks what was typed; cases are those of the incident.
func (s *Store) valid(ctx context.Context, tx *db.Tx, incidentID string, c Content) error {
	all, err := s.opts.Cases(ctx, tx, incidentID)
	if err != nil {
		return err
	}
	bad := c.problems(tx.Now)
	for _, id := range c.Cases {
		if !slices.ContainsFunc(all, func(x Case) bool { return x.ID == id }) {
			bad["cases"] = "form.choice"
		}
	}
	if len(bad) > 0 {
		return fault.Form(bad)
	}
	return nil
}

// Edit replaces what is brought to the police. A summary that was drawn before is then outdated. It
// fails with fault.Conflict and the current Report when rev is stale, with fault.Invalid and the
// fields that are wrong, and with fault.Refused when nothing differs or the work has ended. It needs
// police.write.
func (s *Store) Edit(ctx context.Context, by actor.Actor, id string, rev int64, c Content) (out Report, err error) {
	if err := by.Need(actor.PoliceWrite); err != nil {
		return Report{}, err
	}
	c = c.Tidied()
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, act{id: id, rev: rev, event: Edited, do: func(ctx context.Context, tx *db.Tx, r *record) error {
			if err := s.valid(ctx, tx, r.IncidentID, c); err != nil {
				return err
			}
			if c.digest(nil) == r.content.digest(nil) {
				return fault.New(fault.Refused, "police.unchanged", nil)
			}
			return s.setContent(ctx, tx, r, c)
		}})
		return err
	})
	return out, err
}

// Defaults is what a new consultation says before anybody types, and the cases of the incident to
// choose from. It needs police.write.
func (s *Store) Defaults(ctx context.Context, by actor.Actor, incidentID string) (c Content, all []Case, err error) {
	if err := by.Need(actor.PoliceWrite); err != nil {
		return Content{}, nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, all, err = s.defaults(ctx, tx, incidentID)
		return err
	})
	return c, all, err
}

func (s *Store) defaults(ctx context.Context, tx *db.Tx, incidentID string) (c Content, all []Case, err error) {
	c = Content{Kind: Consult, FiledBy: Filers[0], Offences: []Offence{UnauthorizedAccess}, Damages: Damages{-1, -1, -1, -1}, Person: s.opts.Firm.Section}
	i, err := s.opts.Incident(ctx, tx, incidentID)
	if err != nil {
		return Content{}, nil, err
	}
	c.Recognition = i.Summary
	if all, err = s.opts.Cases(ctx, tx, incidentID); err != nil {
		return Content{}, nil, err
	}
	for _, x := range all {
		c.Cases = append(c.Cases, x.ID)
	}
	c.Timeline, err = s.opts.Timeline(ctx, tx, incidentID)
	return c, all, err
}
