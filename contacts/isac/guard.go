package isac

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/cases/customer/leak"
	"tasuke/contacts/isac/stix"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Found is one piece of a share that must not leave.
type Found struct {
	Field  string // title, method, …; "value-<n>" and "note-<n>" of the n-th value
	Kind   leak.Kind
	At     int    // character it begins at, from 1
	Masked string // as screens may show it
	Text   string // as it was written; only for who wrote the share
}

// where is a finding without what was found, for records that are kept.
func (f Found) where() string { return string(f.Kind) + "@" + f.Field }

// search looks through everything that leaves: all prose, and every value on its own. A value is
// refused for what the register of customers knows; its shape alone says nothing, because an
// attacker's domain may look like anything.
func (s *Store) search(ctx context.Context, tx *db.Tx, c Content) (all []Found, err error) {
	o := leak.Options{Allow: s.opts.Allow, Without: []leak.Kind{leak.SignIn}} // a phishing link is what is told
	for _, p := range c.prose() {
		found, err := s.opts.Guard.Check(ctx, tx, p.Text, o)
		if err != nil {
			return nil, err
		}
		all = append(all, located(p, found)...)
	}
	for n, i := range c.Indicators {
		if i.Kind == stix.IP {
			continue
		}
		p := Prose{fmt.Sprintf("value-%d", n+1), i.Value}
		found, err := s.opts.Guard.Check(ctx, tx, p.Text, leak.Options{})
		if err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(f leak.Finding) bool { return !f.Registered })
		all = append(all, located(p, found)...)
	}
	return all, nil
}

func located(p Prose, found []leak.Finding) (out []Found) {
	for _, f := range found {
		out = append(out, Found{Field: p.Field, Kind: f.Kind, At: utf8.RuneCountInString(p.Text[:f.From]) + 1, Masked: f.Masked, Text: p.Text[f.From:f.To]})
	}
	return out
}

// refusal says that nothing left. The pieces are in Found, not in the fault.
func refusal(found []Found) error {
	return fault.New(fault.Refused, "share.leaks", map[string]any{"N": len(found)})
}

// refuse keeps on record, in the caller's transaction, that the guard refused, and where; what it
// found is kept nowhere. Who did not write the share is shown it masked.
func (s *Store) refuse(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, stage Event, found []Found) ([]Found, error) {
	maker, err := s.wrote(ctx, tx, r.ID, by)
	if err != nil {
		return nil, err
	}
	var places []string
	for i, f := range found {
		places = append(places, f.where())
		if !maker {
			found[i].Text = ""
		}
	}
	args := Args{"Found": strings.Join(places, ", "), "N": fmt.Sprint(len(found)), "Stage": string(stage)}
	if err := s.line(ctx, tx, by, r, Leaked, r.State, args, ""); err != nil {
		return nil, err
	}
	tx.Announce("share:" + r.ID)
	detail := Args{"No": r.No, "IncidentID": r.IncidentID, "Digest": r.Digest, "Found": args["Found"], "Stage": args["Stage"]}
	return found, audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: "share.refused", Object: audit.Ref{Kind: "share", ID: r.ID}, Detail: detail,
	})
}

// makers are the events by which somebody writes a share or answers for a version of it.
const makersOf = `event IN ('begun', 'edited')`

// wrote reports whether somebody wrote on the share.
func (s *Store) wrote(ctx context.Context, tx *db.Tx, id string, by actor.Actor) (bool, error) {
	var n int
	err := tx.Get(ctx, &n, `SELECT count(*) FROM share_line WHERE share_id = ? AND actor_id = ? AND `+makersOf, id, by.ID)
	return n > 0, err
}
