package mail

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// State is where a message stands.
type State string

// The states.
const (
	Queued    State = "queued"    // waits for its turn, or for the mail settings
	Sending   State = "sending"   // an attempt is under way
	Deferred  State = "deferred"  // certain not to have left; tried again later
	Sent      State = "sent"      // the server took it for everybody, or a person confirmed it
	Dead      State = "dead"      // refused, or given up after the last attempt
	Unknown   State = "unknown"   // may have left; a person confirms by hand
	Cancelled State = "cancelled" // a person gave it up
)

// States lists every state; the database repeats the list in a CHECK.
var States = []State{Queued, Sending, Deferred, Sent, Dead, Unknown, Cancelled}

// Event is what happened to a message, in the past tense.
type Event string

// The events.
const (
	Begun      Event = "begun"
	Accepted   Event = "accepted"
	PutOff     Event = "put_off"
	Refused    Event = "refused"
	Expired    Event = "expired"
	LostTrack  Event = "lost_track"
	Held       Event = "held" // the mail settings were taken away
	TriedAgain Event = "tried_again"
	GivenUp    Event = "given_up"
	Arrived    Event = "arrived"
	NotArrived Event = "not_arrived"
	// ArrivedPartly is what Arrived becomes when the server had refused the message for somebody else.
	ArrivedPartly Event = "arrived_partly"
)

// Events lists every event.
var Events = []Event{Begun, Accepted, PutOff, Refused, Expired, LostTrack, Held, TriedAgain, GivenUp, Arrived, NotArrived, ArrivedPartly}

// Move is one row of the state table.
type Move struct {
	From  State
	Event Event
	To    State
	// Person marks what only a person with mail.manage decides; the product makes all other moves.
	Person bool
}

// Moves is the whole of the machine: what is not here is refused. An attempt may begin on a
// message that is being sent: the process that did so died before anything could have left. A
// deferred one becomes unknown when the process died between noting the delay and the effect's result.
var Moves = []Move{
	{Queued, Begun, Sending, false},
	{Sending, Begun, Sending, false},
	{Deferred, Begun, Sending, false},

	{Sending, Accepted, Sent, false},
	{Sending, PutOff, Deferred, false},
	{Sending, Refused, Dead, false},
	{Sending, LostTrack, Unknown, false},
	{Deferred, LostTrack, Unknown, false},
	{Sending, Expired, Dead, false},
	{Deferred, Expired, Dead, false},
	{Queued, Expired, Dead, false},

	{Queued, Held, Queued, false},
	{Deferred, Held, Queued, false},

	{Queued, GivenUp, Cancelled, true},
	{Deferred, GivenUp, Cancelled, true},
	{Dead, GivenUp, Cancelled, true},
	{Dead, TriedAgain, Queued, true},
	{Unknown, Arrived, Sent, true},
	{Unknown, ArrivedPartly, Dead, true},
	{Unknown, NotArrived, Queued, true},
	{Unknown, GivenUp, Cancelled, true},
}

// Next answers where event leads from state: fault.Refused when the table says no,
// fault.Forbidden for a person's decision by somebody who may not decide, or by the product itself.
func Next(from State, e Event, by actor.Actor) (State, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == from && m.Event == e })
	if i < 0 {
		return from, fault.New(fault.Refused, "mail.move.unknown", map[string]any{"State": string(from), "Event": string(e)})
	}
	if m := Moves[i]; !m.mayBy(by) {
		return from, fault.New(fault.Forbidden, "mail.move.role", map[string]any{"Event": string(e)})
	}
	return Moves[i].To, nil
}

// mayBy keeps decisions with people and the course of a delivery with the product.
func (m Move) mayBy(by actor.Actor) bool {
	if m.Person {
		return by.Kind == actor.Person && by.May(actor.MailManage)
	}
	return by.Kind == actor.Machine
}

// Allowed lists the events that by could ask for now; the page draws its buttons from it.
func Allowed(s State, by actor.Actor) (events []Event) {
	for _, m := range Moves {
		if m.From == s && m.mayBy(by) && m.Event != ArrivedPartly {
			events = append(events, m.Event)
		}
	}
	return events
}

// Waits says that a person has to look at the message.
func (s State) Waits() bool { return s == Unknown || s == Dead }

// Ended says that nothing more happens to the message by itself.
func (s State) Ended() bool { return s == Sent || s == Dead || s == Unknown || s == Cancelled }
