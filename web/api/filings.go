package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tasuke/contacts/filing"
	"tasuke/internal/actor"
)

// Filings are the reports to authorities.
type Filings interface {
	List(context.Context, actor.Actor, filing.Filter, filing.Page) ([]filing.Entry, filing.Cursor, error)
	Sheet(ctx context.Context, by actor.Actor, id string) (filing.Sheet, error)
}

func filings(b board) {
	operation(b, huma.Operation{OperationID: "list-filings", Method: http.MethodGet, Path: "/api/filings", Summary: "Filings, what is due first",
		Tags: []string{"filings"}}, actor.FilingRead, b.listFilings)
	operation(b, huma.Operation{OperationID: "get-filing", Method: http.MethodGet, Path: "/api/filings/{id}", Summary: "One filing with what was handed in",
		Tags: []string{"filings"}}, actor.FilingRead, b.getFiling)
}

// Filing is one duty to report 届出 as programs see it.
type Filing struct {
	ID         string     `json:"id"`
	No         string     `json:"no" doc:"FIL-2026-0001"`
	IncidentID string     `json:"incident_id"`
	Regime     string     `json:"regime"`
	State      string     `json:"state" enum:"identified,not_required,drafting,legal_review,approved,submitted,receipted,final"`
	StateSince *time.Time `json:"state_since" nullable:"false"`
	DueAt      *time.Time `json:"due_at,omitempty" doc:"The last second of the limit, while nothing was handed in"`
	Version    int64      `json:"version"`
	Stale      bool       `json:"stale" doc:"The fact sheet says something else than the form"`
	Rev        int64      `json:"rev"`
}

func filingOf(f filing.Filing) Filing {
	return Filing{ID: f.ID, No: f.No, IncidentID: f.IncidentID, Regime: string(f.Regime), State: string(f.State),
		StateSince: at(f.StateSince), DueAt: at(f.Due()), Version: f.Version, Stale: f.Stale(), Rev: f.Rev}
}

// filingSheet is one filing with the frozen copies of what was handed in.
type filingSheet struct {
	Filing
	Submissions []Submission `json:"submissions" nullable:"false"`
}

type Submission struct {
	Version     int64      `json:"version"`
	Channel     string     `json:"channel"`
	SubmittedAt *time.Time `json:"submitted_at" nullable:"false" doc:"As stated by who handed it in"`
	RecordedAt  *time.Time `json:"recorded_at" nullable:"false"`
	PDFSHA256   string     `json:"pdf_sha256" doc:"Of the frozen copy"`
	Receipt     string     `json:"receipt,omitempty" doc:"The authority's number"`
}

type filingsQuery struct {
	Page
	Incident string `query:"incident" maxLength:"64" doc:"Id of the incident"`
	State    string `query:"state" enum:"identified,not_required,drafting,legal_review,approved,submitted,receipted,final"`
	Open     bool   `query:"open" doc:"Only what somebody has to act on"`
}

func (b board) listFilings(ctx context.Context, q *filingsQuery) (*list[Filing], error) {
	p, err := q.keyed()
	if err != nil {
		return nil, err
	}
	entries, next, err := b.Filings.List(ctx, actor.From(ctx), filing.Filter{IncidentID: q.Incident, State: filing.State(q.State), Open: q.Open}, p)
	if err != nil {
		return nil, err
	}
	return listed(entries, next.String(), func(e filing.Entry) Filing { return filingOf(e.Filing) }), nil
}

func (b board) getFiling(ctx context.Context, q *byID) (*record[filingSheet], error) {
	sh, err := b.Filings.Sheet(ctx, actor.From(ctx), q.ID)
	if err != nil {
		return nil, err
	}
	out := filingSheet{Filing: filingOf(sh.Filing), Submissions: make([]Submission, 0, len(sh.Submissions))}
	for _, m := range sh.Submissions {
		out.Submissions = append(out.Submissions, Submission{m.Version, string(m.Channel), at(m.SubmittedAt), at(m.RecordedAt), m.PDFSHA256, m.Receipt})
	}
	return revised(sh.Filing.Rev, out), nil
}
