package draft

import (
	"tasuke/internal/actor"
	"tasuke/internal/states"
)

// State is where the work on a draft stands.
type State string

// The states. The database repeats the list in a CHECK.
const (
	Drafting  State = "drafting"  // 起案中
	Review    State = "review"    // 確認待ち: another person looks it through
	Published State = "published" // 公開済み
	Dropped   State = "dropped"   // 取りやめ
)

// States lists every state in the order of the work.
var States = []State{Drafting, Review, Published, Dropped}

// Event is what has happened to a draft.
type Event string

// The events.
const (
	Edited       Event = "edited"
	SentToReview Event = "sent_to_review"
	TakenBack    Event = "taken_back"
	SentBack     Event = "sent_back"
	Publication  Event = "published"
	PutAway      Event = "put_away"
	PickedUp     Event = "picked_up"
)

// Begun is no move, and in the history all the same.
const Begun Event = "begun"

// Facts are what the guards may look at. They are read in the transaction that decides.
type Facts struct {
	Faults bool // the text has problems under the rules of this program
	Maker  bool // the actor wrote some of the text
	Taken  bool // another open draft has the slug
}

type row = states.Row[State, Event, Facts]

// Choice is a button.
type Choice = states.Choice[State, Event]

var (
	editors   = actor.Holders(actor.PlaybookEdit)
	reviewers = actor.Holders(actor.PlaybookPublish)
)

// Moves is the whole of the machine.
var Moves = states.Table[State, Event, Facts]{
	row{From: Drafting, Event: Edited, To: Drafting, Roles: editors},
	row{From: Drafting, Event: SentToReview, To: Review, Roles: editors, Guard: whole},
	row{From: Drafting, Event: PutAway, To: Dropped, Roles: editors, Reason: true},
	row{From: Review, Event: TakenBack, To: Drafting, Roles: editors},
	row{From: Review, Event: SentBack, To: Drafting, Roles: reviewers, Reason: true},
	row{From: Review, Event: Publication, To: Published, Roles: reviewers, Guard: bySecond},
	row{From: Review, Event: PutAway, To: Dropped, Roles: editors, Reason: true},
	row{From: Dropped, Event: PickedUp, To: Drafting, Roles: editors, Guard: free},
}

// whole lets only a text go to review that could be published.
func whole(f Facts) string {
	if f.Faults {
		return "draft.guard.faults"
	}
	return ""
}

// bySecond: who wrote any of it does not publish it (four eyes).
func bySecond(f Facts) string {
	if f.Maker {
		return "draft.guard.maker"
	}
	return whole(f)
}

func free(f Facts) string {
	if f.Taken {
		return "draft.guard.taken"
	}
	return ""
}
