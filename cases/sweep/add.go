package sweep

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tasuke/cases/sweep/indicator"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/text"
)

// Paste is a block of text with indicators, and what is said of all of them.
type Paste struct {
	IncidentID string
	Text       string
	Source     Source
	TLP        TLP
	Confidence int64
	ValidUntil db.Instant // zero: no end
	Note       string     // where it came from, e.g. the number of the letter
	// Activate makes them active at once; it needs the role that activates.
	Activate bool
	// Skip are the places in Reading.Found, from 0, that are not taken.
	Skip []int
}

// Added is what became of a paste.
type Added struct {
	SweepID string
	Reading indicator.Reading
	New     int // of Reading.Found
	Known   int // were there already; their TLP is raised if the paste says more
	Skipped int
}

// Limits of a paste.
const (
	maxPaste = 200_000 // characters
	maxNote  = 500
	// mostIndicators is how many one round asks for.
	mostIndicators = 5000
)

func (p Paste) check() error {
	bad := map[string]string{}
	switch n := utf8.RuneCountInString(p.Text); {
	case strings.TrimSpace(p.Text) == "":
		bad["text"] = "form.required"
	case n > maxPaste:
		bad["text"] = "form.too_long"
	}
	if !slices.Contains(Sources, p.Source) {
		bad["source"] = "form.choice"
	}
	if !slices.Contains(TLPs, p.TLP) {
		bad["tlp"] = "form.choice"
	}
	if p.Confidence < 0 || p.Confidence > 100 {
		bad["confidence"] = "form.range"
	}
	if utf8.RuneCountInString(p.Note) > maxNote {
		bad["note"] = "form.too_long"
	}
	if len(bad) > 0 {
		return fault.Form(bad)
	}
	return nil
}

// Add keeps the indicators of a text for an incident and begins its sweep if there is none. The
// same value again changes nothing but its TLP, upwards. A sweep that was concluded is open again
// when something new came. It needs sweep.write; fault.Invalid with the fields that are wrong, and
// "sweep.nothing_found" on the text when nothing in it can be swept for.
func (s *Store) Add(ctx context.Context, by actor.Actor, p Paste) (a Added, err error) {
	if err := by.Need(actor.SweepWrite); err != nil {
		return a, err
	}
	if err := p.check(); err != nil {
		return a, err
	}
	status := Proposed
	if p.Activate {
		r, err := IndicatorMoves.Next(Proposed, Activated, by, IndicatorFacts{})
		if err != nil {
			return a, err
		}
		status = r.To
	}
	a.Reading = s.Read(p.Text)
	var take []indicator.Indicator
	for i, x := range a.Reading.Found {
		if slices.Contains(p.Skip, i) {
			a.Skipped++
			continue
		}
		take = append(take, x)
	}
	if len(take) == 0 {
		return a, fault.Field("text", "sweep.nothing_found")
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		a.New, a.Known = 0, 0
		w, err := s.ofIncident(ctx, tx, by, p.IncidentID)
		if err != nil {
			return err
		}
		a.SweepID = w.ID
		for _, x := range take {
			added, err := s.add(ctx, tx, by, w, p, status, x)
			if err != nil {
				return err
			}
			if added {
				a.New++
			} else {
				a.Known++
			}
		}
		return s.added(ctx, tx, by, w, a.New, a.Known)
	})
	return a, err
}

// added moves the sweep on when something new came.
func (s *Store) added(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, fresh, known int) error {
	var count int
	if err := tx.Get(ctx, &count, `SELECT count(*) FROM sweep_indicator WHERE sweep_id = ?`, w.ID); err != nil {
		return err
	}
	if count > mostIndicators {
		return fault.New(fault.Refused, "sweep.too_many_indicators", map[string]any{"Most": mostIndicators})
	}
	if fresh == 0 {
		return s.record(ctx, tx, by, w, "sweep.indicators_added", db.Args{"New": "0", "Known": strconv.Itoa(known)})
	}
	who := lent(by)
	if who.Kind == actor.Token { // a feed has no role; its scope was asked for, and people activate what it proposes
		who.Roles = []actor.Role{actor.FraudAnalyst}
	}
	r, err := Moves.Next(w.State, IndicatorsAdded, who, Facts{})
	if err != nil {
		return err
	}
	args := db.Args{"Count": strconv.Itoa(fresh)}
	if err := s.move(ctx, tx, by, &w, r, Line{Args: args}); err != nil {
		return err
	}
	return s.record(ctx, tx, by, w, "sweep.indicators_added", db.Args{"New": strconv.Itoa(fresh), "Known": strconv.Itoa(known)})
}

// add is false when the value is there already.
func (s *Store) add(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, p Paste, status Status, x indicator.Indicator) (bool, error) {
	blind := s.vault.Blind("sweep.indicator."+string(x.Kind), x.Value)
	var old []struct {
		ID  string `db:"id"`
		TLP TLP    `db:"tlp"`
	}
	if err := tx.Select(ctx, &old, `SELECT id, tlp FROM sweep_indicator WHERE sweep_id = ? AND kind = ? AND blind = ?`, w.ID, x.Kind, blind); err != nil {
		return false, err
	}
	if len(old) > 0 {
		if slices.Index(TLPs, p.TLP) <= slices.Index(TLPs, old[0].TLP) {
			return false, nil
		}
		_, err := tx.Exec(ctx, `UPDATE sweep_indicator SET tlp = ?, rev = rev + 1 WHERE id = ?`, p.TLP, old[0].ID)
		return false, err
	}
	id := tx.NewID()
	shown, sealed := x.Value, ""
	if Personal(x.Kind) {
		shown, sealed = masked(x), x.Value
	}
	value, err := s.seal(ctx, tx, subject(w.IncidentID), place("sweep_indicator", "sealed", id), sealed)
	if err != nil {
		return false, err
	}
	note, err := s.seal(ctx, tx, subject(w.IncidentID), place("sweep_indicator", "note", id), strings.TrimSpace(p.Note))
	if err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO sweep_indicator (id, sweep_id, kind, shown, sealed, blind, source, tlp, confidence, valid_until, status,
		benign_by, benign_name, overridden, note, added_by, added_name, added_at, rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, ?, ?, ?, ?, 1)`,
		id, w.ID, x.Kind, shown, value, blind, p.Source, p.TLP, p.Confidence, p.ValidUntil, status, note, by.ID, by.Name, tx.Now); err != nil {
		return false, fmt.Errorf("keep an indicator: %w", err)
	}
	return true, nil
}

// masked is how a value that is personal data is shown.
func masked(x indicator.Indicator) string {
	switch x.Kind {
	case indicator.Mail:
		return text.MaskMail(x.Value)
	case indicator.Destination:
		at := strings.LastIndexByte(x.Value, '-') + 1
		return x.Value[:at] + text.MaskAccount(x.Value[at:])
	}
	return text.MaskAccount(x.Value)
}
