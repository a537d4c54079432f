package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Incidents are the firm's incidents.
type Incidents interface {
	List(context.Context, actor.Actor, incident.Filter, incident.Page) ([]incident.Entry, incident.Cursor, error)
	Sheet(ctx context.Context, by actor.Actor, id string) (incident.Sheet, error)
	Edit(ctx context.Context, by actor.Actor, id string, rev int64, d incident.Details) (incident.Incident, error)
}

func incidents(b board) {
	operation(b, huma.Operation{OperationID: "list-incidents", Method: http.MethodGet, Path: "/api/incidents", Summary: "Incidents, the newest first",
		Tags: []string{"incidents"}}, actor.IncidentRead, b.listIncidents)
	operation(b, huma.Operation{OperationID: "get-incident", Method: http.MethodGet, Path: "/api/incidents/{id}", Summary: "One incident with its clocks",
		Tags: []string{"incidents"}}, actor.IncidentRead, b.getIncident)
	operation(b, huma.Operation{OperationID: "edit-incident", Method: http.MethodPatch, Path: "/api/incidents/{id}", Summary: "Change what is stated about an incident",
		Description: "Only what is given changes.", Tags: []string{"incidents"}}, actor.IncidentWrite, b.editIncident)
}

// Incident is an incident インシデント as programs see it.
type Incident struct {
	ID           string     `json:"id"`
	No           string     `json:"no" doc:"INC-2026-0007"`
	Title        string     `json:"title"`
	Kind         string     `json:"kind" enum:"ato_withdrawal,ato_trade,mass_login,phishing,own_leak,vendor_leak,other"`
	Severity     string     `json:"severity" enum:"S1,S2,S3,S4"`
	State        string     `json:"state"`
	DetectedAt   *time.Time `json:"detected_at" nullable:"false" doc:"T0, the first awareness as stated at the opening 認知日時"`
	DetectedBy   string     `json:"detected_by"`
	OccurredFrom *time.Time `json:"occurred_from,omitempty"`
	OccurredTo   *time.Time `json:"occurred_to,omitempty"`
	Vectors      []string   `json:"vectors" nullable:"false"`
	SystemBreach string     `json:"system_breach" enum:"none_confirmed,suspected,confirmed"`
	Commander    string     `json:"commander,omitempty" doc:"Account id 指揮者"`
	OpenedAt     *time.Time `json:"opened_at" nullable:"false"`
	ClosedAt     *time.Time `json:"closed_at,omitempty"`
	DueAt        *time.Time `json:"due_at,omitempty" doc:"The earliest limit of its clocks; in lists only"`
	Rev          int64      `json:"rev"`
}

func incidentOf(i incident.Incident) Incident {
	return Incident{
		ID: i.ID, No: i.No, Title: i.Title, Kind: string(i.Kind), Severity: string(i.Severity), State: string(i.State), DetectedAt: at(i.DetectedAt),
		DetectedBy: string(i.DetectedBy), OccurredFrom: at(i.OccurredFrom), OccurredTo: at(i.OccurredTo), Vectors: texts(i.Vectors),
		SystemBreach: string(i.SystemBreach), Commander: i.Commander, OpenedAt: at(i.OpenedAt), ClosedAt: at(i.ClosedAt), Rev: i.Rev,
	}
}

// incidentSheet is one incident with what its page shows of the law.
type incidentSheet struct {
	Incident
	Summary string  `json:"summary,omitempty"`
	Clocks  []Clock `json:"clocks" nullable:"false"`
}

// Clock is the clock of one duty, with the sentence that explains it.
type Clock struct {
	Duty        string     `json:"duty"`
	Rule        string     `json:"rule,omitempty" doc:"Id of the rule, with the version it was computed by"`
	Version     int        `json:"rule_version,omitempty"`
	State       string     `json:"state" enum:"not_started,not_in_force,not_applicable,running"`
	Force       string     `json:"force,omitempty" enum:"statutory,guidance,house" doc:"法定期限, 目安, 社内目標"`
	DueAt       *time.Time `json:"due_at,omitempty" doc:"The last second of the limit; left out where the law names no date (速やかに)"`
	Review      bool       `json:"review_required" doc:"The rule was not verified against the official text"`
	Unconfirmed bool       `json:"unconfirmed" doc:"No second person has confirmed the event that started the clock"`
	Answered    string     `json:"answered,omitempty" doc:"Number of the filing that answered the duty"`
	Why         Wording    `json:"why"`
}

// Wording explains a date in both languages.
type Wording struct {
	JA string `json:"ja"`
	EN string `json:"en"`
}

func clockOf(c incident.Clock) Clock {
	out := Clock{Duty: c.Duty, Rule: c.Rule.ID, Version: c.Rule.Version, Review: c.Rule.Review, State: string(c.State), Force: string(c.Force), DueAt: at(c.DueAt()),
		Unconfirmed: c.Unconfirmed, Why: Wording{c.Explain(deadline.JA), c.Explain(deadline.EN)}}
	if c.Answer != nil {
		out.Answered = c.Answer.Ref
	}
	return out
}

type incidentsQuery struct {
	Page
	State string `query:"state" maxLength:"40"`
	Kind  string `query:"kind" enum:"ato_withdrawal,ato_trade,mass_login,phishing,own_leak,vendor_leak,other"`
	Open  bool   `query:"open" doc:"Leave out what is closed or no incident"`
}

func (b board) listIncidents(ctx context.Context, q *incidentsQuery) (*list[Incident], error) {
	p, err := q.keyed()
	if err != nil {
		return nil, err
	}
	f := incident.Filter{State: incident.State(q.State), Open: q.Open}
	if q.Kind != "" {
		f.Kinds = []incident.Kind{incident.Kind(q.Kind)}
	}
	entries, next, err := b.Incidents.List(ctx, actor.From(ctx), f, p)
	if err != nil {
		return nil, err
	}
	return listed(entries, next.String(), func(e incident.Entry) Incident {
		i := incidentOf(e.Incident)
		i.DueAt = at(e.DueAt)
		return i
	}), nil
}

type byID struct {
	ID string `path:"id" maxLength:"64"`
}

func (b board) getIncident(ctx context.Context, q *byID) (*record[incidentSheet], error) {
	sh, err := b.Incidents.Sheet(ctx, actor.From(ctx), q.ID)
	if err != nil {
		return nil, err
	}
	out := incidentSheet{Incident: incidentOf(sh.Incident), Summary: sh.Incident.Summary, Clocks: make([]Clock, 0, len(sh.Clocks))}
	for _, c := range sh.Clocks {
		out.Clocks = append(out.Clocks, clockOf(c))
	}
	return revised(sh.Incident.Rev, out), nil
}

type incidentEdit struct {
	Edit
	Body struct {
		Title        *string    `json:"title,omitempty" minLength:"1" maxLength:"120" doc:"One line without personal data"`
		Severity     *string    `json:"severity,omitempty" enum:"S1,S2,S3,S4"`
		Summary      *string    `json:"summary,omitempty" maxLength:"4000" doc:"Stored encrypted"`
		Vectors      []string   `json:"vectors,omitempty" nullable:"false" maxItems:"8" enum:"phishing,realtime_phishing,infostealer,reuse,vuln,session_theft,insider,unknown"`
		SystemBreach *string    `json:"system_breach,omitempty" enum:"none_confirmed,suspected,confirmed"`
		OccurredFrom *time.Time `json:"occurred_from,omitempty"`
		OccurredTo   *time.Time `json:"occurred_to,omitempty"`
		Commander    *string    `json:"commander,omitempty" maxLength:"64" doc:"Account id; empty for nobody"`
	}
}

func (b board) editIncident(ctx context.Context, in *incidentEdit) (*record[Incident], error) {
	rev, err := in.rev()
	if err != nil {
		return nil, err
	}
	sh, err := b.Incidents.Sheet(ctx, actor.From(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	d := sh.Incident.Details
	if err := in.into(&d); err != nil {
		return nil, err
	}
	if d.Commander != sh.Incident.Commander {
		if err := b.able(ctx, "commander", string(d.Commander), actor.IncidentWrite); err != nil {
			return nil, err
		}
	}
	i, err := b.Incidents.Edit(ctx, actor.From(ctx), in.ID, rev, d)
	if err != nil {
		return nil, err
	}
	return revised(i.Rev, incidentOf(i)), nil
}

// into puts what was given over what there is.
func (in *incidentEdit) into(d *incident.Details) error {
	m := in.Body
	over(&d.Title, m.Title)
	over(&d.Severity, m.Severity)
	over(&d.Summary, m.Summary)
	over(&d.SystemBreach, m.SystemBreach)
	over(&d.Commander, m.Commander)
	if m.Vectors != nil {
		d.Vectors = nil
		for _, v := range m.Vectors {
			d.Vectors = append(d.Vectors, incident.Vector(v))
		}
	}
	if m.OccurredFrom != nil {
		d.OccurredFrom = db.At(*m.OccurredFrom)
	}
	if m.OccurredTo != nil {
		d.OccurredTo = db.At(*m.OccurredTo)
	}
	return plain(d.Title, d.Summary, d.Commander)
}

func over[T ~string](dest *T, given *string) {
	if given != nil {
		*dest = T(*given)
	}
}
