// Package draft keeps playbooks (手順書) in the making: written and changed by some, looked through and
// published by another person. Nothing here touches a run: a published text is a new version, and
// runs that have begun stay with theirs.
package draft

import (
	"tasuke/internal/db"
	"tasuke/playbooks"
)

// Draft is one playbook in the making.
type Draft struct {
	ID         string     `db:"id"`
	Slug       string     `db:"slug"` // as the text says; at most one open draft has it
	TitleJA    string     `db:"title_ja"`
	TitleEN    string     `db:"title_en"`
	Body       string     `db:"body"` // YAML
	State      State      `db:"state"`
	StateSince db.Instant `db:"state_since"`
	Rev        int64      `db:"rev"`
	// Base is the version it began from, "" for a new playbook; Version is what it was published as.
	Base     string     `db:"base_version_id"`
	Version  string     `db:"version_id"`
	MadeBy   string     `db:"made_by"`
	MadeName string     `db:"made_by_name"`
	MadeAt   db.Instant `db:"made_at"`
	EditedAt db.Instant `db:"edited_at"`
}

// Title is what the playbook is called.
func (d Draft) Title() playbooks.Text { return playbooks.Text{JA: d.TitleJA, EN: d.TitleEN} }

// Line is one thing that happened to a draft, with the text as it was after it.
type Line struct {
	ID     string     `db:"id"`
	At     db.Instant `db:"at"`
	ByID   string     `db:"by_id"`
	ByName string     `db:"by_name"`
	Event  Event      `db:"event"`
	State  State      `db:"state"`
	Rev    int64      `db:"rev"`
	Step   string     `db:"step"` // the step that was edited, where only one was
	Body   string     `db:"body"`
	Reason string     `db:"reason"`
}

// Sheet is a draft as its page shows it, from one snapshot.
type Sheet struct {
	Draft      Draft
	Definition *playbooks.Definition // as much as can be read of the text
	Problems   playbooks.Problems
	Lines      []Line // the newest first, without their texts
	Makers     []string
	Choices    []Choice
}
