package audit

import (
	"golang.org/x/mod/sumdb/tlog"

	"tasuke/internal/db"
)

// ProblemKind says in which way the trail is not what it was.
type ProblemKind string

// The kinds of problem.
const (
	// Changed: the row, its leaf and the tree's stored hash do not agree; the row is named.
	Changed ProblemKind = "changed"
	// Missing: leaves From to To, or their entry, are gone from the middle or the end.
	Missing ProblemKind = "missing"
	// Dropped: a checkpoint was signed over rows From to To that the tree no longer has.
	Dropped ProblemKind = "dropped"
	// Rewritten: hashes were made to agree again, but not with the checkpoint of size To+1;
	// a row between From and To was changed, added or taken out.
	Rewritten ProblemKind = "rewritten"
	// Hash: a stored hash above rows From to To is gone or altered; the rows decide, not it.
	Hash ProblemKind = "hash"
	// Unsigned: a checkpoint is unreadable or not signed by the given key.
	Unsigned ProblemKind = "unsigned"
)

// Problem is one thing that is wrong. From and To are places in the tree, both included.
type Problem struct {
	Kind     ProblemKind
	From, To int64
	// Row is the row as it now reads, where one can be named; of a missing row only the ID.
	Row Row
	// Outside: the checkpoint handed to verify shows it, not one stored in the database.
	Outside bool
}

// Covered is what one kind of checkpoint vouches for; Size 0 means that there is none.
type Covered struct {
	Size int64
	At   db.Instant
}

// Window is what no checkpoint covers yet. Rows written and dropped again between From and To
// leave no trace, so it matters even when Count is 0.
type Window struct {
	From, To db.Instant // From is zero when there is neither checkpoint nor row
	Count    int64      // rows now in it
	Leafless int64      // those of them that have no place in the tree yet
}

// TreeReport is what verify found in one tree.
type TreeReport struct {
	Tree        Tree
	Size        int64
	Root        tlog.Hash
	Checkpoints int // stored checkpoints looked at
	// Stored and Outside are the newest agreeing checkpoint of the database, and the one given.
	Stored, Outside Covered
	Uncovered       Window
	Problems        []Problem
	More            int // further problems that are only counted
}

// Report is the result of Verify.
type Report struct {
	Trees []TreeReport
}

// OK reports whether nothing is wrong. An uncovered window is not wrong, only unproved.
func (r Report) OK() bool {
	for _, t := range r.Trees {
		if len(t.Problems) > 0 {
			return false
		}
	}
	return true
}

// maxProblems of each kind are named one by one in each tree: many of one kind must not hide
// the first of another.
const maxProblems = 100

func (r *TreeReport) add(p Problem) {
	same := 0
	for _, q := range r.Problems {
		if q.Kind == p.Kind {
			same++
		}
	}
	if last := len(r.Problems) - 1; p.Kind == Hash && last >= 0 && r.Problems[last].Kind == Hash {
		r.Problems[last] = Problem{Kind: Hash, From: min(p.From, r.Problems[last].From), To: max(p.To, r.Problems[last].To)}
		return // a lost table of hashes is one loss
	}
	if same >= maxProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, p)
}
