package filing_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

var (
	operator  = person("op1", actor.Operator)
	responder = person("cs1", actor.Responder)
	drafter   = person("le1", actor.Legal)
	reviewer  = person("le2", actor.Legal)
	third     = person("le3", actor.Legal)
	executive = person("ex1", actor.Executive)
	auditor   = person("au1", actor.Auditor)
)

var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

// house is filings over real incidents; the rooms above are written down.
type house struct {
	*filing.Store
	t         *testing.T
	d         *db.DB
	clock     *dbtest.ManualClock
	vault     *vault.Vault
	incidents *incident.Store
	incident  incident.Incident
	options   filing.Options
	emitted   []string
	reminded  []filing.Reminder
	cleared   []string
	// closing is called by the reader of the incident's facts after it has read.
	closing func()
	// render draws the form; tests put others in.
	render func(filing.Form) ([]byte, error)
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	pack, err := deadline.Standard()
	must(t, err)
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), vault: vaulttest.New(t)}
	h.render = func(f filing.Form) ([]byte, error) {
		return fmt.Appendf(nil, "%%PDF %s %d %s %d", f.No, f.Version, f.Digest, f.SubmittedAt), nil
	}
	h.incidents = incident.NewStore(d, h.vault, pack, incident.Options{
		Work: func(ctx context.Context, tx *db.Tx, id string) (w incident.Work, err error) {
			w.OpenTasks, err = h.Open(ctx, tx, id) // stands for the guard that cmd wires
			if f := h.closing; f != nil {
				h.closing = nil
				f()
			}
			return w, err
		},
		FactsChanged: func(ctx context.Context, tx *db.Tx, by actor.Actor, f incident.FactSheet) error {
			return h.FactsChanged(ctx, tx, by, f)
		},
		ClocksMoved: func(ctx context.Context, tx *db.Tx, by actor.Actor, id string) error {
			return h.ClocksMoved(ctx, tx, by, id)
		},
		GroundsChanged: func(ctx context.Context, tx *db.Tx, by actor.Actor, id string) error {
			return h.GroundsChanged(ctx, tx, by, id)
		},
		Answered: func(ctx context.Context, tx *db.Tx, id string) (map[string]incident.Answer, error) {
			return h.Answered(ctx, tx, id)
		},
	})
	h.options = filing.Options{
		Remind: func(_ context.Context, _ *db.Tx, r filing.Reminder) error {
			h.reminded = append(h.reminded, r)
			return nil
		},
		Clear: func(_ context.Context, _ *db.Tx, ref string) error { h.cleared = append(h.cleared, ref); return nil },
		Emit: func(_ context.Context, _ *db.Tx, incidentID, name, ref string) error {
			h.emitted = append(h.emitted, name+" "+incidentID+" "+ref)
			return nil
		},
		Render:   func(f filing.Form) ([]byte, error) { return h.render(f) },
		Reporter: filing.Reporter{Name: "たすけ証券株式会社", Registration: "関東財務局長（金商）第9999号", Address: "東京都中央区日本橋1-1", Section: "法務部", Phone: "03-0000-0000"},
	}.On(h.incidents)
	h.Store, err = filing.NewStore(d, h.vault, h.options)
	must(t, err)
	h.incident = h.open(incident.AccountWithdrawal)
	return h
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func (h *house) open(k incident.Kind) (i incident.Incident) {
	h.t.Helper()
	must(h.t, h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = h.incidents.Open(ctx, tx, operator, incident.New{DetectedAt: tx.Now, Details: incident.Details{
			Title: "不正出金の申出", Kind: k, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed",
			Summary: "顧客から知らない出金があるとの申出。", Vectors: incident.VectorSet{"phishing"}}})
		return err
	}))
	return i
}

// draft begins the filing of the house's incident and gives what its page shows.
func (h *house) draft() filing.Sheet {
	h.t.Helper()
	var id string
	must(h.t, h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = h.Draft(ctx, tx, drafter, h.incident.ID)
		return err
	}))
	return h.sheet(id)
}

func (h *house) sheet(id string) filing.Sheet {
	h.t.Helper()
	sh, err := h.Sheet(h.t.Context(), auditor, id)
	must(h.t, err)
	return sh
}

func (h *house) try(by actor.Actor, id string, e filing.Event) error {
	h.t.Helper()
	_, err := h.Move(h.t.Context(), by, filing.Cause{ID: id, Rev: h.sheet(id).Filing.Rev, Event: e, Reason: "理由"})
	return err
}

func (h *house) move(by actor.Actor, id string, e filing.Event) filing.Filing {
	h.t.Helper()
	must(h.t, h.try(by, id, e))
	return h.sheet(id).Filing
}

// approved brings a new filing to where it can be handed in.
func (h *house) approved() filing.Filing {
	h.t.Helper()
	id := h.draft().Filing.ID
	h.move(drafter, id, filing.ReviewAsked)
	h.move(reviewer, id, filing.ReviewPassed)
	return h.move(executive, id, filing.ApprovalGiven)
}

func (h *house) handover(f filing.Filing) filing.Handover {
	return filing.Handover{ID: f.ID, Rev: f.Rev, Channel: filing.PPCForm, At: h.d.Now()}
}

func (h *house) submitted() filing.Filing {
	h.t.Helper()
	f, err := h.Submit(h.t.Context(), drafter, h.handover(h.approved()))
	must(h.t, err)
	return f
}

// facts saves a version of the fact sheet with one item changed.
func (h *house) facts(k incident.FactItem, text string) incident.FactSheet {
	h.t.Helper()
	p, err := h.incidents.ReadFacts(h.t.Context(), responder, h.incident.ID, 0)
	must(h.t, err)
	c := p.Sheet.Tidied()
	c.Items[k] = incident.Fact{Text: text, Known: incident.FactConfirmed}
	f, err := h.incidents.SaveFacts(h.t.Context(), responder, h.incident.ID, p.Sheet.Version, c)
	must(h.t, err)
	return f
}

func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}

func (h *house) openCount() (n int) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = h.Open(ctx, tx, h.incident.ID)
		return err
	}))
	return n
}

func (h *house) exec(query string, args ...any) error {
	h.t.Helper()
	return h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
		})
	}
}

func wants(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %s %s", err, kind, key)
	}
}
