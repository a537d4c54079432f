package cases_test

import (
	"context"
	"testing"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/fulltext"
)

func query(t *testing.T, words string) fulltext.Query {
	t.Helper()
	q, err := fulltext.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// inCases, inNotes, inIncidents and inStory say how many texts have the words.
func (h *house) inCases(t *testing.T, words string) int {
	t.Helper()
	m, err := h.SearchCases(t.Context(), operator, query(t, words), fulltext.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return len(m.Items)
}

func (h *house) inNotes(t *testing.T, words string) int {
	t.Helper()
	m, err := h.SearchNotes(t.Context(), operator, query(t, words), fulltext.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return len(m.Items)
}

func (h *house) inIncidents(t *testing.T, words string) int {
	t.Helper()
	m, err := h.incidents.Search(t.Context(), operator, query(t, words), fulltext.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return len(m.Items)
}

func (h *house) told(t *testing.T, summary string) (c cases.Case) {
	t.Helper()
	h.update(t, func(ctx context.Context, tx *db.Tx) (err error) {
		c, _, err = h.Open(ctx, tx, operator, cases.New{IncidentID: h.incident.ID, CustomerID: "c1", Details: cases.Details{ClaimSource: "customer", Summary: summary}})
		return err
	})
	return c
}

func TestWhatIsWrittenIsFound(t *testing.T) {
	t.Parallel()
	nobody := person("ad1", actor.Administrator)
	tests := map[string]func(*testing.T, *house){
		"an edited case by its new words, not by its old ones": func(t *testing.T, h *house) {
			c := h.told(t, "身に覚えのない出金")
			if h.inCases(t, "出金") != 1 {
				t.Error("not found")
			}
			d := c.Details
			d.Summary, d.ContactPref = "身に覚えのない送金", "平日の夜間に電話"
			if _, err := h.Edit(t.Context(), operator, c.ID, c.Rev, d); err != nil {
				t.Fatal(err)
			}
			if h.inCases(t, "出金") != 0 || h.inCases(t, "送金") != 1 || h.inCases(t, "夜間") != 1 {
				t.Error("found by what is no longer there")
			}
		},
		"an edited incident": func(t *testing.T, h *house) {
			d := h.incident.Details
			d.Title, d.Summary = "不正な送金の申出", "証券口座の乗っ取り"
			if _, err := h.incidents.Edit(t.Context(), supervisor, h.incident.ID, h.incident.Rev, d); err != nil {
				t.Fatal(err)
			}
			if h.inIncidents(t, "出金") != 0 || h.inIncidents(t, "送金") != 1 || h.inIncidents(t, "證券") != 1 {
				t.Error("not as it is written now")
			}
		},
		"an entry of the contact log and its promise": func(t *testing.T, h *house) {
			c := h.told(t, "")
			if _, err := h.AddNote(t.Context(), operator, c.ID, cases.Note{Direction: "in", Medium: "phone", Counterparty: "customer", Result: "talked",
				Text: "渋谷の窓口", Promise: "書類を郵送", DueAt: h.d.Now().Add(1e12)}); err != nil {
				t.Fatal(err)
			}
			if h.inNotes(t, "渋谷") != 1 || h.inNotes(t, "郵送") != 1 || h.inCases(t, "渋谷") != 0 {
				t.Error("not found where it is")
			}
		},
		"a line of the story by its note": func(t *testing.T, h *house) {
			h.update(t, func(ctx context.Context, tx *db.Tx) error {
				return h.incidents.Tell(ctx, tx, supervisor, incident.Line{IncidentID: h.incident.ID, Kind: "incident.moved", Note: "深夜の当直が判断"})
			})
			m, err := h.incidents.SearchStory(t.Context(), operator, query(t, "当直"), fulltext.Page{})
			if err != nil || len(m.Items) != 1 || m.Items[0].Incident.ID != h.incident.ID {
				t.Errorf("%+v %v", m, err)
			}
			if other, err := h.incidents.SearchCaseStory(t.Context(), operator, query(t, "当直"), fulltext.Page{}); err != nil || len(other.Items) != 0 {
				t.Errorf("%+v %v", other, err)
			}
		},
		"by nobody without the right": func(t *testing.T, h *house) {
			h.told(t, "身に覚えのない出金")
			q := query(t, "出金")
			_, one := h.SearchCases(t.Context(), nobody, q, fulltext.Page{})
			_, two := h.SearchNotes(t.Context(), nobody, q, fulltext.Page{})
			_, three := h.incidents.Search(t.Context(), nobody, q, fulltext.Page{})
			_, four := h.incidents.SearchStory(t.Context(), nobody, q, fulltext.Page{})
			_, five := h.incidents.SearchCaseStory(t.Context(), nobody, q, fulltext.Page{})
			for i, err := range []error{one, two, three, four, five} {
				if !fault.Is(err, fault.Forbidden) {
					t.Errorf("search %d: %v", i+1, err)
				}
			}
		},
		"what lay there before the search, the same": func(t *testing.T, h *house) {
			h.told(t, "身に覚えのない出金")
			h.update(t, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, `DELETE FROM text_gram`); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, `DELETE FROM text_doc`)
				return err
			})
			if h.inCases(t, "出金") != 0 {
				t.Fatal("found without an index")
			}
			if _, err := fulltext.New(h.vault).Backfill(t.Context(), h.d, append(h.Texts(), h.incidents.Texts()...)); err != nil {
				t.Fatal(err)
			}
			if h.inCases(t, "出金") != 1 || h.inIncidents(t, "出金") != 1 {
				t.Error("not taken in")
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
		})
	}
}
