// Package disclosure makes the public notices (公表) of an incident: the text in Japanese and English,
// its numbers from one snapshot of the ledger and from nowhere else, the signatures of three other
// people on exactly that content, and the pages that the public reads, of which nothing is ever taken
// away: what was wrong is corrected visibly (operations.md 3.11, 4, 6 H).
package disclosure

import (
	"slices"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/db"
)

// Kind says which of a series of notices one is.
type Kind = notice.Report

// Kinds lists every kind in the order screens show them.
var Kinds = []Kind{notice.First, notice.Update, notice.Final, notice.Correction}

// Step is whose word a signature is.
type Step string

// The steps, in their order. Each needs somebody who neither wrote it nor signed another step.
const (
	FactsStep     Step = "facts"     // the responder: the numbers are those of the snapshot, the facts are so
	LawStep       Step = "law"       // legal
	ExecutiveStep Step = "executive" // an executive
)

// Steps lists every step in their order.
var Steps = []Step{FactsStep, LawStep, ExecutiveStep}

// Disclosure is one public notice and where the work on it stands.
type Disclosure struct {
	ID         string     `db:"id"`
	No         string     `db:"no"` // DIS-2026-0001
	IncidentID string     `db:"incident_id"`
	Kind       Kind       `db:"kind"`
	Ordinal    int64      `db:"ordinal"`     // 第n報; a correction has that of what it corrects
	CorrectsID string     `db:"corrects_id"` // of a correction; empty otherwise
	State      State      `db:"state"`
	StateSince db.Instant `db:"state_since"`
	// Round is raised by every change of the content: signatures of an earlier round are void.
	Round      int64  `db:"round"`
	SnapshotID string `db:"snapshot_id"` // of the number ledger; empty until one is chosen
	// Digest is of what the content came to when it was last saved; empty while it is incomplete.
	Digest         string     `db:"digest"`
	MadeBy         string     `db:"made_by"`
	MadeName       string     `db:"made_name"`
	MadeAt         db.Instant `db:"made_at"`
	OverrideBy     string     `db:"override_by"` // the executive who lets it out before every victim was told
	OverrideName   string     `db:"override_name"`
	OverrideAt     db.Instant `db:"override_at"`
	OverrideDigest string     `db:"override_digest"`
	PublishAt      db.Instant `db:"publish_at"`   // zero while it is not scheduled
	PublishedAt    db.Instant `db:"published_at"` // zero before
	PublishedBy    string     `db:"published_by"`
	PublishedName  string     `db:"published_name"`
	OpenedAt       db.Instant `db:"opened_at"`
	Rev            int64      `db:"rev"`
}

// Open reports whether somebody still has to act: it holds back the close of the incident.
func (d Disclosure) Open() bool { return slices.Contains(openStates, d.State) }

// Public reports whether the public can read it, with or without a note above it.
func (d Disclosure) Public() bool { return d.PublishedAt != 0 }

// Page is the name of its page in a language.
func (d Disclosure) Page(l notice.Language) string { return d.No + "." + string(l) + ".html" }

func (d Disclosure) paper(l notice.Language) string { return d.No + "." + string(l) + ".pdf" }

// Signature is somebody's word for one content.
type Signature struct {
	Step   Step       `db:"step"`
	Round  int64      `db:"round"`
	ByID   string     `db:"by_id"`
	ByName string     `db:"by_name"`
	At     db.Instant `db:"at"`
	Digest string     `db:"digest"`
	Holds  bool       `db:"-"` // it is about the content as it now is
}

// Line is one line of the history.
type Line struct {
	ID        string     `db:"id"`
	Round     int64      `db:"round"`
	At        db.Instant `db:"at"`
	ActorID   string     `db:"actor_id"`
	ActorName string     `db:"actor_name"`
	Event     Event      `db:"event"`
	From      State      `db:"from_state"`
	To        State      `db:"to_state"`
	Digest    string     `db:"digest"`
	Args      db.Args    `db:"args"`
	Comment   string     `db:"-"`
	Erased    bool       `db:"-"`
}
