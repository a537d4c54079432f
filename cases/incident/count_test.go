package incident_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
)

// ledger is a house whose cases are counted; between is called once, before the second figure.
type ledger struct {
	*house
	incident incident.Incident
	between  func()
}

func newLedger(t *testing.T, d *db.DB) *ledger {
	t.Helper()
	l := &ledger{house: newHouse(t, d)}
	pack, err := deadline.Standard()
	noFault(t, err)
	counting := func(where string) func(context.Context, *db.Tx, string) (int64, error) {
		return func(ctx context.Context, tx *db.Tx, id string) (n int64, err error) {
			if f := l.between; f != nil && where != "1 = 1" {
				l.between = nil
				f()
			}
			err = tx.Get(ctx, &n, `SELECT count(*) FROM victim_case WHERE incident_id = ? AND `+where, id)
			return n, err
		}
	}
	l.Store = incident.NewStore(d, vaulttest.New(t), pack, incident.Options{
		Work: func(context.Context, *db.Tx, string) (incident.Work, error) { return incident.Work{}, nil },
		Figures: []incident.Figure{
			{Unit: incident.CountAccounts, Stage: incident.CountClaimed, Source: "cases", Count: counting("1 = 1")},
			{Unit: incident.CountAccounts, Stage: incident.CountConfirmed, Source: "cases", Count: counting("state = 'confirmed'")},
			{Unit: incident.CountAccounts, Stage: incident.CountExcluded, Source: "cases", Count: counting("state = 'not_victim'")},
		}})
	l.incident = l.open(t)
	for _, state := range []string{"confirmed", "confirmed", "not_victim"} {
		l.add(t, state)
	}
	return l
}

func noFault(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// exec changes rows the way another node would, in a transaction of its own.
func (l *ledger) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	noFault(t, l.d.Update(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}))
}

func (l *ledger) add(t *testing.T, state string) {
	t.Helper()
	noFault(t, l.d.Update(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *db.Tx) error {
		id := tx.NewID()
		_, err := tx.Exec(ctx, `INSERT INTO victim_case (id, no, incident_id, customer_id, state, claim_source, noticed_at, reported_at, pattern, mfa_at_time,
			phishing_entered, loss_claimed_yen, assignee, opened_by, opened_at, state_since, rev, guard_rev)
			VALUES (?, ?, ?, ?, ?, 'customer', 0, 0, 'unknown', 'unknown', 'unknown', 0, '', 'op1', 0, 0, 1, 1)`, id, id, l.incident.ID, id, state)
		return err
	}))
}

func (l *ledger) take(t *testing.T, typed ...incident.Typed) incident.Snapshot {
	t.Helper()
	l.clock.Add(time.Minute)
	s, err := l.TakeSnapshot(t.Context(), responder, l.incident.ID, typed...)
	noFault(t, err)
	return s
}

func (l *ledger) board(t *testing.T) incident.CountBoard {
	t.Helper()
	b, err := l.Counts(t.Context(), auditor, l.incident.ID, incident.Page{})
	noFault(t, err)
	return b
}

func line(s incident.Snapshot) string {
	var parts []string
	for _, c := range s.Counts {
		parts = append(parts, c.Key().String()+"="+strings.Repeat("|", int(c.N)))
	}
	return strings.Join(parts, " ")
}

func TestTheLedger(t *testing.T) {
	t.Parallel()
	yen := incident.Typed{Unit: incident.CountYen, Stage: incident.CountConfirmed, N: 4, Reason: "出金記録の合計"}
	tests := map[string]func(*testing.T, *ledger){
		"a case that is decided while the numbers are counted is in all of them or in none": func(t *testing.T, l *ledger) {
			l.between = func() {
				l.exec(t, `UPDATE victim_case SET state = 'not_victim' WHERE incident_id = ? AND state = 'confirmed'`, l.incident.ID)
				l.add(t, "confirmed")
			}
			if s := l.take(t); line(s) != "accounts.claimed=||| accounts.confirmed=|| accounts.excluded=|" {
				t.Fatalf("mixed: %s", line(s))
			}
			if s := l.take(t); line(s) != "accounts.claimed=|||| accounts.confirmed=| accounts.excluded=|||" {
				t.Fatalf("afterwards: %s", line(s))
			}
		},
		"a colleague's snapshot of a later moment is not followed by one of an earlier": func(t *testing.T, l *ledger) {
			l.between = func() {
				l.take(t)
				l.clock.Add(time.Second)
			}
			s := l.take(t)
			b := l.board(t)
			if len(b.Snapshots) != 2 || b.Last.ID != s.ID || s.No != 2 || b.Before.AsOf >= s.AsOf {
				t.Fatalf("%+v", b.Snapshots)
			}
		},
		"nobody types a number that a room counts": func(t *testing.T, l *ledger) {
			_, err := l.TakeSnapshot(t.Context(), responder, l.incident.ID, incident.Typed{Unit: incident.CountAccounts, Stage: incident.CountConfirmed, N: 1, Reason: "少なく"})
			field(t, err, "typed.accounts.confirmed", "counts.counted")
		},
		"a typed number needs a reason, and a unit that is known": func(t *testing.T, l *ledger) {
			bad := yen
			bad.Reason = " "
			_, err := l.TakeSnapshot(t.Context(), responder, l.incident.ID, bad)
			field(t, err, "typed.yen.confirmed", "counts.reason_missing")
			bad.Unit, bad.Reason = "kilos", "x"
			_, err = l.TakeSnapshot(t.Context(), responder, l.incident.ID, bad)
			field(t, err, "typed.kilos.confirmed", "form.choice")
			bad = yen
			bad.N = -1
			_, err = l.TakeSnapshot(t.Context(), responder, l.incident.ID, bad)
			field(t, err, "typed.yen.confirmed", "form.range")
		},
		"a typed number says who typed it and why, and its reason is sealed": func(t *testing.T, l *ledger) {
			l.take(t, yen)
			c, ok := l.board(t).Last.Count(incident.CountKey{Unit: incident.CountYen, Stage: incident.CountConfirmed})
			if !ok || c.N != 4 || c.TypedBy != responder.ID || c.TypedName != responder.Name || c.Reason != yen.Reason || c.Source != "typed" {
				t.Fatalf("%+v", c)
			}
			var plain int
			noFault(t, l.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return tx.Get(ctx, &plain, `SELECT count(*) FROM count_line WHERE reason IS NOT NULL AND length(reason) < 40`)
			}))
			if plain != 0 {
				t.Fatal("the reason lies open")
			}
		},
		"who may not count does not, and who may not read sees nothing": func(t *testing.T, l *ledger) {
			if _, err := l.TakeSnapshot(t.Context(), auditor, l.incident.ID); !fault.Is(err, fault.Forbidden) {
				t.Fatal(err)
			}
			admin := person("ad1", actor.Administrator)
			if _, err := l.Counts(t.Context(), admin, l.incident.ID, incident.Page{}); !fault.Is(err, fault.Forbidden) {
				t.Fatal(err)
			}
			if _, _, err := l.CountsCSV(t.Context(), admin, l.incident.ID); !fault.Is(err, fault.Forbidden) {
				t.Fatal(err)
			}
			if _, err := l.TakeSnapshot(t.Context(), responder, "none"); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		},
		"neither a snapshot nor a line of it can be changed or removed": func(t *testing.T, l *ledger) {
			s := l.take(t)
			noFault(t, l.publish(t, s, "accounts.confirmed"))
			for _, query := range []string{`UPDATE count_snapshot SET as_of = 1`, `DELETE FROM count_snapshot`, `UPDATE count_line SET n = 0`, `DELETE FROM count_line`,
				`UPDATE count_published SET no = 'x'`, `DELETE FROM count_published`} {
				if err := l.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, query); return err }); err == nil {
					t.Errorf("%s was done", query)
				}
			}
			if got := l.board(t).Last; got.Digest != s.Digest || line(got) != line(s) {
				t.Fatalf("%+v", got)
			}
		},
		"a published number that would be counted differently is named beside what was said": func(t *testing.T, l *ledger) {
			noFault(t, l.publish(t, l.take(t), "accounts.confirmed,accounts.excluded"))
			if d := l.board(t).Differs(); len(d) != 0 {
				t.Fatalf("%+v", d)
			}
			l.add(t, "confirmed")
			l.take(t)
			d := l.board(t).Differs()
			if len(d) != 1 || d[0].Was != 2 || d[0].Now != 3 || d[0].No != "DIS-2026-0001" || d[0].Stage != incident.CountConfirmed {
				t.Fatalf("%+v", d)
			}
		},
		"the export has every number once and lets nothing pass for a formula": func(t *testing.T, l *ledger) {
			bad := yen
			bad.Reason = "=HYPERLINK(\"x\")"
			s := l.take(t, bad)
			noFault(t, l.publish(t, s, "yen.confirmed"))
			l.take(t)
			file, name, err := l.CountsCSV(t.Context(), auditor, l.incident.ID)
			noFault(t, err)
			rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff")))).ReadAll()
			noFault(t, err)
			if name != l.incident.No+"-counts.csv" || len(rows) != 1+3+4 {
				t.Fatalf("%s: %v", name, rows)
			}
			last := rows[len(rows)-1]
			if last[3] != "yen" || last[5] != "4" || last[7] != responder.Name || last[8] != "'=HYPERLINK(\"x\")" || last[9] != "DIS-2026-0001" || last[10] != s.Digest {
				t.Fatalf("%q", last)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newLedger(t, d)) })
		})
	}
}

// publish says twice that numbers of a snapshot stand in a document.
func (l *ledger) publish(t *testing.T, s incident.Snapshot, figures string) error {
	t.Helper()
	return l.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		p := incident.Publication{SnapshotID: s.ID, Ref: "disclosure:1", No: "DIS-2026-0001", Figures: figures}
		noFault(t, l.MarkPublished(ctx, tx, p))
		return l.MarkPublished(ctx, tx, p)
	})
}

func field(t *testing.T, err error, name, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[name] != key {
		t.Fatalf("got %v, want %s at %s", err, key, name)
	}
}

func TestTheDatabaseKnowsTheUnitsAndStages(t *testing.T) {
	t.Parallel()
	sql, err := os.ReadFile(filepath.Join("..", "..", "migrations", "0019_counts.sql"))
	noFault(t, err)
	words(t, string(sql), "unit", incident.CountUnits)
	words(t, string(sql), "stage", incident.CountStages)
}

func words[T ~string](t *testing.T, sql, column string, want []T) {
	t.Helper()
	m := regexp.MustCompile(`CHECK \(` + column + ` IN \(([^)]*)\)`).FindStringSubmatch(sql)
	list := make([]string, len(want))
	for i, w := range want {
		list[i] = "'" + string(w) + "'"
	}
	if m == nil || m[1] != strings.Join(list, ", ") {
		t.Errorf("%s: the CHECK has %v", column, m)
	}
}
