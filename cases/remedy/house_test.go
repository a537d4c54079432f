package remedy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tasuke/cases"
	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/cases/remedy"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

var (
	operator  = person("op1", actor.Operator)
	analyst   = person("fa1", actor.FraudAnalyst)
	carer     = person("rm1", actor.Remediation)
	carer2    = person("rm2", actor.Remediation)
	lawyer    = person("le1", actor.Legal)
	lawyer2   = person("le2", actor.Legal)
	executive = person("ex1", actor.Executive)
	auditor   = person("au1", actor.Auditor)
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "人 " + id, Kind: actor.Person, Roles: roles}
}

// start is a Wednesday, 10:00 in Japan.
var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

// room hands the incidents to the cases, as cmd does.
type room struct{ *incident.Store }

func (r room) Tell(ctx context.Context, tx *db.Tx, by actor.Actor, l cases.Line) error {
	return r.Store.Tell(ctx, tx, by, incident.Line(l))
}

func (r room) Lines(ctx context.Context, tx *db.Tx, caseID string, p cases.Page) ([]cases.Line, cases.Cursor, error) {
	lines, next, err := r.Store.Lines(ctx, tx, incident.Story{CaseID: caseID}, p)
	out := make([]cases.Line, len(lines))
	for i, l := range lines {
		out[i] = cases.Line(l)
	}
	return out, next, err
}

// register stands for the firm's customer register.
type register struct{}

func (register) FindIDs(context.Context, actor.Actor, string, int) ([]string, error) { return nil, nil }

func (register) Masked(_ context.Context, _ *db.Tx, ids []string) (map[string]cases.Masked, error) {
	out := map[string]cases.Masked{}
	for _, id := range ids {
		out[id] = cases.Masked{ID: id, Ref: "H" + id}
	}
	return out, nil
}

// house is remedies over a real incident with real cases; the rooms above are written down.
type house struct {
	*remedy.Store
	t         *testing.T
	d         *db.DB
	clock     *dbtest.ManualClock
	vault     *vault.Vault
	cases     *cases.Store
	incidents *incident.Store
	incident  incident.Incident
	victim    cases.Case
	recovered int64
	emitted   []string
	letters   []remedy.Letter
	render    func(remedy.Letter) ([]byte, error)
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %s %s", err, kind, key)
	}
}

func wantsField(t *testing.T, err error, field, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Fields[field] != key {
		t.Fatalf("got %v, want %s in %s", err, key, field)
	}
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	pack, err := deadline.Standard()
	must(t, err)
	book, err := remedy.Standard()
	must(t, err)
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), vault: vaulttest.New(t)}
	h.render = func(l remedy.Letter) ([]byte, error) {
		h.letters = append(h.letters, l)
		return fmt.Appendf(nil, "%%PDF %s %d %d %s %v", l.No, l.Version, l.Calculation.OfferYen, l.ValidUntil, l.Draft), nil
	}
	h.incidents = incident.NewStore(d, h.vault, pack, incident.Options{Work: func(ctx context.Context, tx *db.Tx, id string) (w incident.Work, err error) {
		w.OpenTasks, err = h.Open(ctx, tx, id) // stands for the guard that cmd wires
		return w, err
	}})
	h.cases = cases.NewStore(d, h.vault, register{}, room{h.incidents}, func(ctx context.Context, tx *db.Tx, c cases.Case) (w cases.Work, err error) {
		w.OpenRemedies, err = h.OpenOf(ctx, tx, c.ID)
		return w, err
	})
	h.Store, err = remedy.NewStore(d, h.vault, book, remedy.Options{
		Case: func(ctx context.Context, tx *db.Tx, id string) (remedy.CaseInfo, error) {
			c, err := h.cases.Get(ctx, tx, id)
			if err != nil {
				return remedy.CaseInfo{}, err
			}
			at, err := h.cases.Stage(ctx, tx, id)
			return remedy.CaseInfo{ID: c.ID, No: c.No, IncidentID: c.IncidentID, CustomerID: c.CustomerID, CustomerRef: "H0001204",
				Pattern: remedy.Pattern(c.Pattern), Confirmed: at == cases.StageConfirmed, Over: c.Over()}, err
		},
		TouchCase: h.cases.Touch, Touch: h.incidents.Touch, Enter: h.incidents.Enter,
		Tell: func(ctx context.Context, tx *db.Tx, by actor.Actor, l remedy.StoryLine) error {
			return h.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: l.IncidentID, CaseID: l.CaseID, Kind: l.Kind, Args: l.Args})
		},
		Recovered: func(context.Context, *db.Tx, string) (int64, error) { return h.recovered, nil },
		Emit: func(_ context.Context, _ *db.Tx, incidentID, name, _ string) error {
			h.emitted = append(h.emitted, name+" "+incidentID)
			return nil
		},
		Render: func(l remedy.Letter) ([]byte, error) { return h.render(l) },
		Firm:   remedy.Firm{Name: "たすけ証券株式会社", Section: "お客様相談室", Phone: "03-0000-0000"},
	})
	must(t, err)
	must(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		h.incident, err = h.incidents.Open(ctx, tx, operator, incident.New{DetectedAt: tx.Now, Details: incident.Details{
			Title: "不正出金の申出", Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed", Summary: "知らない出金。"}})
		return err
	}))
	h.victim = h.newCase("c1", remedy.Withdrawal)
	return h
}

// newCase opens a case whose damage is confirmed.
func (h *house) newCase(customer string, p remedy.Pattern) (c cases.Case) {
	h.t.Helper()
	must(h.t, h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if c, _, err = h.cases.Open(ctx, tx, operator, cases.New{IncidentID: h.incident.ID, CustomerID: customer, Details: cases.Details{ClaimSource: "customer", Pattern: cases.Pattern(p)}}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE victim_case SET state = 'confirmed' WHERE id = ?`, c.ID)
		return err
	}))
	return c
}

func payout(no string, yen int64, v remedy.Verdict) remedy.Entry {
	return remedy.Entry{Kind: remedy.PaidOut, OccurredAt: db.At(start.Add(-48 * time.Hour)), ExternalID: no, GrossYen: yen, FeeYen: 330, Claim: remedy.NotMine, Verdict: v}
}

func trade(no string, side remedy.Side, qty string, yen int64) remedy.Entry {
	return remedy.Entry{Kind: remedy.Execution, OccurredAt: db.At(start.Add(-47 * time.Hour)), ExternalID: no, Symbol: "7A01", Side: side, Qty: qty, Price: "100.5", GrossYen: yen, Claim: remedy.NotMine, Verdict: remedy.Fraud}
}

// none says that no circumstance was found.
var none = []remedy.Factor{{Code: "N0"}}

func (h *house) add(caseID string, list ...remedy.Entry) remedy.Assessment {
	h.t.Helper()
	a, err := h.Add(h.t.Context(), analyst, caseID, list...)
	must(h.t, err)
	return a
}

func (h *house) sheet(id string) remedy.Sheet {
	h.t.Helper()
	sh, err := h.Sheet(h.t.Context(), auditor, id)
	must(h.t, err)
	return sh
}

func (h *house) rev(id string) int64 { return h.sheet(id).Assessment.Rev }

func (h *house) try(by actor.Actor, id string, e remedy.Event) error {
	h.t.Helper()
	_, err := h.Move(h.t.Context(), by, remedy.Cause{ID: id, Rev: h.rev(id), Event: e, Reason: "理由"})
	return err
}

func (h *house) move(by actor.Actor, id string, e remedy.Event) remedy.Assessment {
	h.t.Helper()
	must(h.t, h.try(by, id, e))
	return h.sheet(id).Assessment
}

// calculated brings a withdrawal of 1,000,000 yen to where somebody else calculates it again.
func (h *house) calculated() remedy.Assessment {
	h.t.Helper()
	a := h.add(h.victim.ID, payout("PO-1", 1_000_000, remedy.Fraud))
	a = h.move(analyst, a.ID, remedy.FactsEstablished)
	a, err := h.Calculate(h.t.Context(), carer, remedy.Draft{CaseID: a.CaseID, Rev: a.Rev, RateBP: remedy.PolicyRate, Factor: none})
	must(h.t, err)
	return a
}

func (h *house) checked() remedy.Assessment {
	h.t.Helper()
	a := h.calculated()
	a, err := h.Check(h.t.Context(), lawyer, a.ID, a.Rev, a.OfferYen)
	must(h.t, err)
	return a
}

func (h *house) approved() remedy.Assessment {
	h.t.Helper()
	return h.move(executive, h.checked().ID, remedy.ApprovalGiven)
}

func (h *house) offered() remedy.Assessment {
	h.t.Helper()
	a := h.approved()
	a, err := h.Offer(h.t.Context(), carer, a.ID, a.Rev, "2026-12-04")
	must(h.t, err)
	return a
}

func (h *house) agreed() remedy.Assessment {
	h.t.Helper()
	a := h.offered()
	a, err := h.Answer(h.t.Context(), carer, remedy.Answer{ID: a.ID, Rev: a.Rev, Event: remedy.OfferAccepted, At: h.d.Now(), Note: "書面を受領"})
	must(h.t, err)
	return a
}

func (h *house) view(f func(context.Context, *db.Tx) error) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), f))
}

func (h *house) exec(query string, args ...any) error {
	return h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
		})
	}
}

func lines(all ...string) string { return strings.Join(all, "\n") }
