package main

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"tasuke/cases/incident"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// What the playbooks may have the program do, what people may approve in them, and what they may
// wait for. A name that is not here refuses to load.

// onIncident is everything that an action may be: the rooms, put together.
var onIncident = together(incidentShapes, caseShapes, logsShapes, sweepShapes, bankShapes, outsideShapes, filingShapes, remedyShapes, map[string]playbooks.Shape{"http.request": httpRequest})

func together(rooms ...map[string]playbooks.Shape) map[string]playbooks.Shape {
	all := map[string]playbooks.Shape{}
	for _, room := range rooms {
		maps.Copy(all, room)
	}
	return all
}

var (
	approvable = []string{"incident.facts", "bank.letters", "isac.share", "police.summary", "disclosure.notice", "victim.notice",
		"filing.report", "remedy.offer"}
	awaited = []string{"bank.checked", "bank.sent", "bank.answered", "filing.submitted", "disclosure.published",
		"sweep.hits_ready", "sweep.concluded", "share.sent", "police.consulted", "police.accepted", "notice.sent", "remedy.offered", "remedy.agreed"}
)

// kinds are the hands behind those names, room by room.
func (r *rooms) kinds() []workflow.Kind {
	return slices.Concat(r.incidentKinds(), r.caseKinds(), r.logsKinds(), r.sweepKinds(), r.bankKinds(), r.outsideKinds(), r.filingKinds(), r.remedyKinds(), []workflow.Kind{r.httpKind()})
}

// output is what a kind gives.
type output = map[string]any

// inside is a kind that writes, and does so in the transaction of its result.
func inside(name string, do func(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error)) workflow.Kind {
	return workflow.Kind{Name: name, Tx: do}
}

// apart is a kind that reads logs or writes in transactions of its own. Done again it brings up to
// date what it did, so it may be. In an incident whose work has ended it does nothing.
func (r *rooms) apart(name string, do func(ctx context.Context, c workflow.Call) (output, error)) workflow.Kind {
	return workflow.Kind{Name: name, Repeatable: true, Do: func(ctx context.Context, c workflow.Call, _ func(context.Context) error) (map[string]any, error) {
		err := r.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
			i, err := r.incidents.Get(ctx, tx, c.Subject.ID)
			if err == nil && i.Over() {
				err = fault.New(fault.Refused, "incident.over", nil)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		return do(ctx, c)
	}}
}

// told adds a line to the incident's story, unless the newest of its kind says the same.
func (r *rooms) told(ctx context.Context, tx *db.Tx, c workflow.Call, kind string, args map[string]string, note string) error {
	_, err := r.incidents.News(ctx, tx, c.By, incident.Line{IncidentID: c.Subject.ID, Kind: kind, Args: args, Note: note})
	return err
}

// telling is told in a transaction of its own, with what was read kept under a name.
func (r *rooms) telling(ctx context.Context, c workflow.Call, kind string, args map[string]string, note, name string, read incident.Reading) error {
	return r.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.incidents.Enter(ctx, tx, c.Subject.ID); err != nil {
			return err
		}
		if name != "" {
			if err := r.incidents.KeepReading(ctx, tx, c.Subject.ID, name, read); err != nil {
				return err
			}
		}
		return r.told(ctx, tx, c, kind, args, note)
	})
}

// sortedKeys are the keys of a map, in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func grouped(n int64) string { return message.NewPrinter(language.English).Sprintf("%d", n) }

// still asks the room of an event whether what it told of is so now. What was submitted stays so.
func (r *rooms) still(ctx context.Context, tx *db.Tx, s workflow.Subject, name string) (bool, error) {
	if s.Kind == "incident" && strings.HasPrefix(name, "bank.") {
		return r.banks.Still(ctx, tx, s.ID, name)
	}
	if s.Kind == "incident" && name == "filing.submitted" { // an amendment under way is not handed in
		n, err := r.filings.Open(ctx, tx, s.ID)
		return n == 0, err
	}
	return true, nil
}

// enter refuses work that would begin again in an incident whose work has ended.
func (r *rooms) enter(ctx context.Context, tx *db.Tx, s workflow.Subject) error {
	if s.Kind != "incident" {
		return subjectFault(s.Kind)
	}
	return r.incidents.Enter(ctx, tx, s.ID)
}
