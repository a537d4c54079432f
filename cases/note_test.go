package cases_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tasuke/cases"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func note(s string) cases.Note {
	return cases.Note{Direction: "in", Medium: "phone", Counterparty: "customer", Result: "talked", Text: s}
}

func TestContactLog(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"an entry without text or with a promise for no day is invalid": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			n := note("")
			n.Promise = "明日連絡"
			_, err := h.AddNote(t.Context(), operator, c.ID, n)
			var f *fault.Error
			if !errors.As(err, &f) || f.Fields["text"] == "" || f.Fields["due_at"] == "" {
				t.Fatalf("got %v", err)
			}
		},
		"a correction is a new entry and only one": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			first, err := h.AddNote(t.Context(), operator, c.ID, note("出金 100万円"))
			if err != nil {
				t.Fatal(err)
			}
			second := note("出金 10万円")
			second.CorrectsID = first.ID
			if _, err := h.AddNote(t.Context(), operator, c.ID, second); err != nil {
				t.Fatal(err)
			}
			_, err = h.AddNote(t.Context(), supervisor, c.ID, second)
			wants(t, err, fault.Conflict, "case.note_corrected")
			notes := h.sheet(t, c.ID).Notes
			if len(notes) != 2 || notes[0].Text != "出金 10万円" || notes[1].Text != "出金 100万円" || notes[1].CorrectedBy != notes[0].ID {
				t.Fatalf("%+v", notes)
			}
		},
		"an entry of another case cannot be corrected from here": func(t *testing.T, h *house) {
			a, b := h.open(t, "c1"), h.open(t, "c2")
			first, err := h.AddNote(t.Context(), operator, a.ID, note("x"))
			if err != nil {
				t.Fatal(err)
			}
			n := note("y")
			n.CorrectsID = first.ID
			_, err = h.AddNote(t.Context(), operator, b.ID, n)
			wants(t, err, fault.NotFound, "row.none")
		},
		"what was written is never changed and never removed": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			if _, err := h.AddNote(t.Context(), operator, c.ID, note("x")); err != nil {
				t.Fatal(err)
			}
			for _, statement := range []string{`DELETE FROM case_note`, `UPDATE case_note SET by_id = 'x'`} {
				err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.Exec(ctx, statement)
					return err
				})
				if err == nil || !strings.Contains(err.Error(), "only ever added") {
					t.Errorf("%s: %v", statement, err)
				}
			}
		},
		"the log and the story turn their pages": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			for i := range 7 {
				if _, err := h.AddNote(t.Context(), operator, c.ID, note(fmt.Sprint(i))); err != nil {
					t.Fatal(err)
				}
			}
			var seen []string
			for p := (cases.Page{Limit: 3}); ; {
				notes, next, err := h.Notes(t.Context(), auditor, c.ID, p)
				if err != nil {
					t.Fatal(err)
				}
				for _, n := range notes {
					seen = append(seen, n.Text)
				}
				if p.After = next; next.IsZero() {
					break
				}
			}
			if strings.Join(seen, "") != "6543210" {
				t.Fatal(seen)
			}
			lines, next, err := h.Timeline(t.Context(), auditor, c.ID, cases.Page{Limit: 3})
			if err != nil || len(lines) != 3 || next.IsZero() {
				t.Fatalf("%d lines, %v", len(lines), err)
			}
		},
	})
}
