package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"

	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/backup"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// command runs a command of the product and gives what it printed.
func command(t *testing.T, c *cobra.Command, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetOut(&out)
	c.SetArgs(args)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func saysKey(t testing.TB, err error, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != key {
		t.Errorf("got %v, want %s", err, key)
	}
}

// TestTheRestoreDrill backs a working product up, restores it elsewhere and has the copy work.
func TestTheRestoreDrill(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		ctx, stop := context.WithCancel(t.Context())
		var calls sync.WaitGroup
		taken := make(chan struct{})
		var first sync.Once
		calls.Go(func() {
			defer first.Do(func() { close(taken) })
			for n := 0; ctx.Err() == nil; n++ {
				q, err := h.inquiries.Start(context.WithoutCancel(ctx), h.firm.who["op"], inquiry.Phone, fmt.Sprint("drill-", n))
				if err != nil || q.ID == "" {
					t.Errorf("a call during the backup: %v", err)
					return
				}
				first.Do(func() { close(taken) })
			}
		})
		<-taken
		dir := filepath.Join(t.TempDir(), "backup")
		settings := []string{"--dir", h.cfg.Dir, "--db", h.cfg.DB, "--key-file", h.cfg.KeyFile, "--audit-key-file", h.cfg.AuditKeyFile}
		out, err := command(t, backupCommand(), append(settings, dir)...)
		stop()
		calls.Wait()
		must(t, err)
		if !strings.Contains(out, "バックアップができました") || !strings.Contains(out, "The backup is made") || strings.Contains(out, "⟦") {
			t.Error(out)
		}
		to := filepath.Join(t.TempDir(), "new")
		_, err = command(t, restoreCommand(), dir, "--dir", to)
		saysKey(t, err, "backup.needs_key")
		args := []string{dir, "--dir", to, "--key-file", h.cfg.KeyFile, "--audit-pub", h.cfg.AuditKeyFile + ".pub"}
		dsn := filepath.Join(to, "tasuke.db")
		if h.cfg.postgres() {
			dsn = dbtest.PostgresEmpty(t)
			args = append(args, "--db", dsn)
		}
		out, err = command(t, restoreCommand(), args...)
		must(t, err)
		if !strings.Contains(out, "proven") || strings.Contains(out, "⟦") {
			t.Error(out)
		}
		h.goesOnAt(to, dsn)
	})
}

// goesOnAt opens what was restored with the keys from elsewhere: the incident is what it was, a call
// can be taken, no mail leaves, and another key is refused.
func (h *house) goesOnAt(dir, dsn string) {
	h.t.Helper()
	cfg := h.cfg
	cfg.Dir, cfg.DB, cfg.CheckpointDir = dir, dsn, filepath.Join(dir, "checkpoints")
	cfg.SMTP = SMTPConfig{Addr: "127.0.0.1:9", From: "desk@firm.example", TLS: "none"}
	a, err := build(h.t.Context(), cfg, options{})
	must(h.t, err)
	if a.mail.SetUp() {
		h.t.Error("mail may leave what was restored")
	}
	was, err := h.incidents.Sheet(h.t.Context(), h.firm.who["ir"], h.firm.incident)
	must(h.t, err)
	is, err := a.incidents.Sheet(h.t.Context(), h.firm.who["ir"], h.firm.incident)
	if err != nil || is.Incident.No != was.Incident.No || is.Incident.Rev != was.Incident.Rev || len(is.Timeline) != len(was.Timeline) || len(is.Events) == 0 {
		h.t.Errorf("the incident: %v, %+v", err, is)
	}
	if _, err := a.inquiries.Start(h.t.Context(), h.firm.who["op"], inquiry.Phone, "after-restore"); err != nil {
		h.t.Errorf("a call after the restore: %v", err)
	}
	must(h.t, a.close())
	must(h.t, os.Remove(filepath.Join(dir, backup.RestoredMark)))
	a, err = build(h.t.Context(), cfg, options{})
	must(h.t, err)
	if !a.mail.SetUp() {
		h.t.Error("mail is still held")
	}
	must(h.t, a.close())
	cfg.KeyFile = filepath.Join(h.t.TempDir(), "other.key")
	must(h.t, vault.CreateKeyFile(cfg.KeyFile))
	_, err = build(h.t.Context(), cfg, options{})
	saysKey(h.t, err, "vault.other_key")
}

func TestAServedDatabaseIsNotMovedAndAMovedOneIsNotServed(t *testing.T) {
	t.Parallel()
	dir, to := t.TempDir(), dbtest.PostgresEmpty(t)
	cfg := Config{Addr: "127.0.0.1:0", Dir: dir, LogLevel: "warn", Firm: demoFirm}
	must(t, errors.Join(cfg.complete()...))
	r, err := open(t.Context(), cfg)
	must(t, err)
	w := &demoWorld{rooms: r, who: map[string]actor.Actor{}}
	w.now, w.at = r.db.Clock(), r.db.Clock()
	must(t, w.accountsOf(t.Context()))
	must(t, r.db.Close())
	release, err := alone(cfg)
	must(t, err)
	if _, err := command(t, moveCommand(), "--from", cfg.DB, "--to", to); err == nil || !strings.Contains(err.Error(), "another tasuke is serving") {
		t.Errorf("a served database: %v", err)
	}
	release()
	out, err := command(t, moveCommand(), "--from", cfg.DB, "--to", to)
	must(t, err)
	if !strings.Contains(out, "PostgreSQL") || strings.Contains(out, "⟦") {
		t.Error(out)
	}
	_, err = open(t.Context(), cfg)
	saysKey(t, err, "backup.was_moved")
	if said := inWords(err); !strings.Contains(said, "移されました") || !strings.Contains(said, "were moved") {
		t.Error(said)
	}
	_, err = command(t, moveCommand(), "--from", cfg.DB, "--to", dbtest.PostgresEmpty(t))
	saysKey(t, err, "backup.was_moved")
	cfg.DB = to
	r, err = open(t.Context(), cfg)
	must(t, err)
	must(t, r.db.Close())
}
