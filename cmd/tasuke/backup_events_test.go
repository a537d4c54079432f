package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/backup"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault"
)

// logHouse is an installation that has nobody in it but the logs of two sources, one of them
// withdrawn in part.
func logHouse(t *testing.T, dsn string) Config {
	t.Helper()
	cfg := Config{Addr: "127.0.0.1:0", Dir: t.TempDir(), DB: dsn, LogLevel: "warn", Firm: demoFirm}
	must(t, errors.Join(cfg.complete()...))
	if cfg.postgres() {
		must(t, os.MkdirAll(filepath.Dir(cfg.KeyFile), 0o700))
		must(t, vault.CreateKeyFile(cfg.KeyFile))
		_, err := audit.CreateKey(cfg.AuditKeyFile)
		must(t, err)
	}
	logsOf(t, cfg, func(s *rollup.Store) {
		m, err := rollup.ReadMapping(nil)
		must(t, err)
		var web, old strings.Builder
		web.WriteString("at,customer,kind,ip,mail\n")
		old.WriteString("at,customer,kind,ip\n")
		for i := range 300 {
			fmt.Fprintf(&web, "2026-0%d-%02d %02d:00:00,C%03d,login,10.9.%d.7,a%d@firm.example\n", 2+i%3, 1+i%28, i%24, i%90, i%40, i%50)
			fmt.Fprintf(&old, "2026-01-%02d 01:00:00,C%03d,login,10.8.%d.7\n", 1+i%28, i%90, i%40)
		}
		for source, text := range map[string]string{"web": web.String(), "old": old.String()} {
			_, err := s.Import(t.Context(), actor.System("import events"), strings.NewReader(text), rollup.Import{Source: source, Mapping: m})
			must(t, err)
		}
		_, err = s.Withdraw(t.Context(), actor.System("import withdraw"), "old", "time zone")
		must(t, err)
	})
	return cfg
}

// logsOf opens an installation and gives its event logs.
func logsOf(t *testing.T, cfg Config, f func(*rollup.Store)) {
	t.Helper()
	r, err := open(t.Context(), cfg)
	must(t, err)
	defer func() { must(t, r.close()) }()
	f(r.eventLogs)
}

// answersOf is what the logs of an installation answer to every kind of question.
func answersOf(t *testing.T, cfg Config) (out string) {
	t.Helper()
	logsOf(t, cfg, func(s *rollup.Store) {
		var probes []rollup.Probe
		for _, x := range []indicator.Indicator{{Kind: indicator.Network, Value: "10.9.0.0/16"}, {Kind: indicator.IP, Value: "10.9.3.7"}, {Kind: indicator.IP, Value: "10.8.3.7"},
			{Kind: indicator.Mail, Value: "a7@firm.example"}, {Kind: indicator.Domain, Value: "firm.example"}} {
			probes = append(probes, s.ProbesOf(x)...)
		}
		matches, err := s.Candidates(t.Context(), probes, 0)
		must(t, err)
		users, err := s.Baseline(t.Context(), probes, rollup.DayOf(0), rollup.DayOf(db.Instant(1<<51)))
		must(t, err)
		cover, err := s.Coverage(t.Context())
		must(t, err)
		segments, err := s.Segments(t.Context(), 0)
		must(t, err)
		hits, err := s.Evidence(t.Context(), []string{"C003", "C007"}, probes, 0, 5, nil)
		must(t, err)
		bad, err := s.Verify(t.Context())
		must(t, err)
		if len(matches) < 300 || len(cover) != 1 || len(segments) != 1 || len(hits) != 2 || len(bad) > 0 {
			t.Errorf("%d matches, %d sources, %d segments, %d hits, bad: %v", len(matches), len(cover), len(segments), len(hits), bad)
		}
		out = fmt.Sprintf("%+v\n%v\n%+v\n%+v\n%+v", matches, users, cover, segments, hits)
	})
	return out
}

// TestTheLogsAnswerTheSameAfterARestore takes the sightings from one database to each.
func TestTheLogsAnswerTheSameAfterARestore(t *testing.T) {
	t.Parallel()
	for name, from := range map[string]func(*testing.T) string{"from sqlite": func(*testing.T) string { return "" }, "from postgres": func(t *testing.T) string { t.Helper(); return dbtest.PostgresEmpty(t) }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := logHouse(t, from(t))
			was := answersOf(t, cfg)
			before := listed(t, cfg.Dir)
			kept := filepath.Join(t.TempDir(), "backup")
			settings := []string{"--dir", cfg.Dir, "--db", cfg.DB, "--key-file", cfg.KeyFile, "--audit-key-file", cfg.AuditKeyFile}
			_, err := command(t, backupCommand(), append(settings, kept)...)
			must(t, err)
			if after := listed(t, cfg.Dir); after != before {
				t.Errorf("the backup left something behind:\n%s\nbefore:\n%s", after, before)
			}
			nothingElse(t, kept)
			for _, to := range []string{"", dbtest.PostgresEmpty(t)} {
				there := cfg
				there.Dir, there.DB = filepath.Join(t.TempDir(), "new"), to
				there.CheckpointDir = filepath.Join(there.Dir, "checkpoints")
				args := []string{kept, "--dir", there.Dir, "--key-file", cfg.KeyFile, "--audit-pub", cfg.AuditKeyFile + ".pub"}
				if to != "" {
					args = append(args, "--db", to)
				} else {
					there.DB = filepath.Join(there.Dir, "tasuke.db")
				}
				_, err := command(t, restoreCommand(), args...)
				must(t, err)
				if is := answersOf(t, there); is != was {
					t.Errorf("restored to %q:\n%.2000s\nwas:\n%.2000s", to, is, was)
				}
				againAndMore(t, there)
			}
		})
	}
}

func TestTheLogsAnswerTheSameAfterAMove(t *testing.T) {
	t.Parallel()
	cfg := logHouse(t, "")
	was, to := answersOf(t, cfg), dbtest.PostgresEmpty(t)
	_, err := command(t, moveCommand(), "--from", cfg.DB, "--to", to)
	must(t, err)
	cfg.DB = to
	if is := answersOf(t, cfg); is != was {
		t.Errorf("moved:\n%.2000s\nwas:\n%.2000s", is, was)
	}
	againAndMore(t, cfg)
}

// TestNothingIsMovedWhenTheSightingsCannotBe: cases and sightings come together, or nothing does, so
// that the same command can be given again.
func TestNothingIsMovedWhenTheSightingsCannotBe(t *testing.T) {
	t.Parallel()
	cfg, to := logHouse(t, ""), dbtest.PostgresEmpty(t)
	file := filepath.Join(cfg.Dir, "sweep", "rollup.db")
	whole, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, []byte("no roll-up"), 0o600))
	if _, err := command(t, moveCommand(), "--from", cfg.DB, "--to", to); err == nil {
		t.Error("moved without the sightings")
	}
	must(t, os.WriteFile(file, whole, 0o600))
	_, err = command(t, moveCommand(), "--from", cfg.DB, "--to", to)
	must(t, err)
}

// againAndMore: what was taken over is known, and something new finds its place.
func againAndMore(t *testing.T, cfg Config) {
	t.Helper()
	logsOf(t, cfg, func(s *rollup.Store) {
		m, err := rollup.ReadMapping(nil)
		must(t, err)
		rep, err := s.Import(t.Context(), actor.System("import events"), strings.NewReader("at,customer,kind,ip\n2026-04-28 09:00:00,C001,login,10.9.1.7\n"), rollup.Import{Source: "app", Mapping: m})
		if err != nil || rep.Kept != 1 {
			t.Errorf("%+v %v", rep, err)
		}
	})
}

// listed names every file of a folder that is not a log of SQLite.
func listed(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if !strings.HasSuffix(name, "-wal") && !strings.HasSuffix(name, "-shm") {
			b.WriteString(strings.TrimPrefix(name, dir) + "\n")
		}
		return err
	}))
	return b.String()
}

// nothingElse: a backup holds the files on its list, the list, and no key.
func nothingElse(t *testing.T, dir string) {
	t.Helper()
	m, err := backup.Read(dir)
	must(t, err)
	want := map[string]bool{"manifest.json": true, "manifest.sha256": true}
	for _, f := range m.Files {
		want[f.Path] = true
	}
	must(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		rel, rerr := filepath.Rel(dir, name)
		if err == nil && rerr == nil && !e.IsDir() && !want[filepath.ToSlash(rel)] {
			t.Errorf("%s is in the backup and not on its list", rel)
		}
		return errors.Join(err, rerr)
	}))
	if m.Logs["log_sighting"] == 0 || m.Segments != 1 {
		t.Errorf("%v, %d segments", m.Logs, m.Segments)
	}
}
