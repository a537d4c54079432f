package effect_test

import (
	"context"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

// The library leaves announcements out that come right behind one another. A node that has answered
// the first before the second transaction is committed would find that job half a second later.
func TestEveryTransactionThatWakesAnEffectIsAnnounced(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	q := river(t, d)
	c, err := d.Pool.Acquire(t.Context())
	need(t, err)
	defer c.Release()
	var schema string
	need(t, c.QueryRow(t.Context(), `SELECT current_schema()`).Scan(&schema))
	_, err = c.Exec(t.Context(), `LISTEN "`+schema+`.river_insert"`)
	need(t, err)
	for range 3 {
		need(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return q.Wake(ctx, tx, "e") }))
	}
	for range 3 { // comes to no end when one is missing
		n, err := c.Conn().WaitForNotification(t.Context())
		need(t, err)
		if n.Payload != `{"queue": "default"}` { // as the library writes it
			t.Errorf("announced %s", n.Payload)
		}
	}
}

func need(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
