package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tasuke/cases/customer"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/rollup/tables"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault/vaulttest"
)

type eventFixture struct {
	t     *testing.T
	d     *db.DB
	store *rollup.Store
}

func newEventFixture(t *testing.T) *eventFixture {
	t.Helper()
	d, v := dbtest.SQLite(t), vaulttest.New(t)
	customers := customer.NewStore(d, v)
	_, err := customers.Import(t.Context(), actor.System("test"), strings.NewReader("顧客番号,氏名\nC1,山田\n"), customer.DefaultMapping(), customer.Options{})
	noError(t, err)
	dir := t.TempDir()
	index, err := tables.Open(t.Context(), filepath.Join(dir, "rollup.db"))
	noError(t, err)
	t.Cleanup(func() { noError(t, index.Close()) })
	store, err := rollup.Open(filepath.Join(dir, "segments"), index, rollup.Options{Blind: v.Blind, Now: d.Now, Register: registered(d, customers)})
	noError(t, err)
	return &eventFixture{t, d, store}
}

func (f *eventFixture) run(args ...string) (string, error) {
	f.t.Helper()
	cmd := importEventsCommand(func(*cobra.Command) (*eventDesk, error) {
		return &eventDesk{store: f.store, note: noteEvents(f.d, f.store), close: func() error { return nil }}, nil
	})
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceErrors = true
	err := cmd.ExecuteContext(f.t.Context())
	return out.String(), err
}

func (f *eventFixture) withdraw(args ...string) (string, error) {
	f.t.Helper()
	cmd := withdrawEventsCommand(func(*cobra.Command) (*eventDesk, error) {
		return &eventDesk{store: f.store, db: f.d, close: func() error { return nil }}, nil
	})
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceErrors = true
	err := cmd.ExecuteContext(f.t.Context())
	return out.String(), err
}

func TestImportEventsFailsClearly(t *testing.T) {
	t.Parallel()
	f := newEventFixture(t)
	good := csvFile(t, "good.csv", "日時,種別,顧客番号\n2026-04-01 09:00:00,ログイン,C1\n")
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"no file":                  {nil, "accepts 1 arg"},
		"no source":                {[]string{good}, "--source"},
		"a file that is not there": {[]string{"none.csv", "--source", "web"}, "open the event file"},
		"an empty file":            {[]string{csvFile(t, "a.csv", ""), "--source", "web"}, "行がありません"},
		"a file without times":     {[]string{csvFile(t, "a.csv", "種別,顧客番号\n"), "--source", "web"}, "日時, 発生日時"},
		"a mapping not there":      {[]string{good, "--source", "web", "--mapping", "none.yaml"}, "read the mapping"},
		"a mapping that is none":   {[]string{good, "--source", "web", "--mapping", csvFile(t, "m.yaml", "columns: {when: x}")}, "「when」"},
	} {
		t.Run(name, func(t *testing.T) {
			if out, err := f.run(test.args...); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}

func TestImportEventsIsRepeatableAndOnRecord(t *testing.T) {
	t.Parallel()
	f := newEventFixture(t)
	file := csvFile(t, "a.csv", "日時,種別,顧客番号,IPアドレス\n2026-04-01 09:00:00,ログイン,C1,203.0.113.5\n2026-04-01 09:00:00,踊り,C2,203.0.113.5\n2026-04-01 10:00:00,出金,C9,\n")
	out, err := f.run(file, "--source", "web")
	if !errors.Is(err, errRejected) || !strings.Contains(out, "3 rows: 2 new, 0 there already, 1 rejected, 1 customers not in the register (1 rows)") {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(file + ".rejected.csv")
	if err != nil || !strings.Contains(string(b), "3,,kind,知らない種別") || strings.Contains(string(b), "C2") {
		t.Fatalf("%s %v", b, err)
	}
	out, err = f.run(file, "--source", "web")
	if !errors.Is(err, errRejected) || !strings.Contains(out, "3 rows: 0 new, 3 there already, 1 rejected") {
		t.Fatalf("%v\n%s", err, out)
	}
	var entries []audit.Row
	noError(t, f.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &entries, `SELECT id, tree, at, actor_id, actor_name, actor_kind, action, object_kind, object_id, detail FROM audit_entry WHERE action = 'sweep.events_imported'`)
	}))
	if len(entries) != 1 || !strings.Contains(entries[0].Detail, `"kept":2`) || entries[0].ObjectID != "web" {
		t.Fatalf("%+v", entries)
	}
}

func TestAWithdrawnSourceIsOnRecordAndMayComeAgain(t *testing.T) {
	t.Parallel()
	f := newEventFixture(t)
	file := csvFile(t, "a.csv", "日時,種別,顧客番号\n2026-04-01 09:00:00,ログイン,C1\n")
	_, err := f.run(file, "--source", "web")
	noError(t, err)
	for _, args := range [][]string{{"web"}, {"app", "--reason", "x"}} {
		if _, err := f.withdraw(args...); err == nil || !strings.Contains(err.Error(), "何も変えていません") {
			t.Errorf("%q: %v", args, err)
		}
	}
	out, err := f.withdraw("web", "--reason", "時間帯の誤り")
	noError(t, err)
	if !strings.Contains(out, "1 segments, 1 rows") {
		t.Error(out)
	}
	var detail string
	noError(t, f.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &detail, `SELECT detail FROM audit_entry WHERE action = 'sweep.events_withdrawn' AND object_id = 'web'`)
	}))
	if strings.Contains(detail, "時間帯の誤り") || !strings.Contains(detail, `"segments":1`) {
		t.Errorf("the trail can never be cleared of a text: %s", detail)
	}
	out, err = f.run(file, "--source", "web")
	if noError(t, err); !strings.Contains(out, "1 new") {
		t.Error(out)
	}
}

// A reason without a sentence would be an empty cell in the file of rejected rows.
func TestEveryReasonOfAnImportHasSentences(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"customer", "sweep/rollup"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "cases", folder, "*.go"))
		noError(t, err)
		for _, file := range files {
			b, err := os.ReadFile(file)
			noError(t, err)
			for _, key := range messageKey.FindAllString(string(b), -1) {
				if s := importReasons[strings.Trim(key, `"`)]; s.ja == "" || s.en == "" {
					t.Errorf("%s has no sentence", key)
				}
			}
		}
	}
}

var messageKey = regexp.MustCompile(`"(?:customer|sweep)\.(?:import|mapping|reject|withdraw)\.[a-z_]+"`)
