package incident_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"

	"tasuke/cases/deadline"
)

func (h *house) read(t *testing.T, id string, version int64) incident.FactsPage {
	t.Helper()
	p, err := h.ReadFacts(t.Context(), responder, id, version)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// stated is the newest content with one item changed.
func (h *house) stated(t *testing.T, id string, k incident.FactItem, f incident.Fact) incident.FactContent {
	t.Helper()
	c := h.read(t, id, 0).Sheet.Tidied()
	c.Items[k] = f
	return c
}

func confirmed(text string) incident.Fact {
	return incident.Fact{Text: text, Known: incident.FactConfirmed}
}

func TestTheFactSheet(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"before the first version it is what the incident knows, and nothing of it counts as confirmed but the day of discovery": func(t *testing.T, h *house) {
			i := h.open(t)
			if _, err := h.UpdateCount(t.Context(), responder, i.ID, 3, now(h), "台帳"); err != nil {
				t.Fatal(err)
			}
			s := h.read(t, i.ID, 0).Sheet
			if s.Version != 0 || s.Discovered != i.DetectedAt || s.Persons != 3 || s.PersonsAsOf == 0 || len(s.Blank()) != 0 {
				t.Fatalf("%+v", s)
			}
			if !strings.Contains(s.Items[incident.FactOutline].Text, details().Title) || !strings.Contains(s.Items[incident.FactCause].Text, "フィッシング") {
				t.Errorf("%+v", s.Items)
			}
			for _, k := range incident.Rule8Items {
				if s.Items[k].Known != incident.FactInvestigating {
					t.Errorf("%s is %s", k, s.Items[k].Known)
				}
			}
		},
		"everything that is wrong is told at once, and nothing is saved": func(t *testing.T, h *house) {
			i := h.open(t)
			c := h.stated(t, i.ID, incident.FactCause, confirmed(" "))
			c.Items[incident.FactOther] = incident.Fact{Known: "perhaps"}
			c.Items[incident.FactData] = confirmed(strings.Repeat("字", 4001))
			c.Persons, c.PersonsAsOf, c.OccurredTo, c.Entrusted = -1, now(h).Add(time.Hour), now(h), "some"
			_, err := h.SaveFacts(t.Context(), responder, i.ID, 0, c)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid {
				t.Fatalf("got %v", err)
			}
			for _, field := range []string{"known-cause", "known-other", "data", "persons_number", "persons_as_of", "occurred_from", "entrusted_choice"} {
				if f.Fields[field] == "" {
					t.Errorf("nothing said of %s", field)
				}
			}
			if v := h.read(t, i.ID, 0).Sheet.Version; v != 0 {
				t.Errorf("version %d", v)
			}
		},
		"who only reads saves nothing": func(t *testing.T, h *house) {
			i := h.open(t)
			_, err := h.SaveFacts(t.Context(), auditor, i.ID, 0, h.stated(t, i.ID, incident.FactCause, confirmed("x")))
			wants(t, err, fault.Forbidden, "actor.denied")
			_, err = h.ReadFacts(t.Context(), person("so", actor.SystemOperations), i.ID, 0)
			wants(t, err, fault.Forbidden, "actor.denied")
		},
		"saving against an older version is a conflict that shows the newer one": func(t *testing.T, h *house) {
			i := h.open(t)
			c := h.stated(t, i.ID, incident.FactCause, confirmed("一人目"))
			if _, err := h.SaveFacts(t.Context(), responder, i.ID, 0, c); err != nil {
				t.Fatal(err)
			}
			c.Items[incident.FactCause] = confirmed("二人目")
			_, err := h.SaveFacts(t.Context(), lawyer, i.ID, 0, c)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Current.(incident.FactSheet).Items[incident.FactCause].Text != "一人目" {
				t.Fatalf("got %v", err)
			}
		},
		"saving what stands there already is refused": func(t *testing.T, h *house) {
			i := h.open(t)
			c := h.stated(t, i.ID, incident.FactCause, confirmed("原因"))
			s, err := h.SaveFacts(t.Context(), responder, i.ID, 0, c)
			if err != nil {
				t.Fatal(err)
			}
			_, err = h.SaveFacts(t.Context(), responder, i.ID, s.Version, c)
			wants(t, err, fault.Refused, "factsheet.unchanged")
		},
		"an incident whose work has ended gets no version": func(t *testing.T, h *house) {
			i := h.monitored(t)
			h.move(t, executive, i.ID, incident.ClosingApproved)
			_, err := h.SaveFacts(t.Context(), responder, i.ID, 0, h.stated(t, i.ID, incident.FactCause, confirmed("遅い")))
			wants(t, err, fault.Refused, "incident.over")
		},
		"versions stay, and each tells what differs from the one before": func(t *testing.T, h *house) {
			i := h.open(t)
			for n, text := range []string{"一", "二", "三"} {
				if _, err := h.SaveFacts(t.Context(), responder, i.ID, int64(n), h.stated(t, i.ID, incident.FactCause, confirmed(text))); err != nil {
					t.Fatal(err)
				}
			}
			p := h.read(t, i.ID, 2)
			if p.Sheet.Items[incident.FactCause].Text != "二" || p.Before.Items[incident.FactCause].Text != "一" || !slices.Equal(p.Changed, []incident.FactItem{incident.FactCause}) {
				t.Errorf("%+v", p)
			}
			if len(p.Versions) != 3 || p.Versions[0].Version != 3 {
				t.Errorf("%+v", p.Versions)
			}
			_, err := h.ReadFacts(t.Context(), responder, i.ID, 4)
			wants(t, err, fault.NotFound, "row.none")
		},
		"the same content has the same digest, whoever saves it": func(t *testing.T, h *house) {
			i := h.open(t)
			c := h.stated(t, i.ID, incident.FactCause, confirmed("原因"))
			spaced := c.Tidied()
			spaced.Items[incident.FactCause] = confirmed("原因 \n")
			s, err := h.SaveFacts(t.Context(), responder, i.ID, 0, spaced)
			if err != nil || s.Digest != c.Digest() {
				t.Fatalf("%v: %s, want %s", err, s.Digest, c.Digest())
			}
			if err := h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				digest, version, err := h.FactsDigest(ctx, tx, i.ID)
				if digest != s.Digest || version != 1 {
					t.Errorf("%s of version %d", digest, version)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		},
		"a version cannot be changed, taken away or replaced": func(t *testing.T, h *house) {
			i := h.open(t)
			if _, err := h.SaveFacts(t.Context(), responder, i.ID, 0, h.stated(t, i.ID, incident.FactCause, confirmed("一"))); err != nil {
				t.Fatal(err)
			}
			for _, q := range []string{`UPDATE fact_sheet SET digest = 'x'`, `DELETE FROM fact_sheet`, `INSERT INTO fact_sheet SELECT * FROM fact_sheet`} {
				if err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, q); return err }); err == nil {
					t.Errorf("%s passed", q)
				}
			}
		},
		"it is sealed, and only which items changed is on record": func(t *testing.T, h *house) {
			i := h.open(t)
			if _, err := h.SaveFacts(t.Context(), responder, i.ID, 0, h.stated(t, i.ID, incident.FactCause, confirmed("山田様の端末"))); err != nil {
				t.Fatal(err)
			}
			var sealed []byte
			var told int
			if err := h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if err := tx.Get(ctx, &sealed, `SELECT content FROM fact_sheet`); err != nil {
					return err
				}
				return tx.Get(ctx, &told, `SELECT count(*) FROM audit_entry WHERE action = 'factsheet.saved' AND detail LIKE '%cause%' AND detail NOT LIKE '%山田%'`)
			}); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(sealed), "山田") || told != 1 {
				t.Errorf("sealed %q, told %d", sealed, told)
			}
		},
		"what is frozen before anybody saved is what the incident knows, once": func(t *testing.T, h *house) {
			i := h.open(t)
			for range 2 {
				if err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					n, err := h.FreezeFacts(ctx, tx, actor.System("playbook"), i.ID)
					if n != 1 {
						t.Errorf("version %d", n)
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
		},
	})
}

func TestSavingTheFactSheetTellsTheRoomsAboveAndRaisesTheGuards(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		var heard []incident.FactSheet
		pack, err := deadline.Standard()
		if err != nil {
			t.Fatal(err)
		}
		var moved int
		h.Store = incident.NewStore(d, vaulttest.New(t), pack, incident.Options{
			Work: func(context.Context, *db.Tx, string) (incident.Work, error) { return incident.Work{}, nil },
			FactsChanged: func(_ context.Context, _ *db.Tx, _ actor.Actor, f incident.FactSheet) error {
				heard = append(heard, f)
				return nil
			},
			ClocksMoved: func(context.Context, *db.Tx, actor.Actor, string) error { moved++; return nil },
		})
		i := h.open(t)
		before := h.sheet(t, i.ID).Incident
		if _, err := h.SaveFacts(t.Context(), responder, i.ID, 0, h.stated(t, i.ID, incident.FactCause, confirmed("原因"))); err != nil {
			t.Fatal(err)
		}
		after := h.sheet(t, i.ID).Incident
		if len(heard) != 1 || heard[0].Version != 1 || heard[0].Digest == "" || after.GuardRev <= before.GuardRev || after.Rev != before.Rev {
			t.Fatalf("heard %v; guard %d then %d", heard, before.GuardRev, after.GuardRev)
		}
		if moved != 0 {
			t.Error("an opening moved a clock")
		}
		if _, err := h.RecordAwareness(t.Context(), responder, i.ID, incident.Awareness{Kind: incident.BecameAware, At: i.DetectedAt.Add(-72 * time.Hour), Department: "支店", Evidence: "電話"}); err != nil {
			t.Fatal(err)
		}
		if moved != 1 {
			t.Errorf("%d calls for one moved clock", moved)
		}
	})
}

func TestOfSixteenWhoSaveOneFactSheetOneWinsAndFifteenSeeTheConflict(t *testing.T) {
	t.Parallel()
	test := func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		i := h.open(t)
		c := h.stated(t, i.ID, incident.FactCause, confirmed("原因"))
		var won, lost atomic.Int64
		together(t, d, "incident", i.ID, func(int) {
			_, err := h.SaveFacts(context.Background(), responder, i.ID, 0, c)
			var f *fault.Error
			switch {
			case err == nil:
				won.Add(1)
			case errors.As(err, &f) && f.Kind == fault.Conflict && f.Current.(incident.FactSheet).Version == 1:
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
		if won.Load() != 1 || lost.Load() != editors-1 {
			t.Fatalf("%d won, %d lost", won.Load(), lost.Load())
		}
	}
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, dbtest.SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, wide(t)) })
}
