package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// PublishAll is Publish for playbooks that call each other: all of them are published or none, in any
// order, and what one asks of another is looked at when all are there.
func (s *Store) PublishAll(ctx context.Context, by actor.Actor, defs []*playbooks.Definition) error {
	if err := by.Need(actor.PlaybookPublish); err != nil {
		return err
	}
	var checked []*playbooks.Definition
	for _, d := range defs {
		c, err := s.check(d.Source)
		if err != nil {
			return err
		}
		checked = append(checked, c)
	}
	slices.SortFunc(checked, func(a, b *playbooks.Definition) int { // every publisher takes the locks in one order
		if a.Slug < b.Slug {
			return -1
		}
		return 1
	})
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		var slugs []string
		for _, c := range checked {
			_, added, err := s.keep(ctx, tx, by, versionOf(c))
			if err != nil {
				return err
			}
			if added {
				slugs = append(slugs, c.Slug)
			}
		}
		if len(slugs) == 0 {
			return nil
		}
		return s.suit(ctx, tx, slugs...)
	})
}

// suit checks playbooks that were published against all they call, and all that call them against
// them: publishing must not keep another playbook from beginning.
func (s *Store) suit(ctx context.Context, tx *db.Tx, slugs ...string) error {
	var ids []string
	if err := tx.Select(ctx, &ids, `SELECT id FROM playbook_version v WHERE version = (SELECT max(version) FROM playbook_version w WHERE w.slug = v.slug) ORDER BY slug`); err != nil {
		return fmt.Errorf("list the newest versions: %w", err)
	}
	for _, id := range ids {
		v, err := s.version(ctx, tx, id)
		var unreadable playbooks.Problems
		if errors.As(err, &unreadable) {
			continue // it cannot begin, whatever is published
		} else if err != nil {
			return err
		}
		pins, err := s.familyOf(ctx, tx, v.Definition)
		own := slices.Contains(slugs, v.Slug)
		if !own && !slices.ContainsFunc(slugs, func(slug string) bool { return pins[slug] != nil }) {
			continue // nothing was changed for it
		}
		if err == nil {
			err = s.fit(v, pins)
		}
		if fault.Is(err, fault.Refused) && !own {
			return caller(v.Slug, slugs, err)
		} else if err != nil {
			return err
		}
	}
	return nil
}

func caller(slug string, slugs []string, err error) error {
	args := map[string]any{"Slug": slug, "Name": slugs[0], "First": "", "FirstEN": ""}
	var problems playbooks.Problems
	if errors.As(err, &problems) {
		args["First"], args["FirstEN"] = problems[0].In("ja"), problems[0].In("en")
	}
	return fault.Wrap(fault.Refused, "workflow.playbook.caller", args, err)
}
