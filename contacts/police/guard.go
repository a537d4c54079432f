package police

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tasuke/cases/customer/leak"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Leaked is a line of the history, and no move: the guard found a customer who had not agreed.
const Leaked Event = "leaked"

// Guard looks for customers' data; *leak.Guard is one.
type Guard interface {
	Check(ctx context.Context, tx *db.Tx, text string, o leak.Options) ([]leak.Finding, error)
}

// prose are the texts of a summary that people write, by the name of their field: all that is printed
// but who is written to and who writes, whose names may be a customer's as well.
func (p Paper) prose() map[string]string {
	var seen, kept []string
	for _, e := range p.Timeline {
		seen = append(seen, e.Operation+"\n"+e.Device+"\n"+e.Agent+"\n"+e.Case)
	}
	for _, e := range p.Evidence {
		kept = append(kept, e.No+"\n"+e.Kept)
	}
	return map[string]string{"incident_title": p.Incident.Title, "recognition": p.Recognition, "timeline": strings.Join(seen, "\n"), "method": p.Method,
		"evidence": strings.Join(kept, "\n"), "measures": p.Measures, "wish": p.Wish}
}

// strangers names the fields that speak of a customer who has not agreed to be named. What only
// looks like somebody's data may be the attacker's, which the police are to be told.
func (s *Store) strangers(ctx context.Context, tx *db.Tx, p Paper) (fields []string, err error) {
	allow := []string{s.opts.Firm.Name, s.opts.Firm.Address, s.opts.Firm.Phone, s.opts.Firm.Mail}
	for _, c := range p.Cases {
		if v := c.Victim; v != nil {
			allow = append(allow, v.Name, v.Kana, v.Phone, v.Address, v.Account, v.BirthDate)
		}
	}
	for field, text := range p.prose() {
		found, err := s.opts.Guard.Check(ctx, tx, text, leak.Options{Allow: allow})
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(found, func(f leak.Finding) bool { return f.Registered }) {
			fields = append(fields, field)
		}
	}
	slices.Sort(fields)
	return fields, nil
}

// refuse keeps on record that the guard refused, and where; what it found is kept nowhere.
func (s *Store) refuse(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, fields []string) error {
	args := Args{"Fields": strings.Join(fields, ", "), "N": fmt.Sprint(len(fields))}
	if err := s.line(ctx, tx, by, r, Leaked, r.State, args, ""); err != nil {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: "police.refused", Object: audit.Ref{Kind: "police", ID: r.ID},
		Detail: Args{"No": r.No, "IncidentID": r.IncidentID, "Digest": r.Digest, "Found": args["Fields"]}})
}

func refusal(fields []string) error {
	return fault.New(fault.Refused, "police.leaks", map[string]any{"Fields": strings.Join(fields, ", ")})
}
