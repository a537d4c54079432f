package vault_test

import (
	"context"
	"runtime"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault/vaulttest"
)

// The interleaving: the first node has made the key and not committed; the second makes one for
// the same subject, waits for the first, and must then seal with the first node's key.
func TestTwoNodesThatMakeTheSameKeyAtOnceUseOne(t *testing.T) {
	t.Parallel()
	d, r := dbtest.Postgres(t), ring(t)
	first, second := vaulttest.Of(t, r), vaulttest.Of(t, r)
	made, release, done := make(chan int), make(chan struct{}), make(chan error, 2)
	var one, two []byte
	go func() {
		done <- d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			one, err = first.SealText(ctx, tx, anna, place, "one")
			var pid int
			if err == nil {
				err = tx.Get(ctx, &pid, `SELECT pg_backend_pid()`)
			}
			made <- pid
			<-release
			return err
		})
	}()
	pid := <-made
	go func() {
		done <- d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			two, err = second.SealText(ctx, tx, anna, place, "two")
			return err
		})
	}()
	waitUntilBlockedBy(t, d, pid)
	close(release)
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	for want, b := range map[string][]byte{"one": one, "two": two} {
		if got, err := open(t, d, vaulttest.Of(t, r), place, b); err != nil || got != want {
			t.Fatalf("%q %v, want %q", got, err, want)
		}
	}
	if string(one[1:17]) != string(two[1:17]) {
		t.Fatal("two keys for one subject")
	}
}

func waitUntilBlockedBy(t *testing.T, d *db.DB, pid int) {
	t.Helper()
	for n := 0; n == 0; runtime.Gosched() {
		if err := d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Get(ctx, &n, `SELECT count(*) FROM pg_stat_activity WHERE ? = ANY(pg_blocking_pids(pid))`, pid)
		}); err != nil {
			t.Fatal(err)
		}
	}
}
