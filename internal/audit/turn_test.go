package audit

import (
	"context"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

func appendOne(ctx context.Context, tx *db.Tx) error {
	return Append(ctx, tx, Entry{Tree: Main, Actor: actor.System("test"), Action: "case.opened"})
}

func within(t *testing.T, d *db.DB, fn func(context.Context, *db.Tx) error) {
	t.Helper()
	if err := d.Update(t.Context(), fn); err != nil {
		t.Error(err)
	}
}

// A second node looks while the first has placed the entry and not yet committed. Without the
// lock it would place the entry again, or fail on its key.
func TestTwoSequencersNeverDoubleALeaf(t *testing.T) {
	t.Parallel()
	dsn := dbtest.PostgresDSN(t)
	first, second := dbtest.Open(t, dsn), dbtest.Open(t, dsn+"&application_name="+t.Name())
	within(t, first, appendOne)
	result := make(chan error)
	within(t, first, func(ctx context.Context, tx *db.Tx) error {
		if err := turn(ctx, tx); err != nil {
			return err
		}
		var rows []Row
		if err := tx.Select(ctx, &rows, `SELECT e.*`+leafless, Main); err != nil {
			return err
		}
		if err := place(ctx, tx, Main, rows); err != nil {
			return err
		}
		go func() {
			n, err := NewLog(second, nil).Sequence(context.Background())
			if n != 0 {
				t.Errorf("the second sequencer placed %d entries again", n)
			}
			result <- err
		}()
		for waits := 0; waits == 0; { // until the second stands at the lock
			if err := tx.Get(ctx, &waits, `SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = ?`, t.Name()); err != nil {
				return err
			}
		}
		return nil
	})
	if err := <-result; err != nil {
		t.Error(err)
	}
}

// An act begins first and commits last: a sequencer that asks for "newer than the last" would
// never see it.
func TestAnEntryThatCommitsLateIsNotSkipped(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	log := NewLog(d, nil)
	written, finish, late := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		late <- d.Update(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			err := appendOne(ctx, tx)
			close(written)
			<-finish
			return err
		})
	}()
	<-written
	within(t, d, appendOne)
	for i, before := range []func(){func() {}, func() {
		close(finish)
		if err := <-late; err != nil {
			t.Fatal(err)
		}
	}} {
		before()
		if n, err := log.Sequence(t.Context()); n != 1 || err != nil {
			t.Errorf("round %d placed %d entries: %v", i, n, err)
		}
	}
	var oldest int64
	if err := d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &oldest, `SELECT l.seq FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY e.at, e.id LIMIT 1`)
	}); err != nil || oldest != 1 {
		t.Errorf("the older entry has place %d, want 1 (the interleaving did not happen): %v", oldest, err)
	}
}

// The leaf hash must never change: every stored tree rests on it.
func TestTheLeafHashStaysWhatItIs(t *testing.T) {
	t.Parallel()
	r := Row{
		ID: "01960000-0000-7000-8000-000000000001", Tree: Main, At: 1775034001000000,
		ActorID: "p1", ActorName: "山田", ActorKind: actor.Person, Action: "case.moved",
		ObjectKind: "case", ObjectID: "c1", Detail: `{"to":"contained"}`,
	}
	if got, want := r.hash().String(), "pDUbXN/JF6CiSUAnSwWNvDHCoww8fPu9SHcA634D/nc="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	moved := r
	moved.ObjectKind, moved.ObjectID = "casec", "1"
	if moved.hash() == r.hash() {
		t.Error("two rows that differ only in where a field ends have one hash")
	}
}
