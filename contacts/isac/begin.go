package isac

import (
	"context"
	"fmt"
	"strings"

	"tasuke/contacts/isac/stix"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/number"
)

// Begin writes down the draft of a share. It needs share.write. It fails with fault.Invalid and the
// fields that are wrong, and with fault.Refused "incident.over" when the work on the incident has
// ended.
func (s *Store) Begin(ctx context.Context, by actor.Actor, incidentID string, c Content) (out Share, err error) {
	if err := by.Need(actor.ShareWrite); err != nil {
		return Share{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.begin(ctx, tx, by, incidentID, c.Tidied())
		return err
	})
	return out, err
}

func (s *Store) begin(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, c Content) (Share, error) {
	if err := s.valid(ctx, tx, c); err != nil {
		return Share{}, err
	}
	if err := s.opts.Enter(ctx, tx, incidentID); err != nil {
		return Share{}, err
	}
	r := record{Share: Share{ID: tx.NewID(), IncidentID: incidentID, State: Draft, StateSince: tx.Now,
		OpenedBy: by.ID, OpenedName: by.Name, OpenedAt: tx.Now, Rev: 1}}
	err := s.setContent(ctx, tx, &r, c)
	if err != nil {
		return Share{}, err
	}
	if r.No, err = number.Next(ctx, tx, "SHR", tx.Now); err != nil {
		return Share{}, err
	}
	return r.Share, s.insert(ctx, tx, by, &r)
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) error {
	named := ":" + strings.Join(strings.FieldsFunc(columns, func(c rune) bool { return strings.ContainsRune(", \n\t", c) }), ", :")
	if _, err := tx.NamedExec(ctx, `INSERT INTO share (`+columns+`, content) VALUES (`+named+`, :content)`, r); err != nil {
		return fmt.Errorf("begin a share: %w", err)
	}
	if err := s.line(ctx, tx, by, r, Begun, r.State, Args{}, ""); err != nil {
		return err
	}
	if err := s.opts.Tell(ctx, tx, by, r.IncidentID, told[Begun], map[string]string{"No": r.No}); err != nil {
		return err
	}
	return s.record(ctx, tx, by, r, "share.begun", Args{"TLP": string(r.TLP), "Channel": string(r.Channel)})
}

func (s *Store) valid(ctx context.Context, tx *db.Tx, c Content) error {
	bad := c.problems(tx.Now)
	if c.DeskID != "" {
		_, found, err := s.opts.Desk(ctx, tx, c.DeskID)
		if err != nil {
			return err
		}
		if !found {
			bad["desk"] = "form.choice"
		}
	}
	if len(bad) > 0 {
		return fault.Form(bad)
	}
	return nil
}

// Edit replaces what a share says. It makes the frozen version and its approval void. It fails with
// fault.Conflict and the current Share when rev is stale, with fault.Invalid and the fields that
// are wrong, and with fault.Refused when the share can no longer be changed. It needs share.write.
func (s *Store) Edit(ctx context.Context, by actor.Actor, id string, rev int64, c Content) (out Share, err error) {
	if err := by.Need(actor.ShareWrite); err != nil {
		return Share{}, err
	}
	c = c.Tidied()
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.valid(ctx, tx, c); err != nil {
			return err
		}
		out, err = s.act(ctx, tx, by, act{id: id, rev: rev, event: Edited, do: func(ctx context.Context, tx *db.Tx, r *record) error {
			if c.Digest() == r.Digest {
				return fault.New(fault.Refused, "share.unchanged", nil)
			}
			return s.setContent(ctx, tx, r, c)
		}})
		return err
	})
	return out, err
}

// Defaults is what the draft of a new share says before anybody types: the values the incident is
// known by, for the members of the ISAC only. It needs share.write.
func (s *Store) Defaults(ctx context.Context, by actor.Actor, incidentID string) (c Content, err error) {
	if err := by.Need(actor.ShareWrite); err != nil {
		return Content{}, err
	}
	c = Content{TLP: stix.Amber, Channel: FISAC, Language: "ja", Confidence: 50}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		c.Indicators, err = s.opts.Indicators(ctx, tx, incidentID)
		return err
	})
	return c, err
}
