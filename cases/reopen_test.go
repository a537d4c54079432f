package cases_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"tasuke/cases"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// confirmed takes a new case to where its work can be finished, and closed finishes it.
func (h *house) confirmed(t testing.TB, customer string) cases.Case {
	t.Helper()
	c := h.open(t, customer)
	h.locked(t, c.ID)
	h.move(t, operator, c.ID, cases.AccountLocked)
	h.move(t, analyst, c.ID, cases.CheckStarted)
	return h.move(t, analyst, c.ID, cases.DamageConfirmed)
}

func (h *house) closed(t testing.TB, customer string) cases.Case {
	t.Helper()
	return h.move(t, remedy, h.confirmed(t, customer).ID, cases.WorkFinished)
}

func TestANewContactReopens(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"nothing in an incident that has ended": func(t *testing.T, h *house) {
			c := h.closed(t, "c1")
			h.update(t, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE incident SET state = 'closed' WHERE id = ?`, h.incident.ID)
				return err
			})
			err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, _, err := h.Open(ctx, tx, operator, cases.New{IncidentID: h.incident.ID, CustomerID: "c1", Details: details()})
				return err
			})
			wants(t, err, fault.Refused, "incident.over")
			if got := h.sheet(t, c.ID).Case; got.State != cases.Closed {
				t.Fatalf("the case is %s", got.State)
			}
		},
		"the case of a customer who calls after the end, whoever takes the call": func(t *testing.T, h *house) {
			first := h.closed(t, "c1")
			clerk := person("cl1", actor.FraudAnalyst) // whom the table would not let reopen
			if !clerk.May(actor.CaseWrite) || slices.Contains(cases.Moves.Allowed(first.State, clerk, func(cases.Event) cases.Facts { return cases.Facts{} }), cases.ReopenedForCause) {
				t.Fatal("the test needs somebody who opens and may not reopen")
			}
			h.clock.Add(time.Hour)
			for range 2 { // the second time it is in work and nothing happens
				h.update(t, func(ctx context.Context, tx *db.Tx) error {
					c, created, err := h.Open(ctx, tx, clerk, cases.New{IncidentID: h.incident.ID, CustomerID: "c1", Details: details()})
					if created || c.ID != first.ID || c.State != cases.Reopened || c.Rev != first.Rev+1 || c.StateSince != tx.Now {
						t.Errorf("created %v, %+v", created, c)
					}
					return err
				})
			}
			sh := h.sheet(t, first.ID)
			if l := sh.Timeline[0]; l.Kind != "case.reopened_by_contact" || l.ActorID != clerk.ID || l.Args["From"] != "closed" || sh.Timeline[1].Kind != "case.moved" {
				t.Fatalf("%+v", sh.Timeline[:2])
			}
			var entries int
			h.update(t, func(ctx context.Context, tx *db.Tx) error {
				return tx.Get(ctx, &entries, `SELECT count(*) FROM audit_entry WHERE action = 'case.moved' AND object_id = ? AND actor_id = ?`, first.ID, clerk.ID)
			})
			if entries != 1 {
				t.Fatalf("%d entries on the audit trail", entries)
			}
		},
		"the case that a colleague is closing at that moment": func(t *testing.T, h *house) {
			if h.d.Dialect == db.SQLite {
				t.Skip("one writer: the call always comes before or after")
			}
			c := h.confirmed(t, "c1")
			called := make(chan cases.Case, 1)
			h.update(t, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, `UPDATE victim_case SET state = 'closed', rev = rev + 1 WHERE id = ?`, c.ID); err != nil {
					return err
				}
				go func() { called <- h.open(t, "c1") }()
				for waiting := 0; waiting == 0; { // until the call waits for the close
					if err := tx.Get(ctx, &waiting, `SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid`); err != nil {
						return err
					}
				}
				return nil
			})
			if got := <-called; got.State != cases.Reopened {
				t.Fatalf("the case is %s", got.State)
			}
		},
	})
}
