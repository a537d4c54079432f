// Package audit is a transparency log: who did what, in rows that are only ever added, with the
// hash of each row in an RFC 6962 style tree whose signed checkpoints leave the machine.
package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Tree names one of the logs. Each has its own numbering, hashes and checkpoints.
type Tree string

// The trees.
const (
	Main   Tree = "main"   // what was changed and decided
	Access Tree = "access" // who opened or revealed personal data
)

// Trees lists every tree in the order reports show them.
var Trees = []Tree{Main, Access}

// Topic is announced by every transaction that appends, and wakes the sequencer.
const Topic = "audit"

var (
	errTree   = errors.New("an audit entry for a tree that does not exist")
	errAction = errors.New("an audit entry without an action")
	errActor  = errors.New("an audit entry without an actor")
)

// Ref is the record an entry is about, e.g. {"case", id}.
type Ref struct{ Kind, ID string }

// Entry is one act. Action is a past-tense name like "case.moved". Detail is kept as canonical
// JSON and can never be taken back: it holds ids, states, amounts and sealed bytes, and no
// personal data in plain text.
type Entry struct {
	Tree   Tree
	Actor  actor.Actor
	Action string
	Object Ref
	Detail any
}

// Row is an entry as it is stored; its leaf hash is over exactly these values.
type Row struct {
	ID         string     `db:"id"`
	Tree       Tree       `db:"tree"`
	At         db.Instant `db:"at"`
	ActorID    string     `db:"actor_id"`
	ActorName  string     `db:"actor_name"`
	ActorKind  actor.Kind `db:"actor_kind"`
	Action     string     `db:"action"`
	ObjectKind string     `db:"object_kind"`
	ObjectID   string     `db:"object_id"`
	Detail     string     `db:"detail"`
}

const columns = `id, tree, at, actor_id, actor_name, actor_kind, action, object_kind, object_id, detail`

// Append writes the entry in the caller's transaction: it exists exactly when the act does. The
// row also waits in audit_pending until the sequencer gives it a place in its tree. It fails
// for an entry without tree, actor or action, and when Detail has no JSON form.
func Append(ctx context.Context, tx *db.Tx, e Entry) error {
	r, err := row(tx, e)
	if err != nil {
		return err
	}
	if _, err := tx.NamedExec(ctx, `INSERT INTO audit_entry (`+columns+`) VALUES (:id, :tree, :at,
		:actor_id, :actor_name, :actor_kind, :action, :object_kind, :object_id, :detail)`, r); err != nil {
		return fmt.Errorf("append audit entry %s: %w", e.Action, err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO audit_pending (entry_id, tree, at) VALUES (?, ?, ?)`, r.ID, r.Tree, r.At); err != nil {
		return fmt.Errorf("queue audit entry %s: %w", e.Action, err)
	}
	tx.Announce(Topic)
	return nil
}

func row(tx *db.Tx, e Entry) (Row, error) {
	switch {
	case !slices.Contains(Trees, e.Tree):
		return Row{}, fmt.Errorf("%w: %q", errTree, e.Tree)
	case e.Action == "":
		return Row{}, errAction
	case e.Actor.ID == "":
		return Row{}, fmt.Errorf("%w: %s", errActor, e.Action)
	}
	detail, err := canonical(e.Detail)
	if err != nil {
		return Row{}, fmt.Errorf("write the detail of audit entry %s: %w", e.Action, err)
	}
	return Row{
		ID: tx.NewID(), Tree: e.Tree, At: tx.Now,
		ActorID: e.Actor.ID, ActorName: e.Actor.Name, ActorKind: e.Actor.Kind,
		Action: e.Action, ObjectKind: e.Object.Kind, ObjectID: e.Object.ID, Detail: detail,
	}, nil
}

// canonical is compact JSON with sorted keys; no detail is an empty object.
func canonical(v any) (string, error) {
	if v == nil {
		return "{}", nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // keeps every digit of an amount
	var plain any
	if err := dec.Decode(&plain); err != nil {
		return "", fmt.Errorf("decode: %w", err)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(plain); err != nil {
		return "", fmt.Errorf("encode sorted: %w", err)
	}
	return string(bytes.TrimSuffix(out.Bytes(), []byte("\n"))), nil
}

// hash is the RFC 6962 leaf hash over the fields as netstrings ("5:hello,"), which no choice of
// values can make ambiguous. The random bits of the id keep a hash from being guessed.
func (r Row) hash() tlog.Hash {
	b := []byte("tasuke audit entry 1\n")
	for _, f := range []string{
		r.ID, string(r.Tree), strconv.FormatInt(int64(r.At), 10), r.ActorID, r.ActorName,
		string(r.ActorKind), r.Action, r.ObjectKind, r.ObjectID, r.Detail,
	} {
		b = strconv.AppendInt(b, int64(len(f)), 10)
		b = append(append(append(b, ':'), f...), ',')
	}
	return tlog.RecordHash(b)
}
