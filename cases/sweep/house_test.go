package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tasuke/cases"
	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/cases/sweep"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/rollup/tables"
	"tasuke/cases/sweep/score"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

var (
	operator  = person("op1", actor.Operator)
	responder = person("cs1", actor.Responder)
	analyst   = person("fa1", actor.FraudAnalyst)
	second    = person("fa2", actor.FraudAnalyst)
	auditor   = person("au1", actor.Auditor)
)

var (
	attack = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	start  = attack.Add(10 * 24 * time.Hour)
)

func person(id string, r actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "name of " + id, Kind: actor.Person, Roles: []actor.Role{r}}
}

// registerOf stands for the register: numbers that begin with C are in it.
func registerOf(_ context.Context, _ *db.Tx, ref string) (string, error) {
	if !strings.HasPrefix(ref, "C") {
		return "", fault.New(fault.NotFound, "row.none", nil)
	}
	return "id-" + ref, nil
}

// customers are what cases ask of the register; these tests never ask.
type customers struct{}

func (customers) FindIDs(context.Context, actor.Actor, string, int) ([]string, error) {
	return nil, nil
}

func (customers) Masked(context.Context, *db.Tx, []string) (map[string]cases.Masked, error) {
	return map[string]cases.Masked{}, nil
}

// room hands the incidents to the cases, as cmd does.
type room struct{ *incident.Store }

func (r room) Tell(ctx context.Context, tx *db.Tx, by actor.Actor, l cases.Line) error {
	return r.Store.Tell(ctx, tx, by, incident.Line(l))
}

func (r room) Lines(context.Context, *db.Tx, string, cases.Page) ([]cases.Line, cases.Cursor, error) {
	return nil, cases.Cursor{}, nil
}

// house is sweeps over real incidents, cases and event logs.
type house struct {
	*sweep.Store
	t         *testing.T
	d         *db.DB
	clock     *dbtest.ManualClock
	vault     *vault.Vault
	effects   *effect.Store
	logs      *rollup.Store
	cases     *cases.Store
	incidents *incident.Store
	incident  string
	emitted   []string
	// asking is called before the logs answer a round.
	asking func() error
	// telling is called once, inside the next transaction that emits or opens a case.
	telling func()
}

// meanwhile calls what a test puts into the middle of a transaction.
func (h *house) meanwhile() {
	if f := h.telling; f != nil {
		h.telling = nil
		f()
	}
}

// sometimes are logs that fail when a test says so.
type sometimes struct {
	*rollup.Store
	h *house
}

func (s sometimes) Coverage(ctx context.Context) ([]rollup.Coverage, error) {
	if f := s.h.asking; f != nil {
		if err := f(); err != nil {
			return nil, err
		}
	}
	return s.Store.Coverage(ctx)
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := openHouse(t, d, vaulttest.New(t), t.TempDir())
	h.incident = h.open()
	return h
}

func openHouse(t *testing.T, d *db.DB, v *vault.Vault, dir string, change ...func(*sweep.Options)) *house {
	t.Helper()
	pack, err := deadline.Standard()
	must(t, err)
	h := &house{t: t, d: d, clock: dbtest.Clock(d, start), vault: v, effects: effect.NewStore(d, nil)}
	x, err := tables.Open(t.Context(), filepath.Join(dir, "rollup.db"))
	must(t, err)
	t.Cleanup(func() { must(t, x.Close()) })
	h.logs, err = rollup.Open(filepath.Join(dir, "segments"), x, rollup.Options{Blind: v.Blind, Now: d.Now, ChunkRows: 50})
	must(t, err)
	h.incidents = incident.NewStore(d, v, pack, incident.Options{Work: func(ctx context.Context, tx *db.Tx, id string) (w incident.Work, err error) {
		w.OpenTasks, err = h.Open(ctx, tx, id) // stands for the guard that cmd wires
		return w, err
	}})
	h.cases = cases.NewStore(d, v, customers{}, room{h.incidents}, func(context.Context, *db.Tx, cases.Case) (cases.Work, error) { return cases.Work{}, nil })
	o := h.options()
	for _, c := range change {
		c(&o)
	}
	h.Store, err = sweep.NewStore(d, v, h.effects, o)
	must(t, err)
	h.Allow(netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("198.51.100.0/24"))
	return h
}

func (h *house) options() sweep.Options {
	return sweep.Options{
		Logs: sometimes{h.logs, h}, Model: score.Standard(), Touch: h.incidents.Touch, Enter: h.incidents.Enter, Customer: registerOf,
		Incident: func(ctx context.Context, tx *db.Tx, id string) (sweep.Incident, error) {
			i, err := h.incidents.Get(ctx, tx, id)
			return sweep.Incident{ID: i.ID, No: i.No, OccurredFrom: i.OccurredFrom, DetectedAt: i.DetectedAt}, err
		},
		Tell: func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error {
			return h.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: incidentID, Kind: kind, Args: args})
		},
		OpenCase: func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, customerID string) (sweep.Case, error) {
			h.meanwhile()
			c, opened, err := h.cases.Open(ctx, tx, by, cases.New{IncidentID: incidentID, CustomerID: customerID, Details: cases.Details{ClaimSource: "sweep"}})
			return sweep.Case{ID: c.ID, No: c.No, Opened: opened}, err
		},
		Emit: func(_ context.Context, _ *db.Tx, _, name, _ string) error {
			h.meanwhile()
			h.emitted = append(h.emitted, name)
			return nil
		},
	}
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func wantKey(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != kind || key != "" && e.Key != key {
		t.Errorf("%v, want %s %s", err, kind, key)
	}
}

func (h *house) open() (id string) {
	h.t.Helper()
	must(h.t, h.d.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		i, err := h.incidents.Open(ctx, tx, operator, incident.New{DetectedAt: tx.Now, Details: incident.Details{
			Title: "不正出金の申出", Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed", Summary: "知らない出金"}})
		id = i.ID
		return err
	}))
	return id
}

// rows imports a log of "hours from the attack,kind,customer,ip,device[,mail]".
func (h *house) rows(source string, rows ...string) {
	h.t.Helper()
	var b strings.Builder
	b.WriteString("at,kind,customer,ip,device,mail\n")
	for _, r := range rows {
		var hours int
		at, rest, _ := strings.Cut(r, ",")
		_, err := fmt.Sscanf(at, "%d", &hours)
		must(h.t, err)
		b.WriteString(attack.Add(time.Duration(hours)*time.Hour).Format(time.RFC3339) + "," + rest + strings.Repeat(",", 4-strings.Count(r, ",")+1) + "\n")
	}
	m, err := rollup.ReadMapping(nil)
	must(h.t, err)
	rep, err := h.logs.Import(h.t.Context(), actor.System("test"), strings.NewReader(b.String()), rollup.Import{Source: source, Mapping: m})
	must(h.t, err)
	if rep.Rejected > 0 {
		h.t.Fatalf("%+v", rep)
	}
}

// usual is a log in which C1 and C2 are hit, C3 uses the address since long ago, X9 is in no register.
var usual = []string{
	"-1200,login,C3,203.0.113.5,home", "-900,login,C1,198.51.100.20,phone-1", "-500,login,C1,198.51.100.20,phone-1", "-30,login,C3,203.0.113.5,home",
	"2,login,C1,203.0.113.5,dev-x1", "3,destination_change,C1,203.0.113.5,dev-x1", "4,execution,C1,203.0.113.5,dev-x1", "5,withdrawal,C1,203.0.113.5,dev-x1",
	"6,login,C2,203.0.113.5,", "7,login,C3,203.0.113.5,home", "8,login,X9,203.0.113.5,", "9,login,C4,198.51.100.77,",
}

const pasted = "接続元 203.0.113.5\n端末ID: dev-x1\n内部 10.0.0.1\n連絡先 mule@evil.example 口座番号: 1234567\nよくわからない 12:34\n"

func (h *house) paste(by actor.Actor, text string, change ...func(*sweep.Paste)) sweep.Added {
	h.t.Helper()
	p := sweep.Paste{IncidentID: h.incident, Text: text, Source: "own", TLP: "amber", Confidence: 70, Activate: by.Has(actor.Responder)}
	for _, c := range change {
		c(&p)
	}
	a, err := h.Add(h.t.Context(), by, p)
	must(h.t, err)
	return a
}

func (h *house) sheet(id string) sweep.Sheet {
	h.t.Helper()
	sh, err := h.Get(h.t.Context(), responder, id, 0)
	must(h.t, err)
	return sh
}

// begin starts a round and does not ask it.
func (h *house) begin(id string) sweep.Sweep {
	h.t.Helper()
	w, err := h.Start(h.t.Context(), analyst, sweep.Plan{SweepID: id, Rev: h.sheet(id).Sweep.Rev, AttackAt: db.At(attack)})
	must(h.t, err)
	return w
}

// ask performs the effect of the running round.
func (h *house) ask(id string) {
	h.t.Helper()
	must(h.t, h.effects.Perform(h.t.Context(), h.sheet(id).Latest.EffectID))
}

// swept pastes, starts and asks a first round over the usual log.
func (h *house) swept() string {
	h.t.Helper()
	h.rows("web", usual...)
	id := h.paste(responder, pasted).SweepID
	h.begin(id)
	h.ask(id)
	return id
}

func (h *house) hits(id string, f sweep.HitFilter) []sweep.Hit {
	h.t.Helper()
	list, _, err := h.Hits(h.t.Context(), auditor, id, f, sweep.Page{Limit: 200})
	must(h.t, err)
	return list
}

// hit is the hit of a customer in the last answered round.
func (h *house) hit(id, ref string) sweep.Hit {
	h.t.Helper()
	for _, x := range h.hits(id, sweep.HitFilter{}) {
		if x.CustomerRef == ref {
			return x
		}
	}
	h.t.Fatalf("%s was not found", ref)
	return sweep.Hit{}
}

func (h *house) judge(by actor.Actor, id, ref string, e sweep.Judgement, change ...func(*sweep.Judging)) error {
	h.t.Helper()
	x := h.hit(id, ref)
	j := sweep.Judging{SweepID: id, HitID: x.ID, Rev: x.Rev, Event: e}
	if e == sweep.ClearedSaid {
		j.Reason = "own_use"
	}
	for _, c := range change {
		c(&j)
	}
	_, err := h.Judge(h.t.Context(), by, j)
	return err
}

func stated(j *sweep.Judging) { j.Stated = true }

func (h *house) try(by actor.Actor, id string, e sweep.Event, reason string) error {
	h.t.Helper()
	_, err := h.Move(h.t.Context(), by, sweep.Cause{ID: id, Rev: h.sheet(id).Sweep.Rev, Event: e, Reason: reason})
	return err
}

// said is a hit in short, for comparing.
func said(list []sweep.Hit) string {
	var out []string
	for _, x := range list {
		out = append(out, fmt.Sprintf("%s %d %s %s %s", x.CustomerRef, x.Score, x.Proposed, x.Verdict, x.Delta))
	}
	return strings.Join(out, ", ")
}

func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
		})
	}
}
