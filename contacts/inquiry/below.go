package inquiry

import (
	"cmp"
	"context"
	"slices"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Below speaks with the rooms below in their own words.
type Below struct {
	IncidentStore *incident.Store
	CaseStore     *cases.Store
	CustomerStore *customer.Store
}

// Rooms is what NewStore asks for.
func (b Below) Rooms() Rooms {
	return Rooms{Incidents: b, Cases: b, Contain: b.contain, Known: b.known}
}

// OpenIncident opens an incident whose clocks start with the contact.
func (b Below) OpenIncident(ctx context.Context, tx *db.Tx, by actor.Actor, n NewIncident) (IncidentRef, error) {
	vectors := make(incident.VectorSet, len(n.Vectors))
	for i, v := range n.Vectors {
		vectors[i] = incident.Vector(v)
	}
	i, err := b.IncidentStore.Open(ctx, tx, by, incident.New{DetectedAt: n.DetectedAt, Evidence: n.InquiryNo, Details: incident.Details{
		Title: n.Title, Kind: incident.Kind(n.Kind), Severity: incident.Severity(n.Severity), Vectors: vectors,
		DetectedBy: incident.Source(n.DetectedBy),
	}})
	return incidentRef(i), err
}

// IncidentToJoin gives an incident in work.
func (b Below) IncidentToJoin(ctx context.Context, tx *db.Tx, by actor.Actor, id string) (IncidentRef, error) {
	if err := by.Need(actor.IncidentRead); err != nil {
		return IncidentRef{}, err
	}
	i, err := b.IncidentStore.Get(ctx, tx, id)
	switch {
	case err != nil:
		return IncidentRef{}, err
	case i.Over():
		return IncidentRef{}, fault.New(fault.Refused, "incident.over", nil)
	}
	return incidentRef(i), nil
}

const offered = 10

// OpenIncidents lists the newest incidents in work of these kinds.
func (b Below) OpenIncidents(ctx context.Context, tx *db.Tx, by actor.Actor, kinds []string) (out []IncidentRef, err error) {
	if err := by.Need(actor.IncidentRead); err != nil {
		return nil, err
	}
	in := make([]incident.Kind, len(kinds))
	for i, k := range kinds {
		in[i] = incident.Kind(k)
	}
	list, err := b.IncidentStore.OpenIncidents(ctx, tx, in, offered)
	for _, e := range list {
		out = append(out, incidentRef(e.Incident))
	}
	return out, err
}

func incidentRef(i incident.Incident) IncidentRef {
	return IncidentRef{
		ID: i.ID, No: i.No, Title: i.Title, Kind: string(i.Kind), Severity: string(i.Severity),
		State: string(i.State), DetectedAt: i.DetectedAt,
	}
}

// OpenCase opens or gives the customer's case in an incident.
func (b Below) OpenCase(ctx context.Context, tx *db.Tx, by actor.Actor, n NewCase) (CaseRef, bool, error) {
	c, created, err := b.CaseStore.Open(ctx, tx, by, cases.New{IncidentID: n.IncidentID, CustomerID: n.CustomerID, Details: cases.Details{
		ClaimSource: cases.Source(n.ClaimSource), NoticedAt: n.NoticedAt, ReportedAt: n.ReportedAt, Pattern: cases.Pattern(n.Pattern),
		MFAAtTime: cases.MFA(n.MFA), PhishingEntered: cases.Answer(n.PhishingEntered), Summary: n.Summary,
	}})
	return caseRef(c), created, err
}

// CaseToLink gives a case.
func (b Below) CaseToLink(ctx context.Context, tx *db.Tx, by actor.Actor, id string) (CaseRef, error) {
	if err := by.Need(actor.CaseRead); err != nil {
		return CaseRef{}, err
	}
	c, err := b.CaseStore.Get(ctx, tx, id)
	return caseRef(c), err
}

// OpenCasesOf lists a customer's cases in work, the newest first.
func (b Below) OpenCasesOf(ctx context.Context, tx *db.Tx, by actor.Actor, customerID string) (out []CaseRef, err error) {
	if err := by.Need(actor.CaseRead); err != nil {
		return nil, err
	}
	list, err := b.CaseStore.OfCustomer(ctx, tx, customerID)
	for _, c := range list {
		out = append(out, caseRef(c))
	}
	slices.SortFunc(out, func(a, b CaseRef) int { return cmp.Compare(b.ReportedAt, a.ReportedAt) })
	return out, err
}

func caseRef(c cases.Case) CaseRef {
	return CaseRef{ID: c.ID, No: c.No, IncidentID: c.IncidentID, CustomerID: c.CustomerID, State: string(c.State), ReportedAt: c.ReportedAt}
}

// contain asks for the lock of the whole account on every channel. A lock hangs on a case: a
// caller whom nobody found in the register is looked up first.
func (b Below) contain(ctx context.Context, tx *db.Tx, by actor.Actor, r LockRequest) error {
	if r.CaseID == "" {
		return fault.Field("lock_asked", "inquiry.lock.no_case")
	}
	_, err := b.CaseStore.Contain(ctx, tx, by, r.CaseID, cases.Stop{Scope: cases.Account})
	return err
}

func (b Below) known(ctx context.Context, tx *db.Tx, id string) (bool, error) {
	found, err := b.CustomerStore.Masked(ctx, tx, []string{id})
	c, ok := found[id]
	return ok && !c.Erased, err
}
