package disclosure_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/migrations"
)

// childEnv is the folder in which a child process of these tests makes a notice.
const childEnv = "DISCLOSURE_TEST_DIR"

// TestMain lets this test binary also be a process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		h, err := lived(context.Background(), dir, start)
		if err == nil {
			err = h.live(context.Background())
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// lived is a house in a folder of its own, which outlives the process.
func lived(ctx context.Context, dir string, at time.Time) (*house, error) {
	key := filepath.Join(dir, "data.key")
	if _, err := os.Stat(key); os.IsNotExist(err) {
		if err := vault.CreateKeyFile(key); err != nil {
			return nil, err
		}
	}
	ring, err := vault.LoadKeys(key)
	if err != nil {
		return nil, err
	}
	v, err := vault.New(ring)
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, filepath.Join(dir, "tasuke.db"))
	if err != nil {
		return nil, err
	}
	if err := migrations.Up(ctx, d); err != nil {
		return nil, err
	}
	h := &house{d: d, clock: dbtest.Clock(d, at), dir: dir, vault: v, counts: map[string]int64{"accounts.confirmed": 12, "persons.confirmed": 12, "accounts.excluded": 1}}
	return h, h.wire()
}

// live takes a first notice from the snapshot to the withdrawal, from wherever it stands, as its people do
// after the program was started again.
func (h *house) live(ctx context.Context) error {
	if err := h.effects.Recover(ctx); err != nil {
		return err
	}
	if _, err := h.Rebuild(ctx); err != nil {
		return err
	}
	for range 60 {
		over, err := h.step(ctx)
		if err == nil {
			err = h.effects.Tick(ctx)
		}
		if over || err != nil {
			return err
		}
		h.clock.Add(time.Minute)
	}
	return errors.New("the story does not end")
}

// step does what comes next; true when nothing does.
func (h *house) step(ctx context.Context) (over bool, err error) {
	found, _, err := h.incidents.List(ctx, auditor, incident.Filter{}, incident.Page{})
	if err != nil {
		return false, err
	}
	if len(found) == 0 {
		return false, h.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.incidents.Open(ctx, tx, operator, incident.New{DetectedAt: tx.Now, Details: incident.Details{Title: "不正出金", Kind: incident.AccountWithdrawal,
				Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed", Summary: "申出", Vectors: incident.VectorSet{"phishing"}}})
			return err
		})
	}
	h.incident = found[0].Incident
	board, err := h.incidents.Counts(ctx, auditor, h.incident.ID, incident.Page{})
	if err != nil {
		return false, err
	}
	if board.Last.ID == "" {
		_, err := h.incidents.TakeSnapshot(ctx, responder, h.incident.ID)
		return false, err
	}
	all, _, err := h.List(ctx, auditor, disclosure.Filter{}, disclosure.Page{})
	if err != nil {
		return false, err
	}
	if len(all) == 0 {
		_, err := h.Begin(ctx, writer, disclosure.New{IncidentID: h.incident.ID, Kind: notice.First})
		return false, err
	}
	sh, err := h.Sheet(ctx, auditor, all[0].ID)
	if err != nil {
		return false, err
	}
	return sh.Disclosure.State == disclosure.Withdrawn, h.next(ctx, sh, board.Last.ID)
}

// next is what the person does whose turn it is.
func (h *house) next(ctx context.Context, sh disclosure.Sheet, snapshot string) (err error) {
	d, dirty, clean := sh.Disclosure, h.written(), h.written()
	dirty.JA.Outline = secret + "様の口座です。"
	did := func(e disclosure.Event) bool {
		return slices.ContainsFunc(sh.Lines, func(l disclosure.Line) bool { return l.Event == e })
	}
	sign := func(n int) error {
		by := []actor.Actor{responder, lawyer, executive}[n]
		_, err := h.Sign(ctx, by, d.ID, d.Rev, disclosure.Steps[n], sh.Now, "")
		return err
	}
	switch {
	case d.State == disclosure.Draft && sh.Now == "":
		_, err = h.Edit(ctx, writer, d.ID, d.Rev, snapshot, dirty)
	case d.State == disclosure.Draft && !did(disclosure.LeakFound):
		if err = sign(0); fault.Is(err, fault.Refused) {
			err = nil
		}
	case d.State == disclosure.Draft && sh.Content.JA.Outline == dirty.JA.Outline:
		_, err = h.Edit(ctx, writer, d.ID, d.Rev, snapshot, clean)
	case d.State == disclosure.Draft:
		err = sign(0)
	case d.State == disclosure.FactChecked:
		err = sign(1)
	case d.State == disclosure.Legal:
		err = sign(2)
	case d.State == disclosure.Exec && !did(disclosure.TimeSet):
		_, err = h.Schedule(ctx, writer, d.ID, d.Rev, h.d.Now().Add(90*24*time.Hour))
	case d.State == disclosure.Scheduled:
		_, err = h.Move(ctx, writer, disclosure.Cause{ID: d.ID, Rev: d.Rev, Event: disclosure.TimeTakenBack})
	case d.State == disclosure.Exec:
		_, err = h.Publish(ctx, writer, d.ID, d.Rev)
	case d.State == disclosure.Published:
		_, err = h.Withdraw(ctx, executive, disclosure.Withdrawal{ID: d.ID, Rev: d.Rev, JA: "別件でした。", EN: "Another matter."})
	}
	return err
}

// end is what stands when the story is over.
func (h *house) end() string {
	h.t.Helper()
	var parts []string
	for _, table := range []string{"count_snapshot", "count_line", "count_published", "disclosure", "disclosure_line", "disclosure_signature", "disclosure_page"} {
		parts = append(parts, fmt.Sprintf("%s %d", table, h.count(`SELECT count(*) FROM `+table)))
	}
	return strings.Join(parts, ", ")
}

func TestANoticeWhoseMakingIsKilledAnywhereIsPublishedOnceAndStandsInItsFiles(t *testing.T) {
	t.Parallel()
	through := func(t *testing.T, dir string, at time.Time) *house {
		t.Helper()
		h, err := lived(t.Context(), dir, at)
		must(t, err)
		h.t = t
		t.Cleanup(func() { must(t, h.d.Close()) })
		must(t, h.live(t.Context()))
		return h
	}
	undisturbed := through(t, t.TempDir(), start)
	want := undisturbed.end()
	for _, point := range []string{"counts.take", "disclosure.begin", "disclosure.edit", "disclosure.refuse", "disclosure.sign", "disclosure.sign@3", "disclosure.schedule", "disclosure.move",
		"disclosure.publish", "disclosure.half", "disclosure.half@3", "disclosure.written", "disclosure.written@4", "disclosure.withdraw"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), childEnv+"="+dir, db.CrashEnv+"="+point)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), db.CrashLine) {
				t.Fatalf("the process was not killed: %v\n%s", err, out)
			}
			h := through(t, dir, start.Add(24*time.Hour))
			if got := h.end(); got != want {
				t.Errorf("got %s\nwant %s", got, want)
			}
			h.filesStand(t)
		})
	}
}

// filesStand holds every file against the record; what a killed process left half is no page.
func (h *house) filesStand(t *testing.T) {
	t.Helper()
	files := h.files()
	all, _, err := h.List(t.Context(), auditor, disclosure.Filter{}, disclosure.Page{})
	must(t, err)
	for _, l := range []notice.Language{notice.Japanese, notice.English} {
		name := all[0].Page(l)
		got, err := h.Serve(t.Context(), name, l)
		must(t, err)
		if files[name] == "" || files[name] != string(got.Body) || !strings.Contains(files[name], "12") {
			t.Errorf("%s is not what the record has", name)
		}
	}
	if !strings.Contains(files["index.html"], all[0].No) {
		t.Error("the list does not name it")
	}
}
