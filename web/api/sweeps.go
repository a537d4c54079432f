package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tasuke/cases/sweep"
	"tasuke/cases/sweep/indicator"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Sweeps are the impact sweeps with their indicators.
type Sweeps interface {
	List(context.Context, actor.Actor, sweep.Filter, sweep.Page) ([]sweep.Entry, sweep.Cursor, error)
	Get(ctx context.Context, by actor.Actor, id string, round int64) (sweep.Sheet, error)
	Hits(ctx context.Context, by actor.Actor, sweepID string, f sweep.HitFilter, p sweep.Page) ([]sweep.Hit, sweep.Cursor, error)
	Indicators(context.Context, actor.Actor, sweep.IndicatorFilter, sweep.Page) ([]sweep.Indicator, sweep.Cursor, error)
	Add(context.Context, actor.Actor, sweep.Paste) (sweep.Added, error)
}

func sweeps(b board) {
	operation(b, huma.Operation{OperationID: "list-sweeps", Method: http.MethodGet, Path: "/api/sweeps", Summary: "Impact sweeps, the newest first",
		Tags: []string{"sweeps"}}, actor.SweepRead, b.listSweeps)
	operation(b, huma.Operation{OperationID: "get-sweep", Method: http.MethodGet, Path: "/api/sweeps/{id}", Summary: "One sweep with its last answered round and what that covers",
		Tags: []string{"sweeps"}}, actor.SweepRead, b.getSweep)
	operation(b, huma.Operation{OperationID: "list-hits", Method: http.MethodGet, Path: "/api/sweeps/{id}/hits", Summary: "Affected accounts of the last answered round, the highest score first",
		Tags: []string{"sweeps"}}, actor.SweepRead, b.listHits)
	operation(b, huma.Operation{OperationID: "list-indicators", Method: http.MethodGet, Path: "/api/indicators", Summary: "Indicators, the newest first",
		Description: "Accounts and mail addresses are masked.", Tags: []string{"indicators"}}, actor.SweepRead, b.listIndicators)
	operation(b, huma.Operation{OperationID: "add-indicators", Method: http.MethodPost, Path: "/api/indicators", Summary: "Propose the indicators of a text for an incident",
		Description: "People activate what is proposed. The same value again changes nothing but its TLP, upwards.", Tags: []string{"indicators"}}, actor.SweepWrite, b.addIndicators)
}

// Sweep is an impact sweep 影響調査 as programs see it.
type Sweep struct {
	ID          string     `json:"id"`
	No          string     `json:"no" doc:"SWP-2026-0001"`
	IncidentID  string     `json:"incident_id"`
	State       string     `json:"state" enum:"planned,running,failed,hits_ready,reviewing,concluded,reopened,dropped"`
	Round       int64      `json:"round" doc:"The last round that was started, 0 before the first"`
	Answered    int64      `json:"answered" doc:"The last round with an answer"`
	Tally       Tally      `json:"tally" doc:"Of the last answered round"`
	OpenedAt    *time.Time `json:"opened_at" nullable:"false"`
	ConcludedAt *time.Time `json:"concluded_at,omitempty"`
	Rev         int64      `json:"rev"`
}

// Tally counts the affected accounts of a round.
type Tally struct {
	Matched   int `json:"matched"`
	Due       int `json:"due" doc:"To be looked at"`
	Waiting   int `json:"waiting" doc:"Of these, not judged yet"`
	Probable  int `json:"probable"`
	Confirmed int `json:"confirmed"`
	Cleared   int `json:"cleared"`
	Cased     int `json:"cased" doc:"Confirmed ones who have a case"`
}

func sweepOf(w sweep.Sweep, t sweep.Tally) Sweep {
	return Sweep{ID: w.ID, No: w.No, IncidentID: w.IncidentID, State: string(w.State), Round: w.Round, Answered: w.Answered,
		Tally:    Tally{t.Matched, t.Due, t.Waiting, t.Probable, t.Confirmed, t.Cleared, t.Cased},
		OpenedAt: at(w.OpenedAt), ConcludedAt: at(w.ConcludedAt), Rev: w.Rev}
}

// SweepSheet is one sweep with what its last answered round asked and covered.
type SweepSheet struct {
	Sweep
	AttackAt   *time.Time `json:"attack_at,omitempty" doc:"When the attack began, as stated for the round"`
	Since      *time.Time `json:"since,omitempty" doc:"Sightings count from then"`
	Model      string     `json:"model,omitempty" doc:"Version of the scores"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	Manifest   string     `json:"manifest,omitempty" doc:"SHA-256 of the list of segments that were asked"`
	Coverage   []Coverage `json:"coverage" nullable:"false"`
	Lacks      []Lack     `json:"lacks" nullable:"false" doc:"What the answer does not cover: nobody else is said of the rest only"`
}

// Coverage is the time for which one log can answer.
type Coverage struct {
	Source   string     `json:"source"`
	From     *time.Time `json:"from,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	Rows     int        `json:"rows"`
	Rejected int        `json:"rejected"`
	Gaps     int        `json:"gaps"`
}

// Lack is something that the answer does not cover.
type Lack struct {
	Key    string     `json:"key" doc:"Key of its sentence"`
	Source string     `json:"source,omitempty"`
	From   *time.Time `json:"from,omitempty"`
	Until  *time.Time `json:"until,omitempty"`
}

// Hit is one affected account 影響口座.
type Hit struct {
	ID          string     `json:"id"`
	CustomerRef string     `json:"customer_ref" doc:"The firm's customer number"`
	CustomerID  string     `json:"customer_id,omitempty" doc:"Left out when the number is not in the register"`
	Score       int64      `json:"score"`
	Proposed    string     `json:"proposed" doc:"What the scores propose; people decide"`
	Classes     []string   `json:"classes" nullable:"false"`
	Events      int64      `json:"events"`
	FirstAt     *time.Time `json:"first_at,omitempty"`
	LastAt      *time.Time `json:"last_at,omitempty"`
	Delta       string     `json:"delta" enum:"new,same,changed"`
	Verdict     string     `json:"verdict" enum:"open,probable,confirmed,cleared"`
	Reason      string     `json:"reason,omitempty" doc:"Why it was cleared"`
	CaseID      string     `json:"case_id,omitempty"`
	Rev         int64      `json:"rev"`
}

func hitOf(h sweep.Hit) Hit {
	return Hit{ID: h.ID, CustomerRef: h.CustomerRef, CustomerID: h.CustomerID, Score: h.Score, Proposed: string(h.Proposed), Classes: append([]string{}, h.Classes...),
		Events: h.Events, FirstAt: at(h.FirstAt), LastAt: at(h.LastAt), Delta: string(h.Delta), Verdict: string(h.Verdict), Reason: string(h.Reason),
		CaseID: h.CaseID, Rev: h.Rev}
}

// Indicator is one value the attack can be known by 指標.
type Indicator struct {
	ID         string     `json:"id"`
	SweepID    string     `json:"sweep_id"`
	Kind       string     `json:"kind" enum:"ip,network,account,destination,mail,domain,url,device"`
	Value      string     `json:"value" doc:"Masked when it is personal data"`
	Source     string     `json:"source" enum:"own,isac,bank,police,jsda,member_firm,vendor,osint"`
	TLP        string     `json:"tlp" enum:"clear,green,amber,amber_strict,red"`
	Confidence int64      `json:"confidence"`
	Status     string     `json:"status" enum:"proposed,active,benign,expired"`
	ValidUntil *time.Time `json:"valid_until,omitempty"`
	AddedAt    *time.Time `json:"added_at" nullable:"false"`
	Rev        int64      `json:"rev"`
}

func indicatorOf(x sweep.Indicator) Indicator {
	return Indicator{ID: x.ID, SweepID: x.SweepID, Kind: string(x.Kind), Value: x.Shown, Source: string(x.Source), TLP: string(x.TLP), Confidence: x.Confidence,
		Status: string(x.Status), ValidUntil: at(x.ValidUntil), AddedAt: at(x.AddedAt), Rev: x.Rev}
}

type sweepsQuery struct {
	Page
	Incident string `query:"incident" maxLength:"64" doc:"Id of the incident"`
	State    string `query:"state" enum:"planned,running,failed,hits_ready,reviewing,concluded,reopened,dropped"`
	Open     bool   `query:"open" doc:"Only what somebody has to act on"`
}

func (b board) listSweeps(ctx context.Context, q *sweepsQuery) (*list[Sweep], error) {
	p, err := q.keyed()
	if err != nil {
		return nil, err
	}
	entries, next, err := b.Sweeps.List(ctx, actor.From(ctx), sweep.Filter{IncidentID: q.Incident, State: sweep.State(q.State), Open: q.Open}, p)
	if err != nil {
		return nil, err
	}
	return listed(entries, next.String(), func(e sweep.Entry) Sweep { return sweepOf(e.Sweep, e.Tally) }), nil
}

func (b board) getSweep(ctx context.Context, q *byID) (*record[SweepSheet], error) {
	sh, err := b.Sweeps.Get(ctx, actor.From(ctx), q.ID, 0)
	if err != nil {
		return nil, err
	}
	out := SweepSheet{Sweep: sweepOf(sh.Sweep, sh.Tally), Coverage: []Coverage{}, Lacks: []Lack{}}
	if d := sh.Round; d != nil {
		out.AttackAt, out.Since, out.Model, out.AnsweredAt, out.Manifest = at(d.AttackAt), at(d.Since), d.Model, at(d.AnsweredAt), d.Manifest
		for _, c := range d.Coverage {
			out.Coverage = append(out.Coverage, Coverage{c.Source, at(c.From), at(c.Until), c.Rows, c.Rejected, len(c.Gaps)})
		}
		for _, l := range d.Lacks() {
			out.Lacks = append(out.Lacks, Lack{l.Key, l.Source, at(l.From), at(l.Until)})
		}
	}
	return revised(sh.Sweep.Rev, out), nil
}

type hitsQuery struct {
	Page
	ID      string `path:"id" maxLength:"64"`
	Verdict string `query:"verdict" enum:"open,probable,confirmed,cleared"`
	Waiting bool   `query:"waiting" doc:"Only what somebody has to look at and nobody has judged"`
}

func (b board) listHits(ctx context.Context, q *hitsQuery) (*list[Hit], error) {
	p, err := q.keyed()
	if err != nil {
		return nil, err
	}
	hits, next, err := b.Sweeps.Hits(ctx, actor.From(ctx), q.ID, sweep.HitFilter{Verdict: sweep.Verdict(q.Verdict), Waiting: q.Waiting}, p)
	if err != nil {
		return nil, err
	}
	return listed(hits, next.String(), hitOf), nil
}

type indicatorsQuery struct {
	Page
	Incident string `query:"incident" maxLength:"64" doc:"Id of the incident"`
	Kind     string `query:"kind" enum:"ip,network,account,destination,mail,domain,url,device"`
	Status   string `query:"status" enum:"proposed,active,benign,expired"`
}

func (b board) listIndicators(ctx context.Context, q *indicatorsQuery) (*list[Indicator], error) {
	p, err := q.keyed()
	if err != nil {
		return nil, err
	}
	list, next, err := b.Sweeps.Indicators(ctx, actor.From(ctx), sweep.IndicatorFilter{IncidentID: q.Incident, Kind: indicator.Kind(q.Kind), Status: sweep.Status(q.Status)}, p)
	if err != nil {
		return nil, err
	}
	return listed(list, next.String(), indicatorOf), nil
}

type indicatorsInput struct {
	Body struct {
		Incident   string    `json:"incident" minLength:"1" maxLength:"64" doc:"Id of the incident"`
		Text       string    `json:"text" minLength:"1" maxLength:"200000" doc:"Any text; what looks like a value is found in it"`
		Source     string    `json:"source" enum:"own,isac,bank,police,jsda,member_firm,vendor,osint"`
		TLP        string    `json:"tlp" enum:"clear,green,amber,amber_strict,red"`
		Confidence int64     `json:"confidence,omitempty" minimum:"0" maximum:"100" default:"50"`
		ValidUntil time.Time `json:"valid_until,omitempty" doc:"Left out: no end"`
		Note       string    `json:"note,omitempty" maxLength:"500" doc:"Where it came from"`
	}
}

// Refused is a value that must not be swept for.
type Refused struct {
	Line   int    `json:"line"`
	Reason string `json:"reason" doc:"Key of the sentence"`
}

type indicatorsOutput struct {
	Body struct {
		SweepID string    `json:"sweep_id"`
		New     int       `json:"new"`
		Known   int       `json:"known" doc:"Were there already"`
		Refused []Refused `json:"refused" nullable:"false" doc:"Recognised, and must not be swept for"`
		Unknown int       `json:"unknown" doc:"Fragments that look like values and are none"`
	}
}

func (b board) addIndicators(ctx context.Context, in *indicatorsInput) (*indicatorsOutput, error) {
	m := in.Body
	if err := plain(m.Incident, m.Text, m.Note); err != nil {
		return nil, err
	}
	a, err := b.Sweeps.Add(ctx, actor.From(ctx), sweep.Paste{IncidentID: m.Incident, Text: m.Text, Source: sweep.Source(m.Source), TLP: sweep.TLP(m.TLP),
		Confidence: m.Confidence, ValidUntil: db.At(m.ValidUntil), Note: m.Note})
	if err != nil {
		return nil, err
	}
	out := &indicatorsOutput{}
	out.Body.SweepID, out.Body.New, out.Body.Known, out.Body.Unknown, out.Body.Refused = a.SweepID, a.New, a.Known, len(a.Reading.Unknown), []Refused{}
	for _, r := range a.Reading.Refused {
		out.Body.Refused = append(out.Body.Refused, Refused{r.Line, r.Reason})
	}
	return out, nil
}
