package inquiry_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

// below stands for the rooms of incidents and cases with a table of its own, so that a rollback
// takes their work back too.
type below struct {
	refuseLock bool
}

const belowTable = `CREATE TABLE below (id TEXT PRIMARY KEY, room TEXT NOT NULL, no TEXT NOT NULL, kind TEXT NOT NULL,
	incident_id TEXT NOT NULL, customer_id TEXT NOT NULL, title TEXT NOT NULL, at BIGINT NOT NULL)`

type belowRow struct {
	ID, Room, No, Kind, Title string
	IncidentID                string `db:"incident_id"`
	CustomerID                string `db:"customer_id"`
	At                        db.Instant
}

func (b *below) add(ctx context.Context, tx *db.Tx, r belowRow) (belowRow, error) {
	var n int
	if err := tx.Get(ctx, &n, `SELECT count(*) FROM below WHERE room = ?`, r.Room); err != nil {
		return r, err
	}
	r.ID, r.No, r.At = tx.NewID(), fmt.Sprintf("%s-%d", r.Room, n+1), tx.Now
	_, err := tx.NamedExec(ctx, `INSERT INTO below VALUES (:id, :room, :no, :kind, :incident_id, :customer_id, :title, :at)`, r)
	return r, err
}

func (b *below) OpenIncident(ctx context.Context, tx *db.Tx, _ actor.Actor, n inquiry.NewIncident) (inquiry.IncidentRef, error) {
	r, err := b.add(ctx, tx, belowRow{Room: "INC", Kind: n.Kind, Title: n.Title})
	return inquiry.IncidentRef{ID: r.ID, No: r.No, Kind: r.Kind, Title: r.Title, State: "new", DetectedAt: r.At}, err
}

func (b *below) IncidentToJoin(ctx context.Context, tx *db.Tx, _ actor.Actor, id string) (inquiry.IncidentRef, error) {
	var r belowRow
	err := tx.Get(ctx, &r, `SELECT * FROM below WHERE room = 'INC' AND id = ?`, id)
	return inquiry.IncidentRef{ID: r.ID, No: r.No, Kind: r.Kind, State: "new", DetectedAt: r.At}, err
}

func (b *below) OpenIncidents(ctx context.Context, tx *db.Tx, _ actor.Actor, kinds []string) (out []inquiry.IncidentRef, err error) {
	var rows []belowRow
	err = tx.SelectIn(ctx, &rows, `SELECT * FROM below WHERE room = 'INC' AND kind IN (?)`, kinds)
	for _, r := range rows {
		out = append(out, inquiry.IncidentRef{ID: r.ID, No: r.No, Kind: r.Kind, Title: r.Title, State: "new", DetectedAt: r.At})
	}
	return out, err
}

func (b *below) OpenCase(ctx context.Context, tx *db.Tx, by actor.Actor, n inquiry.NewCase) (inquiry.CaseRef, bool, error) {
	var old []belowRow
	if err := tx.Select(ctx, &old, `SELECT * FROM below WHERE room = 'CASE' AND incident_id = ? AND customer_id = ?`, n.IncidentID, n.CustomerID); err != nil {
		return inquiry.CaseRef{}, false, err
	}
	if len(old) > 0 {
		return old[0].ref(), false, nil
	}
	r, err := b.add(ctx, tx, belowRow{Room: "CASE", IncidentID: n.IncidentID, CustomerID: n.CustomerID})
	return r.ref(), true, err
}

func (r belowRow) ref() inquiry.CaseRef {
	return inquiry.CaseRef{ID: r.ID, No: r.No, IncidentID: r.IncidentID, CustomerID: r.CustomerID, State: "received", ReportedAt: r.At}
}

func (b *below) CaseToLink(ctx context.Context, tx *db.Tx, _ actor.Actor, id string) (inquiry.CaseRef, error) {
	var r belowRow
	err := tx.Get(ctx, &r, `SELECT * FROM below WHERE room = 'CASE' AND id = ?`, id)
	return r.ref(), err
}

func (b *below) OpenCasesOf(ctx context.Context, tx *db.Tx, _ actor.Actor, customer string) (out []inquiry.CaseRef, err error) {
	var rows []belowRow
	err = tx.Select(ctx, &rows, `SELECT * FROM below WHERE room = 'CASE' AND customer_id = ?`, customer)
	for _, r := range rows {
		out = append(out, r.ref())
	}
	return out, err
}

func (b *below) contain(ctx context.Context, tx *db.Tx, _ actor.Actor, r inquiry.LockRequest) error {
	if b.refuseLock {
		return fault.New(fault.Refused, "test.no_lock", nil)
	}
	_, err := b.add(ctx, tx, belowRow{Room: "LOCK", IncidentID: r.IncidentID, CustomerID: r.CustomerID, Kind: fmt.Sprint(r.Level), Title: r.CaseID})
	return err
}

// known: the register has customers c1 to c9.
func (b *below) known(_ context.Context, _ *db.Tx, id string) (bool, error) {
	return len(id) == 2 && id[0] == 'c', nil
}

// world is a call desk on a fresh database.
type world struct {
	*inquiry.Store
	t     *testing.T
	d     *db.DB
	clock *dbtest.ManualClock
	below *below
}

var opening = time.Date(2026, 4, 6, 7, 30, 0, 0, time.FixedZone("JST", 9*60*60))

func at(d time.Duration) db.Instant { return db.At(opening.Add(d)) }

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	return worldOf(t, d, vaulttest.New(t), true)
}

func worldOf(t *testing.T, d *db.DB, v *vault.Vault, create bool) *world {
	t.Helper()
	w := &world{t: t, d: d, clock: dbtest.Clock(d, opening), below: &below{}}
	if create {
		w.must(d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, belowTable)
			return err
		}))
	}
	s, err := inquiry.NewStore(d, v, inquiry.Rooms{Incidents: w.below, Cases: w.below, Contain: w.below.contain, Known: w.below.known})
	w.must(err)
	w.Store = s
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.d.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}

func (w *world) start(by actor.Actor) inquiry.Inquiry {
	w.t.Helper()
	q, err := w.Start(w.t.Context(), by, inquiry.Phone, fmt.Sprint("key ", w.count(`SELECT count(*) FROM inquiry`)))
	w.must(err)
	return q
}

func (w *world) draft(by actor.Actor, f inquiry.Form) (inquiry.Inquiry, int64) {
	w.t.Helper()
	q := w.start(by)
	rev, err := w.SaveDraft(w.t.Context(), by, q.ID, q.Rev, f)
	w.must(err)
	return q, rev
}

func (w *world) submit(by actor.Actor, f inquiry.Form, d inquiry.Decision) inquiry.Result {
	w.t.Helper()
	q := w.start(by)
	out, err := w.Submit(w.t.Context(), by, q.ID, q.Rev, f, d)
	w.must(err)
	return out
}

func (w *world) get(id string) inquiry.Record {
	w.t.Helper()
	rec, err := w.Get(w.t.Context(), sato, id)
	w.must(err)
	return rec
}

func person(id, name string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: name, Kind: actor.Person, Roles: roles}
}

var (
	sato    = person("a1", "佐藤", actor.Operator)
	suzuki  = person("a2", "鈴木", actor.Operator)
	chief   = person("a3", "高橋", actor.Supervisor)
	legal   = person("a4", "田中", actor.Legal)
	auditor = person("a5", "伊藤", actor.Auditor)
	board   = person("a6", "渡辺", actor.Executive)
)

// tale is a caller whose shares were sold and who is known in the register.
func tale() inquiry.Form {
	return inquiry.Form{
		CallerRelation: inquiry.Self, CallerName: "髙山花子", CallbackPhone: "090-1234-5678", CustomerID: "c1", AccountNo: "123-4567890",
		Identity:  inquiry.Identity{Level: 1, Method: "name_account", Items: []inquiry.IDItem{inquiry.ItemNameKana, inquiry.ItemAccount}, Result: inquiry.IDPassed},
		NoticedAt: at(-time.Hour), NoticedBy: "trade_notice", Category: inquiry.FraudTrade,
		WhatHappened: "保有株がすべて売られ、知らない外国株を買われた", Urgency: inquiry.Urgent, Language: inquiry.Japanese,
	}
}

// question is a harmless contact by somebody who is not in the register.
func question() inquiry.Form {
	return inquiry.Form{
		CallerName: "山田", CallbackPhone: "03-1111-2222", CustomerUnknown: true, Category: inquiry.PhishingSeen,
		WhatHappened: "不審なメールが届いた。開いていない", Language: inquiry.Japanese,
	}
}

func kind(t *testing.T, err error, want fault.Kind, key string) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !asFault(err, &f) || f.Kind != want || key != "" && f.Key != key {
		t.Fatalf("got %v, want %s %s", err, want, key)
	}
	return f
}
