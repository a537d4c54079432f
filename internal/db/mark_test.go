package db_test

import (
	"context"
	"fmt"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

func announced(t *testing.T, d *db.DB, topics ...string) {
	t.Helper()
	heard, end := d.Subscribe()
	defer end()
	if err := d.Update(t.Context(), func(_ context.Context, tx *db.Tx) error {
		for _, topic := range topics {
			tx.Announce(topic)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for range topics {
		<-heard
	}
}

func TestWhatWasAnnouncedAfterAMarkIsKnown(t *testing.T) {
	d := dbtest.SQLite(t)
	announced(t, d, "case:1")
	mark := d.Mark()
	if d.ChangedSince(mark, []string{"case:1", "case:2"}) {
		t.Error("nothing was announced since the mark")
	}
	announced(t, d, "case:2")
	if !d.ChangedSince(mark, []string{"case:1", "case:2"}) || d.ChangedSince(mark, []string{"case:1"}) {
		t.Error("one of the topics was announced since the mark, the other was not")
	}
}

func TestAMarkThatNobodyKnowsMeansThatAnythingMayHaveChanged(t *testing.T) {
	d := dbtest.SQLite(t)
	for _, mark := range []string{"", "another.1", d.Mark() + "x", "1"} {
		if !d.ChangedSince(mark, []string{"case:1"}) {
			t.Errorf("the mark %q is taken for known", mark)
		}
	}
	mark := d.Mark()
	if err := d.Update(t.Context(), func(_ context.Context, tx *db.Tx) error {
		for n := range 5000 { // more topics than are remembered
			tx.Announce(fmt.Sprintf("case:%d", n))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if !d.ChangedSince(mark, []string{"nothing"}) {
		t.Error("what was forgotten is taken for unchanged")
	}
}
