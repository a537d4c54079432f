package incident

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

func evidencePlace(id string) vault.Place {
	return vault.Place{Table: "clock_event", Column: "evidence", Row: id}
}

type eventRow struct {
	ClockEvent
	Sealed []byte `db:"evidence"`
}

// events reads every clock event of an incident, the oldest record first.
func (s *Store) events(ctx context.Context, tx *db.Tx, incidentID string) ([]ClockEvent, error) {
	var rows []eventRow
	if err := tx.Select(ctx, &rows, `SELECT e.id, e.incident_id, e.kind, e.at, e.date_only, e.department, e.evidence, e.items, e.persons,
		COALESCE(e.corrects_id, '') AS corrects_id, e.recorded_by, e.recorded_name, e.recorded_at,
		COALESCE(c.confirmed_by, '') AS confirmed_by, COALESCE(c.confirmed_name, '') AS confirmed_name, COALESCE(c.confirmed_at, 0) AS confirmed_at
		FROM clock_event e LEFT JOIN clock_event_confirmation c ON c.event_id = e.id
		WHERE e.incident_id = ? ORDER BY e.recorded_at, e.id`, incidentID); err != nil {
		return nil, err
	}
	events := make([]ClockEvent, len(rows))
	for i, r := range rows {
		var err error
		events[i] = r.ClockEvent
		if events[i].Evidence, events[i].Erased, err = s.open(ctx, tx, evidencePlace(r.ID), r.Sealed); err != nil {
			return nil, err
		}
	}
	return linked(events), nil
}

// Clocks computes where every duty stands, in the caller's transaction.
func (s *Store) Clocks(ctx context.Context, tx *db.Tx, id string) ([]Clock, error) {
	i, err := s.load(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	events, err := s.events(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return s.clocks(ctx, tx, i, events)
}

func (s *Store) clocks(ctx context.Context, tx *db.Tx, i Incident, events []ClockEvent) ([]Clock, error) {
	cs, err := clocks(s.pack, i.Kind, events)
	if err != nil {
		return nil, err
	}
	return s.answered(ctx, tx, i.ID, cs)
}

// RecordAwareness records that somebody at the firm knew (or suspected, or was told). The clocks
// run at once, marked unconfirmed. It fails with fault.Invalid and the fields that are wrong.
func (s *Store) RecordAwareness(ctx context.Context, by actor.Actor, id string, a Awareness) (e ClockEvent, err error) {
	return s.recording(ctx, by, actor.AwarenessRecord, id, "", func(i Incident, now db.Instant) (ClockEvent, map[string]string) {
		return a.event(), a.problems(now)
	})
}

// Correct records an event in the place of an earlier one, which stays visible. The reason is
// required. Until a second person confirms it, it counts only when it starts the same clocks and
// not later. It fails with fault.Conflict when the event has been corrected already: correct the correction; with
// fault.NotFound "row.none" when the incident has no such event.
func (s *Store) Correct(ctx context.Context, by actor.Actor, incidentID, eventID string, a Awareness, why string) (e ClockEvent, err error) {
	if err := by.Need(actor.AwarenessRecord); err != nil {
		return ClockEvent{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.starting(ctx, tx, incidentID, eventID); err != nil {
			return err
		}
		bad := a.problems(tx.Now)
		checkText(bad, "reason", why, 1, maxReason)
		if len(bad) > 0 {
			return fault.Form(bad)
		}
		fresh := a.event()
		fresh.CorrectsID = eventID
		var err error
		e, err = s.append(ctx, tx, by, incidentID, fresh, strings.TrimSpace(why))
		return err
	})
	if fault.Is(err, fault.Conflict) {
		return ClockEvent{}, fault.Wrap(fault.Conflict, "clock.corrected_already", nil, err)
	}
	return e, err
}

// starting finds a starting event of an incident; others are replaced by newer ones, not corrected.
func (s *Store) starting(ctx context.Context, tx *db.Tx, incidentID, eventID string) (e ClockEvent, err error) {
	if err := tx.Get(ctx, &e, `SELECT id, incident_id, kind, recorded_by FROM clock_event WHERE id = ? AND incident_id = ?`, eventID, incidentID); err != nil {
		return ClockEvent{}, err
	}
	if !e.Kind.Starts() {
		return ClockEvent{}, fault.New(fault.Refused, "clock.not_awareness", nil)
	}
	return e, nil
}

// ConfirmEvent is the second person's word on an awareness. It fails with fault.Refused
// "actor.four_eyes" for the person who recorded it, with fault.Conflict when it is confirmed, and
// with fault.NotFound "row.none" when the incident has no such event.
func (s *Store) ConfirmEvent(ctx context.Context, by actor.Actor, incidentID, eventID string) error {
	if err := by.Need(actor.AwarenessCheck); err != nil {
		return err
	}
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err := s.starting(ctx, tx, incidentID, eventID)
		if err != nil {
			return err
		}
		if err := actor.FourEyes(e.RecordedBy, by); err != nil {
			return err
		}
		if err := s.Touch(ctx, tx, incidentID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO clock_event_confirmation (event_id, confirmed_by, confirmed_name, confirmed_at)
			VALUES (?, ?, ?, ?)`, eventID, by.ID, by.Name, tx.Now); err != nil {
			return err
		}
		i, err := s.load(ctx, tx, incidentID)
		if err != nil {
			return err
		}
		if err := s.refresh(ctx, tx, by, i, eventID, ""); err != nil {
			return err
		}
		err = s.happened(ctx, tx, by, i, "clock.confirmed", map[string]string{"Event": string(e.Kind), "EventID": eventID}, "")
		db.Crash("clock.confirm")
		return err
	})
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(fault.Conflict, "clock.confirmed_already", nil, err)
	}
	return err
}

// Reclassify sets the items of APPI Enforcement Rules 7 that apply. Every clock is computed anew
// from the same awareness, and the old date stays on record (R9). It is legal's decision and ends
// the product's proposal; no item at all says that the items do not make it reportable.
func (s *Store) Reclassify(ctx context.Context, by actor.Actor, id string, items []int, why string) (ClockEvent, error) {
	return s.recording(ctx, by, actor.Reclassify, id, strings.TrimSpace(why), func(_ Incident, now db.Instant) (ClockEvent, map[string]string) {
		bad := map[string]string{}
		checkText(bad, "reason", why, 1, maxReason)
		items = slices.Compact(slices.Sorted(slices.Values(items)))
		words := make([]string, len(items))
		for i, item := range items {
			choice(bad, "items", []int{1, 2, 3, 4}, item)
			words[i] = strconv.Itoa(item)
		}
		return ClockEvent{Kind: Reclassified, At: now, Items: strings.Join(words, ","), Evidence: strings.TrimSpace(why)}, bad
	})
}

// UpdateCount records the number of persons affected as it was known at a moment. Passing a
// threshold raises a duty; a lower count never takes one away (R9).
func (s *Store) UpdateCount(ctx context.Context, by actor.Actor, id string, persons int64, at db.Instant, evidence string) (ClockEvent, error) {
	return s.recording(ctx, by, actor.AwarenessRecord, id, "", func(_ Incident, now db.Instant) (ClockEvent, map[string]string) {
		bad := map[string]string{}
		if persons < 0 {
			bad["persons"] = "form.choice"
		}
		if at == 0 {
			bad["at"] = "form.required"
		}
		notFuture(bad, "at", at, now)
		checkText(bad, "evidence", evidence, 1, maxEvidence)
		return ClockEvent{Kind: CountUpdated, At: at, Persons: persons, Evidence: strings.TrimSpace(evidence)}, bad
	})
}

// recording is the common way of the use cases that add an event.
func (s *Store) recording(ctx context.Context, by actor.Actor, p actor.Permission, id, why string,
	make func(Incident, db.Instant) (ClockEvent, map[string]string),
) (e ClockEvent, err error) {
	if err := by.Need(p); err != nil {
		return ClockEvent{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		fresh, bad := make(Incident{}, tx.Now)
		if len(bad) > 0 {
			return fault.Form(bad)
		}
		e, err = s.append(ctx, tx, by, id, fresh, why)
		return err
	})
	return e, err
}

// append takes the incident's row first: who records at the same moment waits and then computes
// the clocks with both events.
func (s *Store) append(ctx context.Context, tx *db.Tx, by actor.Actor, id string, e ClockEvent, why string) (ClockEvent, error) {
	if err := s.Touch(ctx, tx, id); err != nil {
		return ClockEvent{}, err
	}
	i, err := s.load(ctx, tx, id)
	if err != nil {
		return ClockEvent{}, err
	}
	e, err = s.record(ctx, tx, by, i, e, why)
	db.Crash("clock.record")
	return e, err
}

// record writes the event, the new due moments, the timeline and the audit trail.
func (s *Store) record(ctx context.Context, tx *db.Tx, by actor.Actor, i Incident, e ClockEvent, why string) (ClockEvent, error) {
	e.ID, e.IncidentID = tx.NewID(), i.ID
	e.RecordedBy, e.RecordedName, e.RecordedAt = by.ID, by.Name, tx.Now
	if e.DateOnly {
		e.At = startOfDay(e.At)
	}
	sealed, err := s.seal(ctx, tx, subject(i.ID), evidencePlace(e.ID), e.Evidence)
	if err != nil {
		return ClockEvent{}, err
	}
	corrects := &e.CorrectsID
	if e.CorrectsID == "" {
		corrects = nil
	}
	if _, err := tx.Exec(ctx, `INSERT INTO clock_event (id, incident_id, kind, at, date_only, department, evidence, items, persons,
		corrects_id, recorded_by, recorded_name, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, i.ID, e.Kind, e.At, bit(e.DateOnly), e.Department, sealed, e.Items, e.Persons,
		corrects, e.RecordedBy, e.RecordedName, e.RecordedAt); err != nil {
		return ClockEvent{}, err
	}
	if err := s.refresh(ctx, tx, by, i, e.ID, why); err != nil {
		return ClockEvent{}, err
	}
	if grounds := e.Kind == Reclassified || e.Kind.Starts(); grounds && i.No != "" && s.opts.GroundsChanged != nil {
		if err := s.opts.GroundsChanged(ctx, tx, by, i.ID); err != nil {
			return ClockEvent{}, err
		}
	}
	return e, s.happened(ctx, tx, by, i, "clock.recorded", map[string]string{
		"Event": string(e.Kind), "EventID": e.ID, "At": strconv.FormatInt(int64(e.At), 10), "Department": e.Department,
		"Items": e.Items, "Persons": strconv.FormatInt(e.Persons, 10), "Corrects": e.CorrectsID,
	}, why)
}

// bit is a truth as both databases store it.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
