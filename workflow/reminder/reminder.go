// Package reminder tells roles in time about what has a moment: a duty's due date, a bank that
// does not answer, the target of a task. Due moments are rows; a tick only asks for the rows that
// are due, so what was missed while the program was down is said once when it is back, marked late.
package reminder

import (
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Subject is what a run, an incident or anything else with a page is named by.
type Subject struct {
	Kind string `db:"subject_kind"` // e.g. "incident"
	ID   string `db:"subject_id"`
}

// Item is a matter that a role is reminded of. It is known by Ref and Ladder together.
type Item struct {
	Subject
	Ref    string     // "filing:<id>", "bank_request:<id>", "step:<id>"
	Ladder string     // name of a ladder of Options.Ladders
	Role   actor.Role // who is told
	// Assignee is who has taken the matter on; empty when nobody has.
	Assignee string
	From     db.Instant // when the term began
	// Due is when the term ends; zero where there is none. A ladder that counts from Due has no
	// rung then.
	Due db.Instant
	// Args fill the sentence: "No" and "Title" are known to the screens. They hold no personal data.
	Args Args
}

// Args are the words of a sentence.
type Args = db.Args

// Reminder is one rung of a ladder. One that was fired never changes again but for who saw it.
type Reminder struct {
	ID     string `db:"id"`
	ItemID string `db:"item_id"`
	Round  int64  `db:"round"` // a matter that is set again after it was cleared begins a new round
	Subject
	Ref    string     `db:"ref"`
	Ladder string     `db:"ladder"`
	Rung   string     `db:"rung"`
	N      int64      `db:"n"` // 1, and on from there for a rung that repeats
	Role   actor.Role `db:"role"`
	Person string     `db:"person_id"` // who alone is told; empty for everybody of the role
	Until  db.Instant `db:"until_at"`  // when the term ends; zero where there is none
	Args   Args       `db:"args"`
	DueAt  db.Instant `db:"due_at"`
	// FiredAt is when it was said; Late that this was more than a minute after DueAt.
	FiredAt     db.Instant `db:"fired_at"`
	Late        bool       `db:"late"`
	CancelledAt db.Instant `db:"cancelled_at"`
	// OrderAt sorts what nobody has seen in front: FiredAt, and far ahead of that while unseen.
	OrderAt    db.Instant `db:"order_at"`
	SeenAt     db.Instant `db:"seen_at"`
	SeenBy     string     `db:"seen_by"`
	SeenByName string     `db:"seen_by_name"`
}

// Topic is announced when a reminder was fired, seen, set or cleared.
const Topic = "reminders"
