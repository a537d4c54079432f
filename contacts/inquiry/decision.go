package inquiry

import (
	"unicode/utf8"

	"tasuke/internal/fault"
)

// DecisionKind is what is to become of an inquiry when it is saved.
type DecisionKind string

// The decisions.
const (
	OpenNew  DecisionKind = "open_incident"
	Join     DecisionKind = "join_incident"
	LinkCase DecisionKind = "link_case"
	Inform   DecisionKind = "info_only"
	CallBack DecisionKind = "callback"
)

// Decisions lists the decisions in the order screens show them.
var Decisions = []DecisionKind{OpenNew, Join, LinkCase, Inform, CallBack}

// Decision is a person's word on where the inquiry belongs; nothing is ever merged without one.
type Decision struct {
	Kind DecisionKind `json:"kind"`
	// IncidentID is the incident to join.
	IncidentID string `json:"incident_id,omitempty"`
	// CaseID is the case to link to.
	CaseID string `json:"case_id,omitempty"`
	// Title, IncidentKind and Severity are of the incident to open; empty ones follow from the
	// category. The title must not name the customer.
	Title        string `json:"title,omitempty"`
	IncidentKind string `json:"incident_kind,omitempty"`
	Severity     string `json:"severity,omitempty"`
}

// Check is fault.Invalid with the field that is missing or too much.
func (d Decision) Check() error {
	switch d.Kind {
	case OpenNew:
		if utf8.RuneCountInString(d.Title) > 120 {
			return fault.Field("title", "form.too_long")
		}
		return nil
	case Join:
		if d.IncidentID == "" {
			return fault.Field("incident_id", "inquiry.decision.which_incident")
		}
		return nil
	case LinkCase:
		if d.CaseID == "" {
			return fault.Field("case_id", "inquiry.decision.which_case")
		}
		return nil
	case Inform, CallBack:
		return nil
	}
	return fault.Field("decision", "inquiry.decision.missing")
}
