package incident

import (
	"context"

	"tasuke/cases/deadline"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/fulltext"
	"tasuke/internal/number"
	"tasuke/internal/vault"
)

// Work is what the guards must know from rooms that this one does not know.
type Work struct {
	OpenCases    int // cases that are not in a final state
	OpenTasks    int // playbook steps that are not over
	OpenFilings  int // filings neither final nor waived
	OpenClocks   int // duties to report that run, and of which there is no filing
	OpenRequests int // requests to banks neither closed nor void
	OpenSweeps   int // impact sweeps that are not concluded
	OpenOutside  int // shares and consultations of the police that somebody still has to act on
	OpenNotices  int // mailings to victims and public notices in the making
	OpenRemedies int // compensations neither agreed nor ended
}

// Options are the functions that cmd hands in.
type Options struct {
	// Work reads, in the transaction that decides, what is still open in an incident. Whoever
	// changes what it counts calls Touch or Enter in the same transaction.
	Work func(ctx context.Context, tx *db.Tx, id string) (Work, error)
	// Opened is called in the transaction of the opening; nil means nobody is told.
	Opened func(ctx context.Context, tx *db.Tx, by actor.Actor, i Incident) error
	// FactsChanged is called in the transaction that saves a version of the fact sheet; nil means
	// nobody is told.
	FactsChanged func(ctx context.Context, tx *db.Tx, by actor.Actor, f FactSheet) error
	// ClocksMoved is called in the transaction in which a due moment of an incident has moved; nil
	// means nobody is told. It is not called for the first dates of a new incident's opening.
	ClocksMoved func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) error
	// GroundsChanged is called in the transaction that records what a duty rests on: an awareness,
	// or another classification. Nil means nobody is told.
	GroundsChanged func(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) error
	// Answered gives, by duty, what was handed in or ruled out; nil means that nothing ever is. Who
	// changes it calls Answer in the same transaction.
	Answered func(ctx context.Context, tx *db.Tx, incidentID string) (map[string]Answer, error)
	// Figures are the numbers that rooms count for the ledger.
	Figures []Figure
}

// Store keeps incidents, their clock events and the timeline.
type Store struct {
	db    *db.DB
	vault *vault.Vault
	pack  *deadline.Pack
	opts  Options
	texts *fulltext.Index
}

// NewStore returns a store on an opened, migrated database.
func NewStore(d *db.DB, v *vault.Vault, pack *deadline.Pack, opts Options) *Store {
	return &Store{db: d, vault: v, pack: pack, opts: opts, texts: fulltext.New(v)}
}

const columns = `id, COALESCE(no, '') AS no, title, kind, severity, state, detected_at, detected_by, occurred_from, occurred_to,
	summary, vectors, system_breach, commander, opened_by, opened_at, state_since, closed_at, rev, guard_rev`

// row is an incident as it is stored.
type row struct {
	Incident
	Sealed []byte `db:"summary"`
}

func summaryPlace(id string) vault.Place {
	return vault.Place{Table: "incident", Column: "summary", Row: id}
}

// load reads one incident with its summary; fault.NotFound "row.none" when there is none.
func (s *Store) load(ctx context.Context, tx *db.Tx, id string) (Incident, error) {
	var r row
	if err := tx.Get(ctx, &r, `SELECT `+columns+` FROM incident WHERE id = ?`, id); err != nil {
		return Incident{}, err
	}
	var err error
	r.Summary, _, err = s.open(ctx, tx, summaryPlace(id), r.Sealed)
	return r.Incident, err
}

// Get reads one incident in the caller's transaction, which has asked for the permission.
func (s *Store) Get(ctx context.Context, tx *db.Tx, id string) (Incident, error) {
	return s.load(ctx, tx, id)
}

// openers may open an incident: who leads, who takes the call, and the alert interface.
var openers = []actor.Permission{actor.IncidentWrite, actor.InquiryWrite, actor.AlertWrite}

func mayOpen(by actor.Actor) error {
	for _, p := range openers {
		if by.May(p) {
			return nil
		}
	}
	return by.Need(actor.IncidentWrite)
}

// Open opens an incident in the caller's transaction and records the first awareness, so that
// its clocks run at once, marked unconfirmed. With a key that its opener has used before it gives
// the incident there is and changes nothing. It fails with fault.Invalid and the fields that are
// wrong.
func (s *Store) Open(ctx context.Context, tx *db.Tx, by actor.Actor, n New) (Incident, error) {
	if err := mayOpen(by); err != nil {
		return Incident{}, err
	}
	n = n.filled()
	if i, known, err := s.keyed(ctx, tx, by, n.Key); err != nil || known {
		return i, err
	}
	if bad := n.problems(tx.Now); len(bad) > 0 {
		return Incident{}, fault.Form(bad)
	}
	i := Incident{
		ID: tx.NewID(), Details: n.Details, State: Noted, DetectedAt: n.DetectedAt,
		OpenedBy: by.ID, OpenedAt: tx.Now, StateSince: tx.Now, Rev: 1, GuardRev: 1,
	}
	if created, err := s.insert(ctx, tx, i, n.Key); err != nil {
		return Incident{}, err
	} else if !created { // the same opening came twice at once
		i, _, err = s.keyed(ctx, tx, by, n.Key)
		return i, err
	}
	aware := Awareness{Kind: BecameAware, At: n.DetectedAt, Department: n.Department, Evidence: n.Evidence}
	if _, err := s.record(ctx, tx, by, i, aware.event(), ""); err != nil {
		return Incident{}, err
	}
	if err := s.numbered(ctx, tx, by, &i); err != nil {
		return Incident{}, err
	}
	if s.opts.Opened != nil {
		if err := s.opts.Opened(ctx, tx, by, i); err != nil {
			return Incident{}, err
		}
	}
	db.Crash("incident.open")
	return s.load(ctx, tx, i.ID) // what the hook did may have raised guard_rev
}

// keyed finds what the opener has opened with the key; ok is false for nothing.
func (s *Store) keyed(ctx context.Context, tx *db.Tx, by actor.Actor, key string) (i Incident, ok bool, err error) {
	if key == "" {
		return Incident{}, false, nil
	}
	var id string
	err = tx.Get(ctx, &id, `SELECT id FROM incident WHERE opened_by = ? AND client_key = ? AND client_key <> ''`, by.ID, key)
	if fault.Is(err, fault.NotFound) {
		return Incident{}, false, nil
	}
	if err != nil {
		return Incident{}, false, err
	}
	i, err = s.load(ctx, tx, id)
	return i, err == nil, err
}

// insert is false when the opener has used the key already.
func (s *Store) insert(ctx context.Context, tx *db.Tx, i Incident, key string) (bool, error) {
	sealed, err := s.seal(ctx, tx, subject(i.ID), summaryPlace(i.ID), i.Summary)
	if err != nil {
		return false, err
	}
	fresh := struct {
		row
		Key *string `db:"client_key"`
	}{row: row{i, sealed}}
	if key != "" {
		fresh.Key = &key
	}
	n, err := tx.NamedExec(ctx, `INSERT INTO incident (id, title, kind, severity, state, detected_at, detected_by, occurred_from,
		occurred_to, summary, vectors, system_breach, commander, opened_by, opened_at, state_since, closed_at, rev, guard_rev, client_key)
		VALUES (:id, :title, :kind, :severity, :state, :detected_at, :detected_by, :occurred_from,
		:occurred_to, :summary, :vectors, :system_breach, :commander, :opened_by, :opened_at, :state_since, :closed_at, :rev, :guard_rev, :client_key)
		ON CONFLICT (opened_by, client_key) WHERE client_key <> '' DO NOTHING`, fresh)
	if err != nil || n == 0 {
		return false, err
	}
	return true, s.texts.Put(ctx, tx, text(i))
}

// numbered draws the number and writes the opening into timeline and audit trail.
func (s *Store) numbered(ctx context.Context, tx *db.Tx, by actor.Actor, i *Incident) (err error) {
	if i.No, err = number.Next(ctx, tx, "INC", tx.Now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE incident SET no = ? WHERE id = ?`, i.No, i.ID); err != nil {
		return err
	}
	return s.happened(ctx, tx, by, *i, "incident.opened", map[string]string{
		"No": i.No, "Kind": string(i.Kind), "Severity": string(i.Severity), "Source": string(i.DetectedBy),
	}, "")
}

// happened writes one act into the timeline and the audit trail and tells the screens.
func (s *Store) happened(ctx context.Context, tx *db.Tx, by actor.Actor, i Incident, action string, args map[string]string, note string) error {
	if err := s.Tell(ctx, tx, by, Line{IncidentID: i.ID, Kind: action, Args: args, Note: note}); err != nil {
		return err
	}
	tx.Announce("incidents")
	tx.Announce("incident:" + i.ID)
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "incident", ID: i.ID}, Detail: args,
	})
}

// Touch raises guard_rev: something that a guard of the incident reads has changed in this
// transaction. Call it first, because it makes the others who would decide wait.
func (s *Store) Touch(ctx context.Context, tx *db.Tx, id string) error {
	_, err := touch(ctx, tx, id)
	return err
}

// Enter is Touch for work that must not begin in an incident whose work has ended: a case that
// is opened or reopened. It fails with fault.Refused "incident.over".
func (s *Store) Enter(ctx context.Context, tx *db.Tx, id string) error {
	state, err := touch(ctx, tx, id)
	if err != nil {
		return err
	}
	if (Incident{State: state}).Over() {
		return fault.New(fault.Refused, "incident.over", nil)
	}
	return nil
}

func touch(ctx context.Context, tx *db.Tx, id string) (state State, err error) {
	err = tx.Get(ctx, &state, `UPDATE incident SET guard_rev = guard_rev + 1 WHERE id = ? RETURNING state`, id)
	return state, err
}
