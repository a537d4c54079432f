package cases_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tasuke/cases"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

func (h *house) names(t *testing.T, by actor.Actor, f cases.Filter) string {
	t.Helper()
	l, err := h.List(t.Context(), by, f, cases.Page{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range l.Entries {
		out = append(out, e.CustomerID)
		if e.Summary != "" || e.Customer.Name != "山＊" {
			t.Errorf("%+v", e)
		}
	}
	return strings.Join(out, " ")
}

func TestTheList(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"who may not read cases gets no list": func(t *testing.T, h *house) {
			_, err := h.List(t.Context(), person("ad", actor.Administrator), cases.Filter{}, cases.Page{})
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = cases.ParseCursor("x")
			wants(t, err, fault.Invalid, "form.invalid")
		},
		"it narrows by state, incident, assignee and query": func(t *testing.T, h *house) {
			first := h.open(t, "c1")
			for i := range 3 {
				h.clock.Add(time.Second)
				h.open(t, fmt.Sprintf("c%d", i+2))
			}
			if _, err := h.Assign(t.Context(), supervisor, first.ID, 1, "op7"); err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				f    cases.Filter
				want string
			}{
				{cases.Filter{}, "c4 c3 c2 c1"},
				{cases.Filter{State: cases.Received, IncidentID: h.incident.ID}, "c4 c3 c2 c1"},
				{cases.Filter{State: cases.Closed}, ""},
				{cases.Filter{Assignee: "op7"}, "c1"},
				{cases.Filter{IncidentID: "other"}, ""},
				{cases.Filter{Query: "ヤマダ"}, "c3 c1"},
				{cases.Filter{Query: "ヤマダ", Assignee: "op7"}, "c1"},
				{cases.Filter{Query: "case-2026-000002"}, "c2"},
				{cases.Filter{Query: "ＣＡＳＥ－2026－000002"}, "c2"},
				{cases.Filter{Query: "3"}, "c3"},
				{cases.Filter{Query: "nobody"}, ""},
			} {
				if got := h.names(t, operator, c.f); got != c.want {
					t.Errorf("%+v: got %q, want %q", c.f, got, c.want)
				}
			}
			if got := h.names(t, auditor, cases.Filter{Query: "ヤマダ"}); got != "" {
				t.Errorf("who may not find customers found %q", got)
			}
		},
	})
}

// many fills the table with cases that nobody opened one by one.
func (h *house) many(t testing.TB, n int) {
	t.Helper()
	series := `WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ?) `
	h.update(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, series+`INSERT INTO victim_case (id, no, incident_id, customer_id, state, claim_source, noticed_at, reported_at,
			pattern, mfa_at_time, phishing_entered, loss_claimed_yen, assignee, opened_by, opened_at, state_since, rev, guard_rev)
			SELECT 'id' || (1000000 + i), 'CASE-2025-' || (1000000 + i), '`+h.incident.ID+`', 'm' || i,
			CASE WHEN i % 10 = 0 THEN 'closed' WHEN i % 1000 = 1 THEN 'reopened' ELSE 'received' END,
			'sweep', 0, 1, 'unknown', 'unknown', 'unknown', 0, 'op' || (i % 300), 'x', i * 1000, 1, 1, 1 FROM s`, n)
		return err
	})
}

func TestTheListCountsAndTurnsPagesOfManyCases(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.many(t, 1500)
		l, err := h.List(t.Context(), auditor, cases.Filter{}, cases.Page{Limit: 200})
		if err != nil || l.Count != cases.CountLimit || !l.More || len(l.Entries) != 200 {
			t.Fatalf("%d %v, %d rows, %v", l.Count, l.More, len(l.Entries), err)
		}
		seen := map[string]bool{}
		for p := (cases.Page{Limit: 200}); ; p.After = l.Next {
			if l, err = h.List(t.Context(), auditor, cases.Filter{State: cases.Received, IncidentID: h.incident.ID}, p); err != nil {
				t.Fatal(err)
			}
			for _, e := range l.Entries {
				seen[e.ID] = true
			}
			if l.Next.IsZero() {
				break
			}
		}
		if len(seen) != 1348 {
			t.Fatalf("%d different cases", len(seen))
		}
	})
}

func BenchmarkListOf100000(b *testing.B) {
	h := newHouse(b, dbtest.SQLite(b))
	h.many(b, 100_000)
	for _, f := range []cases.Filter{
		{},
		{State: cases.Reopened},
		{IncidentID: h.incident.ID, State: cases.Closed},
		{Assignee: "op7", State: cases.Received},
		{Assignee: "op7", IncidentID: h.incident.ID},
		{Query: "ヤマダ"},
	} {
		b.Run(fmt.Sprintf("%+v", f), func(b *testing.B) {
			for b.Loop() {
				if _, err := h.List(b.Context(), operator, f, cases.Page{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
