package effect

import (
	"slices"

	"tasuke/internal/fault"
)

// State is where an effect stands. A final state is an outcome (design: done, failed, timed out,
// cancelled, skipped, unknown; nothing else, and never silently).
type State string

// The states. The database repeats the list in a CHECK.
const (
	Queued    State = "queued"    // 待機
	Leased    State = "leased"    // 実行中
	Done      State = "done"      // 完了
	Failed    State = "failed"    // 失敗
	TimedOut  State = "timed_out" // 時間切れ
	Cancelled State = "cancelled" // 取消
	Skipped   State = "skipped"   // 省略; kept for steps that a condition leaves out
	Unknown   State = "unknown"   // 不明: confirm by hand
)

// States lists every state that an effect of this package can reach.
var States = []State{Queued, Leased, Done, Failed, TimedOut, Cancelled, Unknown}

// Over reports whether the state is an outcome.
func (s State) Over() bool { return s != Queued && s != Leased }

// Event is what happened to an effect.
type Event string

// The events. The last three are a person's.
const (
	taken          Event = "taken"
	succeeded      Event = "succeeded"
	putOff         Event = "put_off"
	refused        Event = "refused"
	ranOut         Event = "ran_out"
	leftOpen       Event = "left_open"
	lost           Event = "lost"
	vanished       Event = "vanished"
	cancelled      Event = "cancelled"
	happenedByHand Event = "happened_by_hand"
	again          Event = "again"
	giveUp         Event = "give_up"
)

// byHand reports whether only a person brings the event about.
func (e Event) byHand() bool { return e == happenedByHand || e == again || e == giveUp }

// Move is one row of the state table.
type Move struct {
	From  State
	Event Event
	To    State
}

// Moves is the state table. What acts inside one transaction goes from queued to its outcome
// without a lease.
var Moves = []Move{
	{Queued, taken, Leased},
	{Queued, succeeded, Done},
	{Queued, putOff, Queued},
	{Queued, refused, Failed},
	{Queued, ranOut, TimedOut},
	{Queued, leftOpen, Unknown},
	{Queued, cancelled, Cancelled},
	{Leased, succeeded, Done},
	{Leased, putOff, Queued},
	{Leased, refused, Failed},
	{Leased, ranOut, TimedOut},
	{Leased, leftOpen, Unknown},
	{Leased, lost, Queued},
	{Leased, vanished, Unknown},
	{Unknown, happenedByHand, Done},
	{Unknown, again, Queued},
	{Unknown, giveUp, Failed},
	{TimedOut, happenedByHand, Done},
	{TimedOut, again, Queued},
	{TimedOut, giveUp, Failed},
	{Failed, happenedByHand, Done},
	{Failed, again, Queued},
}

// Next gives the state after an event; what is not in the table is fault.Refused.
func Next(from State, e Event) (State, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == from && m.Event == e })
	if i < 0 {
		return "", fault.New(fault.Refused, "effect.move.unknown", nil)
	}
	return Moves[i].To, nil
}
