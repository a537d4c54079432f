package audit

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Listed is an entry for the auditor's page. Seq is its place in the tree, nil while it has none.
type Listed struct {
	Row
	Seq *int64 `db:"seq"`
}

// Filter narrows the list; a zero field does not. From is included, To is not. After is the
// Next of the page before.
type Filter struct {
	Tree       Tree
	ObjectKind string
	ObjectID   string
	ActorID    string
	From, To   db.Instant
	After      string
}

// Page is one page of the list, newest first. Next is empty on the last page.
type Page struct {
	Rows []Listed
	Next string
}

// List reads entries for people who may read the trail (actor.AuditRead, else fault.Forbidden).
// A cursor that is none of ours is fault.Invalid.
func (l *Log) List(ctx context.Context, by actor.Actor, f Filter, limit int) (p Page, err error) {
	if err := by.Need(actor.AuditRead); err != nil {
		return p, err
	}
	where, args, err := f.where()
	if err != nil {
		return p, err
	}
	limit = max(limit, 1)
	err = l.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &p.Rows, `SELECT e.*, l.seq FROM audit_entry e LEFT JOIN audit_leaf l ON l.entry_id = e.id`+
			where+` ORDER BY e.at DESC, e.id DESC LIMIT ?`, append(args, limit+1)...)
	})
	if err != nil {
		return Page{}, fmt.Errorf("list the audit trail: %w", err)
	}
	if len(p.Rows) > limit {
		p.Rows = p.Rows[:limit]
		last := p.Rows[limit-1]
		p.Next = fmt.Sprintf("%d.%s", last.At, last.ID)
	}
	return p, nil
}

func (f Filter) where() (string, []any, error) {
	var terms []string
	var args []any
	add := func(on bool, term string, values ...any) {
		if on {
			terms, args = append(terms, term), append(args, values...)
		}
	}
	add(f.Tree != "", "e.tree = ?", f.Tree)
	add(f.ObjectKind != "", "e.object_kind = ?", f.ObjectKind)
	add(f.ObjectID != "", "e.object_id = ?", f.ObjectID)
	add(f.ActorID != "", "e.actor_id = ?", f.ActorID)
	add(!f.From.IsZero(), "e.at >= ?", f.From)
	add(!f.To.IsZero(), "e.at < ?", f.To)
	if f.After != "" {
		text, id, _ := strings.Cut(f.After, ".")
		at, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id == "" {
			return "", nil, fault.New(fault.Invalid, "audit.cursor.unreadable", nil)
		}
		add(true, "(e.at, e.id) < (?, ?)", at, id)
	}
	if len(terms) == 0 {
		return "", nil, nil
	}
	return " WHERE " + strings.Join(terms, " AND "), args, nil
}

// ForObject is the history of one record, oldest first, from the main tree only: who looked at a
// person's data is for auditors. The caller has already decided that the reader may see the record.
func ForObject(ctx context.Context, tx *db.Tx, object Ref, limit int) (rows []Row, err error) {
	if err := tx.Select(ctx, &rows, `SELECT `+columns+` FROM audit_entry
		WHERE object_kind = ? AND object_id = ? AND tree = ? ORDER BY at, id LIMIT ?`,
		object.Kind, object.ID, Main, limit); err != nil {
		return nil, fmt.Errorf("read the history of %s %s: %w", object.Kind, object.ID, err)
	}
	return rows, nil
}
