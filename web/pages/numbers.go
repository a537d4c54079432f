package pages

import (
	"context"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/workflow"
)

// incidentNumbers gives the numbers of incidents that a list links to, by id, from one snapshot.
// Unknown ids are left out.
func incidentNumbers(v *Visit, d *db.DB, s *incident.Store, ids []string) (map[string]string, error) {
	out := map[string]string{}
	err := d.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ids {
			if _, known := out[id]; known {
				continue
			}
			i, err := s.Get(ctx, tx, id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			out[id] = i.No
		}
		return nil
	})
	return out, err
}

// subjectNumbers gives the numbers of what runs are about, by subject, from one snapshot.
func subjectNumbers(v *Visit, d *db.DB, incidents *incident.Store, all *cases.Store, tasks []workflow.Task) (map[workflow.Subject]string, error) {
	out := map[workflow.Subject]string{}
	err := d.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, t := range tasks {
			if _, known := out[t.Subject]; known {
				continue
			}
			no, err := subjectNumber(ctx, tx, incidents, all, t.Subject)
			if err != nil {
				return err
			}
			out[t.Subject] = no
		}
		return nil
	})
	return out, err
}

// subjectNumber is the number of an incident or a case; the kind itself for anything else.
func subjectNumber(ctx context.Context, tx *db.Tx, incidents *incident.Store, all *cases.Store, s workflow.Subject) (string, error) {
	switch s.Kind {
	case "incident":
		i, err := incidents.Get(ctx, tx, s.ID)
		return i.No, err
	case "case":
		c, err := all.Get(ctx, tx, s.ID)
		return c.No, err
	}
	return s.Kind, nil
}

// names finds shown names of accounts, each once.
type names struct {
	accounts *signin.Service
	known    map[string]string
}

func (n *names) of(ctx context.Context, id string) (string, error) {
	if name, ok := n.known[id]; ok {
		return name, nil
	}
	name, err := n.accounts.Name(ctx, id)
	if err != nil {
		return "", err
	}
	if n.known == nil {
		n.known = map[string]string{}
	}
	n.known[id] = name
	return name, nil
}
