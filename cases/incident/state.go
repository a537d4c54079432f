package incident

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// State is where the work on an incident stands (operations.md section 4).
type State string

// The states. The database repeats the list in a CHECK.
const (
	Noted         State = "new"           // 受付
	Triage        State = "triage"        // トリアージ
	Declared      State = "declared"      // 宣言
	NotIncident   State = "not_incident"  // 非インシデント
	Containing    State = "containing"    // 封じ込め中
	Investigating State = "investigating" // 調査中
	Remediating   State = "remediating"   // 復旧・補償中
	Monitoring    State = "monitoring"    // 経過監視
	Closed        State = "closed"        // 終結
	Reopened      State = "reopened"      // 再開
)

// States lists every state in the order of the work.
var States = []State{
	Noted, Triage, Declared, NotIncident, Containing, Investigating, Remediating, Monitoring, Closed, Reopened,
}

// Event is what people say has happened.
type Event string

// The events.
const (
	TriageTaken          Event = "triage_taken"
	IncidentDeclared     Event = "incident_declared"
	IncidentDismissed    Event = "incident_dismissed"
	Reconsidered         Event = "reconsidered"
	ContainmentStarted   Event = "containment_started"
	InvestigationStarted Event = "investigation_started"
	RemediationStarted   Event = "remediation_started"
	MonitoringStarted    Event = "monitoring_started"
	ClosingApproved      Event = "closing_approved"
	ReopenedForCause     Event = "reopened_for_cause"
)

// Facts are what the guards may look at. They are read in the transaction that decides.
type Facts struct {
	ActorCommands    bool // the actor is the commander
	SecondPerson     bool // somebody other than the actor agreed to this event at this revision
	SecondSupervisor bool // a supervisor other than the actor did
	OpenCases        int  // cases that are not in a final state
	OpenTasks        int  // playbook steps that are not over
	OpenFilings      int  // filings neither final nor waived
	OpenClocks       int  // duties to report that run, and of which there is no filing
	OpenRequests     int  // requests to banks neither closed nor void
	OpenSweeps       int  // impact sweeps that are not concluded
	OpenOutside      int  // shares and consultations of the police that somebody still has to act on
	OpenNotices      int  // mailings to victims and public notices in the making
	OpenRemedies     int  // compensations neither agreed nor ended
	Unconfirmed      int  // clock events that no second person has confirmed
}

// Move is one row of the state table.
type Move struct {
	From   State
	Event  Event
	To     State
	Roles  []actor.Role // any one of them
	Guard  func(Facts) string
	Reason bool // the person has to say why
}

var (
	csirt = []actor.Role{actor.Responder}
	lead  = []actor.Role{actor.Responder, actor.Supervisor}
)

// Moves is the whole of the machine: what is not here is refused. Reopening resets the
// monitoring only and never a clock of law.
var Moves = []Move{
	{Noted, TriageTaken, Triage, lead, nil, false},
	{Triage, IncidentDeclared, Declared, lead, commands, false},
	{Triage, IncidentDismissed, NotIncident, csirt, dismissible, true},
	{NotIncident, Reconsidered, Triage, lead, nil, true},
	{Declared, ContainmentStarted, Containing, csirt, nil, false},
	{Containing, InvestigationStarted, Investigating, csirt, nil, false},
	{Investigating, RemediationStarted, Remediating, csirt, nil, false},
	{Remediating, MonitoringStarted, Monitoring, csirt, nil, false},
	{Monitoring, ClosingApproved, Closed, []actor.Role{actor.Executive}, closable, true},
	{Closed, ReopenedForCause, Reopened, csirt, nil, true},
	{Reopened, ContainmentStarted, Containing, csirt, nil, false},
	{Reopened, InvestigationStarted, Investigating, csirt, nil, false},
	{Reopened, MonitoringStarted, Monitoring, csirt, nil, false},
}

func commands(f Facts) string {
	if !f.ActorCommands {
		return "incident.guard.commander"
	}
	return ""
}

// dismissible: commander and supervisor together, and nobody's case, task, report or request to a
// bank left hanging. A clock that runs holds nothing back: that it was no incident is its answer.
func dismissible(f Facts) string {
	switch {
	case !f.ActorCommands:
		return "incident.guard.commander"
	case f.OpenCases > 0:
		return "incident.guard.cases_open"
	case f.OpenTasks > 0:
		return "incident.guard.tasks_open"
	case f.OpenFilings > 0:
		return "incident.guard.filings_open"
	case f.OpenRequests > 0:
		return "incident.guard.requests_open"
	case f.outward() != "":
		return f.outward()
	case !f.SecondSupervisor:
		return "incident.guard.supervisor"
	}
	return ""
}

func closable(f Facts) string {
	switch {
	case f.OpenCases > 0:
		return "incident.guard.cases_open"
	case f.OpenTasks > 0:
		return "incident.guard.tasks_open"
	case f.OpenFilings > 0:
		return "incident.guard.filings_open"
	case f.OpenClocks > 0:
		return "incident.guard.clocks_open"
	case f.OpenRequests > 0:
		return "incident.guard.requests_open"
	case f.outward() != "":
		return f.outward()
	case f.Unconfirmed > 0:
		return "incident.guard.clock_unconfirmed"
	case !f.SecondPerson:
		return "incident.guard.second_person"
	}
	return ""
}

// outward is work in the rooms around the incident that nobody has finished.
func (f Facts) outward() string {
	switch {
	case f.OpenSweeps > 0:
		return "incident.guard.sweeps_open"
	case f.OpenOutside > 0:
		return "incident.guard.outside_open"
	case f.OpenNotices > 0:
		return "incident.guard.notices_open"
	case f.OpenRemedies > 0:
		return "incident.guard.remedies_open"
	}
	return ""
}

// Next gives the row by which event leads on from state, or why it may not: fault.Refused for a
// move that is not in the table or whose guard says no, fault.Forbidden for the wrong role. It
// reads and writes nothing.
func Next(s State, e Event, by actor.Actor, f Facts) (Move, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == s && m.Event == e })
	if i < 0 {
		return Move{}, fault.New(fault.Refused, "incident.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
	}
	m := Moves[i]
	if !slices.ContainsFunc(m.Roles, by.Has) {
		return Move{}, fault.New(fault.Forbidden, "incident.move.role", map[string]any{"Roles": actor.List(m.Roles)})
	}
	if why := m.why(f); why != "" {
		return Move{}, fault.New(fault.Refused, why, f.counts())
	}
	return m, nil
}

// counts are what the sentence of a guard may name.
func (f Facts) counts() map[string]any {
	return map[string]any{"Cases": f.OpenCases, "Tasks": f.OpenTasks, "Filings": f.OpenFilings, "Requests": f.OpenRequests, "Clocks": f.OpenClocks}
}

func (m Move) why(f Facts) string {
	if m.Guard == nil {
		return ""
	}
	return m.Guard(f)
}

// Choice is a button: a move that the actor's role allows, and the key of the reason why the
// guard holds it back, if it does.
type Choice struct {
	Event  Event
	To     State
	Reason bool
	Why    string
}

// Choices lists the buttons of an actor. facts may answer differently for each event, because
// agreements are about one event.
func Choices(s State, by actor.Actor, facts func(Event) Facts) (out []Choice) {
	for _, m := range Moves {
		if m.From == s && slices.ContainsFunc(m.Roles, by.Has) {
			out = append(out, Choice{m.Event, m.To, m.Reason, m.why(facts(m.Event))})
		}
	}
	return out
}

// Allowed lists the events that the actor could cause now.
func Allowed(s State, by actor.Actor, facts func(Event) Facts) (out []Event) {
	for _, c := range Choices(s, by, facts) {
		if c.Why == "" {
			out = append(out, c.Event)
		}
	}
	return out
}
