package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tasuke/cases/alert"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Alerts takes what monitoring saw.
type Alerts interface {
	Take(context.Context, actor.Actor, alert.Alert) (alert.Receipt, error)
}

func alerts(b board) {
	operation(b, huma.Operation{OperationID: "take-alert", Method: http.MethodPost, Path: "/api/alerts", Summary: "Open or join an incident, once per key",
		Tags: []string{"alerts"}}, actor.AlertWrite, b.take)
}

// alertInput is the body of POST /api/alerts.
type alertInput struct {
	Body struct {
		Key        string    `json:"key" minLength:"1" maxLength:"200" doc:"The sender's own key; the same key is the same alert"`
		Kind       string    `json:"kind" enum:"ato_withdrawal,ato_trade,mass_login,phishing,own_leak,vendor_leak,other" doc:"Kind of incident 種別"`
		Title      string    `json:"title" minLength:"1" maxLength:"120" doc:"One line without personal data"`
		Severity   string    `json:"severity,omitempty" enum:"S1,S2,S3,S4" default:"S3" doc:"Severity 重大度"`
		DetectedAt time.Time `json:"detected_at,omitempty" doc:"When monitoring noticed, RFC 3339 with offset; left out: now"`
		Summary    string    `json:"summary,omitempty" maxLength:"4000" doc:"What was seen; stored encrypted"`
		Incident   string    `json:"incident,omitempty" maxLength:"20" doc:"Number of an open incident to join, e.g. INC-2026-0007"`
	}
}

type alertOutput struct {
	Body struct {
		Incident string `json:"incident" doc:"Number of the incident"`
		Joined   bool   `json:"joined" doc:"true: joined an open incident; false: opened it"`
		Repeated bool   `json:"repeated" doc:"true: this key was taken before; nothing was changed"`
	}
}

func (b board) take(ctx context.Context, in *alertInput) (*alertOutput, error) {
	m := in.Body
	if err := plain(m.Key, m.Title, m.Summary, m.Incident); err != nil {
		return nil, err
	}
	r, err := b.Alerts.Take(ctx, actor.From(ctx), alert.Alert{Key: m.Key, Kind: m.Kind, Title: m.Title, Severity: m.Severity,
		Detected: db.At(m.DetectedAt), Summary: m.Summary, Incident: m.Incident})
	if err != nil {
		return nil, err
	}
	out := &alertOutput{}
	out.Body.Incident, out.Body.Joined, out.Body.Repeated = r.IncidentNo, r.Joined, r.Repeated
	return out, nil
}
