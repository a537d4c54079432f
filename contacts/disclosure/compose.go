package disclosure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// composed is a notice as it would be read, in each of its languages.
type composed struct {
	docs     []notice.Document // Japanese first
	snapshot incident.Snapshot
	digest   string
	found    []notice.Finding
}

// compose makes the notice from what was written and the numbers of the snapshot. What is missing is
// fault.Invalid with the fields by their names in the form. With leaks it is looked through as well,
// and what must not leave stands in found.
func (s *Store) compose(ctx context.Context, tx *db.Tx, r record, at time.Time, leaks bool) (c composed, err error) {
	bad := map[string]string{}
	var figures []notice.Figure
	if r.SnapshotID == "" {
		bad["snapshot"] = "disclosure.no_snapshot"
	} else if c.snapshot, err = s.opts.Snapshot(ctx, tx, r.SnapshotID); err != nil {
		return c, err
	} else if figures, err = figuresOf(c.snapshot, r.content.Keys()); err != nil {
		bad["figures"] = "disclosure.figure_gone"
	}
	if r.SnapshotID != "" && c.snapshot.IncidentID != r.IncidentID { // changed past the program
		return c, fault.Field("snapshot", "form.choice")
	}
	for _, l := range r.content.Languages() {
		p := r.content.public(r.Disclosure, l, s.opts.Firm, at)
		p.Figures = figures
		if err := s.correcting(ctx, tx, r, &p); err != nil {
			return c, err
		}
		doc, _, found, err := notice.ToPublic(ctx, p, s.look(tx, p, leaks))
		var f *fault.Error
		switch {
		case errors.As(err, &f) && f.Kind == fault.Invalid:
			inForm(bad, f.Fields, l)
		case err != nil && !fault.Is(err, fault.Refused):
			return c, err
		}
		c.docs, c.found = append(c.docs, doc), append(c.found, found...)
	}
	if bad["snapshot"] != "" {
		delete(bad, "figures") // there is nothing yet to choose from
	}
	if len(bad) > 0 {
		return c, fault.Form(bad)
	}
	c.digest = digest(c.docs, c.snapshot)
	return c, nil
}

// figuresOf takes the chosen numbers from one snapshot, and none from anywhere else.
func figuresOf(snap incident.Snapshot, keys []incident.CountKey) (out []notice.Figure, err error) {
	for _, k := range keys {
		n, ok := snap.Count(k)
		if !ok {
			return nil, fault.Field("figures", "disclosure.figure_gone")
		}
		out = append(out, notice.Figure{Unit: notice.Unit(k.Unit), Stage: notice.Stage(k.Stage), N: n.N, AsOf: snap.AsOf.Time(),
			Source: fmt.Sprintf("count %s %d %s", snap.ID, snap.No, n.Source)})
	}
	slices.SortStableFunc(out, func(a, b notice.Figure) int {
		if d := slices.Index(notice.Units, a.Unit) - slices.Index(notice.Units, b.Unit); d != 0 {
			return d
		}
		return slices.Index(notice.Stages, a.Stage) - slices.Index(notice.Stages, b.Stage)
	})
	return out, nil
}

// correcting adds what a correction corrects: the notice as the public has read it.
func (s *Store) correcting(ctx context.Context, tx *db.Tx, r record, p *notice.Public) error {
	if r.Kind != notice.Correction {
		return nil
	}
	was, err := s.load(ctx, tx, r.CorrectsID)
	if err != nil {
		return err
	}
	p.Corrects.No, p.Corrects.At = was.No, was.PublishedAt.Time()
	said, err := s.latest(ctx, tx, was.Page(p.Language))
	if fault.Is(err, fault.NotFound) { // there was none in this language
		return nil
	}
	p.Corrects.Before = said.Doc
	return err
}

// look is the guard of one notice. What may stand in it is the firm's: whatever the writer put into the
// desk is looked through like everything else.
func (s *Store) look(tx *db.Tx, p notice.Public, leaks bool) notice.Look {
	return func(ctx context.Context, text string) ([]notice.Finding, error) {
		if !leaks {
			return nil, nil
		}
		return s.opts.Leaks(ctx, tx, text, s.own(p.No, p.Corrects.No))
	}
}

// own is what no guard stops: the firm's name, its desk as the settings have it, and numbers of notices.
func (s *Store) own(numbers ...string) []string {
	return append(numbers, s.opts.Firm, s.opts.Desk.Name, s.opts.Desk.Phone)
}

// inForm gives the faults of a notice the names of the form's fields.
func inForm(bad, fields map[string]string, l notice.Language) {
	for name, key := range fields {
		switch {
		case name == "desk.phone":
			name = "desk_phone"
		case name == "figures" || name == "next" || name == "corrects" || name == "firm":
		case strings.HasPrefix(name, "measures"):
			name = "measures"
		default:
			name = strings.ReplaceAll(name, ".", "_") + "_" + string(l)
		}
		if bad[name] == "" {
			bad[name] = key
		}
	}
}

// digest is what signatures are bound to: everything a reader reads but the moment of the publication,
// which only publishing knows.
func digest(docs []notice.Document, snap incident.Snapshot) string {
	undated := make([]notice.Document, len(docs))
	for i, d := range docs {
		undated[i] = d.Undated()
	}
	b, err := json.Marshal(struct {
		Version  string            `json:"version"`
		Docs     []notice.Document `json:"docs"`
		Snapshot string            `json:"snapshot"`
	}{notice.Version, undated, snap.Digest})
	if err != nil { // texts and numbers always have a JSON form
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
