package handover_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/migrations"
	"tasuke/workflow"
	"tasuke/workflow/handover"
)

func person(roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: "p", Name: "p", Kind: actor.Person, Roles: roles}
}

func open(t *testing.T, d *db.DB) *handover.Store {
	t.Helper()
	must(t, migrations.Up(t.Context(), d))
	return handover.NewStore(d, workflow.Sealer{
		Seal: func(_ context.Context, _ *db.Tx, _ string, p vault.Place, plain string) ([]byte, error) {
			return []byte(p.Row + "|" + plain), nil
		},
		Open: func(_ context.Context, _ *db.Tx, p vault.Place, sealed []byte) (string, error) {
			plain, ok := strings.CutPrefix(string(sealed), p.Row+"|")
			if !ok {
				return "", errors.New("opened at another place")
			}
			return plain, nil
		},
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOneShiftTellsTheNext(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := dbtest.Clock(d, start)
		s := open(t, d)
		ctx := t.Context()
		for _, bad := range []struct {
			by   actor.Actor
			role actor.Role
			text string
			kind fault.Kind
		}{
			{person(actor.Auditor), "", "あ", fault.Forbidden},
			{person(actor.Funds), "", " ", fault.Invalid},
			{person(actor.Funds), "nobody", "あ", fault.Invalid},
			{person(actor.Funds), "", strings.Repeat("あ", 4001), fault.Invalid},
			{person(actor.Funds), "", "\xff", fault.Invalid},
		} {
			if err := s.Leave(ctx, bad.by, bad.role, bad.text); !fault.Is(err, bad.kind) {
				t.Errorf("%v %q: %v", bad.by.Roles, bad.text, err)
			}
		}
		must(t, s.Leave(ctx, person(actor.Funds), "", "皆へ"))
		clock.Add(time.Hour)
		must(t, s.Leave(ctx, person(actor.Funds), actor.Legal, "法務へ"))
		for _, c := range []struct {
			by   actor.Actor
			from time.Time
			want string
		}{
			{person(actor.Legal), start.Add(-time.Minute), "法務へ 皆へ"},
			{person(actor.Legal), start.Add(time.Minute), "法務へ"},
			{person(actor.Funds), start.Add(-time.Minute), "皆へ"},
		} {
			list, err := s.Since(ctx, c.by, db.At(c.from))
			must(t, err)
			var got []string
			for _, n := range list {
				got = append(got, n.Text)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v reads %v, want %s", c.by.Roles, got, c.want)
			}
		}
	})
}
