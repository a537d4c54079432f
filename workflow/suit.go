package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// PublishAll is Publish for a library of playbooks that call each other, in any order: what one asks
// of another is looked at when all are there. A playbook whose newest version somebody else published
// stays theirs, and held names it when the library has a text for it that was never a version. Where
// the rest does not fit what others wrote, nothing is published and all that is new is held: the
// playbooks of a house go on working as they are. In a house without playbooks of others a library
// that does not fit is an error.
func (s *Store) PublishAll(ctx context.Context, by actor.Actor, defs []*playbooks.Definition) (held []string, err error) {
	if err := by.Need(actor.PlaybookPublish); err != nil {
		return nil, err
	}
	var checked []*playbooks.Definition
	for _, d := range defs {
		c, err := s.check(d.Source)
		if err != nil {
			return nil, err
		}
		checked = append(checked, c)
	}
	slices.SortFunc(checked, func(a, b *playbooks.Definition) int { // every publisher takes the locks in one order
		return cmp.Compare(a.Slug, b.Slug)
	})
	var added []string
	var others bool
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		held, added = nil, nil
		if others, err = writtenByOthers(ctx, tx, by); err != nil {
			return err
		}
		for _, c := range checked {
			kept, stays, err := s.offer(ctx, tx, by, versionOf(c))
			if err != nil {
				return err
			}
			if stays {
				held = append(held, c.Slug)
			} else if kept {
				added = append(added, c.Slug)
			}
		}
		if len(added) == 0 {
			return nil
		}
		return s.suit(ctx, tx, added...)
	})
	if fault.Is(err, fault.Refused) && others {
		return slices.Sorted(slices.Values(append(held, added...))), nil
	}
	return held, err
}

// offer publishes a text unless the newest version is somebody else's; held says that it waits for them.
func (s *Store) offer(ctx context.Context, tx *db.Tx, by actor.Actor, v Version) (added, held bool, err error) {
	if err := alone(ctx, tx, v.Slug); err != nil {
		return false, false, err
	}
	newest, err := s.newest(ctx, tx, v.Slug)
	if fault.Is(err, fault.NotFound) || err == nil && newest.PublishedBy == by.ID {
		_, added, err = s.keep(ctx, tx, by, v)
		return added, false, err
	} else if err != nil {
		return false, false, err
	}
	var n int
	if err := tx.Get(ctx, &n, `SELECT count(*) FROM playbook_version WHERE slug = ? AND sha256 = ?`, v.Slug, v.SHA256); err != nil {
		return false, false, fmt.Errorf("look for the published text: %w", err)
	}
	return false, n == 0, nil
}

// writtenByOthers reports whether the newest version of any playbook is somebody else's.
func writtenByOthers(ctx context.Context, tx *db.Tx, by actor.Actor) (bool, error) {
	var n int
	if err := tx.Get(ctx, &n, `SELECT count(*) FROM playbook_version v WHERE published_by <> ?
		AND version = (SELECT max(version) FROM playbook_version w WHERE w.slug = v.slug)`, by.ID); err != nil {
		return false, fmt.Errorf("look for playbooks of the house: %w", err)
	}
	return n > 0, nil
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
