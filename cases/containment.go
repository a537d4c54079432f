package cases

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/states"
)

// Scope is how much of an account a containment stops (operations.md 3.13).
type Scope string

// The scopes of a case; product, symbol and firm are an incident's.
const (
	Account  Scope = "account"
	Function Scope = "function"
)

// Target is the function that is stopped; empty for the whole account.
type Target string

// Targets lists the functions that can be stopped alone.
var Targets = []Target{"trade", "withdrawal", "destination_change", "instant_deposit", "profile_change"}

// Channel is a way into an account. A lock is verified per channel: one that keeps its session
// alive leaves the thief inside.
type Channel string

// Channels lists every channel; a lock of the account is required on all of them.
var Channels = []Channel{"web", "app", "us_app", "api", "aggregator", "phone"}

// StopState is where a containment stands.
type StopState string

// The states. The database repeats the list in a CHECK.
const (
	StopRequested    StopState = "requested"         // 依頼済
	Active           StopState = "active"            // 停止確認済
	Failed           StopState = "failed"            // 失敗
	ReleaseRequested StopState = "release_requested" // 解除依頼
	Released         StopState = "released"          // 解除済
)

// StopStates lists every state in the order of the work.
var StopStates = []StopState{StopRequested, Active, Failed, ReleaseRequested, Released}

// StopEvent is what has happened to a containment.
type StopEvent string

// The events. The first three follow from what was verified on the channels.
const (
	AllVerified    StopEvent = "all_verified"
	ChannelFailed  StopEvent = "channel_failed"
	StillWaiting   StopEvent = "still_waiting"
	ReleaseAsked   StopEvent = "release_asked"
	ReleaseAgreed  StopEvent = "release_agreed"
	ReleaseRefused StopEvent = "release_refused"
)

// StopFacts are what the guards of a containment look at.
type StopFacts struct {
	IdentityLevel int  // 本人確認, 0 to 3
	OwnRequest    bool // the actor is the one who asked for the release
}

var supervisors = []actor.Role{actor.Supervisor}
var stoppers = []actor.Role{actor.Operator, actor.Supervisor, actor.Responder, actor.FraudAnalyst, actor.Funds, actor.TradeSurveillance}

// Stops is the state table of containments. Released is final: another lock is another containment.
var Stops = states.Table[StopState, StopEvent, StopFacts]{
	{From: StopRequested, Event: AllVerified, To: Active, Roles: stoppers},
	{From: StopRequested, Event: ChannelFailed, To: Failed, Roles: stoppers},
	{From: Failed, Event: AllVerified, To: Active, Roles: stoppers},
	{From: Failed, Event: StillWaiting, To: StopRequested, Roles: stoppers},
	{From: Active, Event: ChannelFailed, To: Failed, Roles: stoppers},
	{From: Active, Event: ReleaseAsked, To: ReleaseRequested, Roles: desk, Guard: identified, Reason: true},
	{From: ReleaseRequested, Event: ChannelFailed, To: Failed, Roles: stoppers},
	{From: ReleaseRequested, Event: ReleaseAgreed, To: Released, Roles: supervisors, Guard: fourEyes},
	{From: ReleaseRequested, Event: ReleaseRefused, To: Active, Roles: supervisors, Guard: fourEyes, Reason: true},
}

// identified: unlocking gives the account to whoever called, so it needs the strongest check.
func identified(f StopFacts) string {
	if f.IdentityLevel < 3 {
		return "containment.guard.identity"
	}
	return ""
}

func fourEyes(f StopFacts) string {
	if f.OwnRequest {
		return "actor.four_eyes"
	}
	return ""
}

// ChannelState is whether a channel was seen to be stopped.
type ChannelState string

// The states of a channel. The database repeats the list in a CHECK.
const (
	ChannelRequested ChannelState = "requested"
	ChannelVerified  ChannelState = "verified"
	ChannelNotOK     ChannelState = "failed"
)

// ChannelStop is one channel of a containment, and who saw what and when.
type ChannelStop struct {
	ContainmentID string       `db:"containment_id"`
	Channel       Channel      `db:"channel"`
	Required      bool         `db:"required"`
	State         ChannelState `db:"state"`
	ByID          string       `db:"by_id"`
	ByName        string       `db:"by_name"`
	At            db.Instant   `db:"at"`
}

// Containment is one stop of an account or of one of its functions.
type Containment struct {
	ID                 string        `db:"id"`
	CaseID             string        `db:"case_id"`
	Scope              Scope         `db:"scope"`
	Target             Target        `db:"target"`
	State              StopState     `db:"state"`
	RequestedBy        string        `db:"requested_by"`
	RequestedName      string        `db:"requested_name"`
	RequestedAt        db.Instant    `db:"requested_at"`
	ActiveAt           db.Instant    `db:"active_at"` // zero until every required channel was seen stopped
	IdentityLevel      int           `db:"idv_level"` // of the last request for release
	ReleaseRequestedBy string        `db:"release_requested_by"`
	ReleaseRequestedAt db.Instant    `db:"release_requested_at"`
	ReleasedBy         string        `db:"released_by"`
	ReleasedAt         db.Instant    `db:"released_at"`
	Channels           []ChannelStop `db:"-"`
}

// Choices lists what a person could do about the release; the identity level is asked by the form.
func (k Containment) Choices(by actor.Actor) []states.Choice[StopState, StopEvent] {
	all := Stops.Choices(k.State, by, func(StopEvent) StopFacts {
		return StopFacts{IdentityLevel: 3, OwnRequest: k.ReleaseRequestedBy == by.ID}
	})
	return slices.DeleteFunc(all, func(x states.Choice[StopState, StopEvent]) bool { return x.Event.observed() })
}

// observed events follow from the channels; nobody causes them by a button.
func (e StopEvent) observed() bool {
	return e == AllVerified || e == ChannelFailed || e == StillWaiting
}

// seen is the event that follows from the required channels.
func seen(channels []ChannelStop) StopEvent {
	e := AllVerified
	for _, c := range channels {
		switch {
		case !c.Required || c.State == ChannelVerified:
		case c.State == ChannelNotOK:
			return ChannelFailed
		default:
			e = StillWaiting
		}
	}
	return e
}

// Stop asks for a containment. Without channels it is required on all of them.
type Stop struct {
	Scope    Scope
	Target   Target
	Channels []Channel // those that exist for this customer
}

func (s Stop) filled() Stop {
	if s.Scope == "" && s.Target == "" {
		s.Scope = Account
	}
	if len(s.Channels) == 0 {
		s.Channels = Channels
	}
	return s
}

func (s Stop) problems() map[string]string {
	bad := map[string]string{}
	switch s.Scope {
	case Account:
		choice(bad, "target", []Target{""}, s.Target)
	case Function:
		choice(bad, "target", Targets, s.Target)
	default:
		bad["scope"] = "form.choice"
	}
	for i, c := range s.Channels {
		choice(bad, "channels", Channels, c)
		if slices.Contains(s.Channels[:i], c) {
			bad["channels"] = "form.choice"
		}
	}
	return bad
}
