package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"tasuke/workflow"
)

// scenarioDay is the moment at which every scenario begins: the tables name days after it.
var scenarioDay = time.Date(2025, 7, 22, 10, 0, 0, 0, time.FixedZone("Asia/Tokyo", 9*60*60))

// stage is a fictional firm with people, customers and contacts, before anything has happened: it is
// made once, and each scenario works in a copy.
type stage struct {
	dir  string
	post *letterBox
	cast cast
}

// newStage makes the firm in a folder of its own.
func newStage(ctx context.Context) (s *stage, err error) {
	s = &stage{}
	if s.dir, err = os.MkdirTemp("", "tasuke-scenarios"); err != nil {
		return nil, fmt.Errorf("make a folder for the scenarios: %w", err)
	}
	if s.post, err = newLetterBox(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	cfg, err := s.settings(filepath.Join(s.dir, "firm"), "")
	if err == nil {
		s.cast, err = s.furnish(ctx, cfg)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// furnish makes by acts of production what every scenario begins with.
func (s *stage) furnish(ctx context.Context, cfg Config) (people cast, err error) {
	r, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.end()) }()
	r.db.Clock = func() time.Time { return scenarioDay.Add(-time.Hour) }
	if people, err = newCast(ctx, r); err != nil {
		return nil, err
	}
	return people, firmOfScenarios(ctx, r, people)
}

// settings are those of a server in a folder; dsn is "" for SQLite.
func (s *stage) settings(dir, dsn string) (Config, error) {
	keys := filepath.Join(s.dir, "keys") // one pair for all copies
	cfg := Config{Addr: "127.0.0.1:0", Dir: dir, DB: dsn, LogLevel: "error", Firm: demoFirm, KeyFile: filepath.Join(keys, "data.key"), AuditKeyFile: filepath.Join(keys, "audit.key"),
		SMTP: SMTPConfig{Addr: s.post.addr, From: demoFirm.Mail, HELO: "tasuke.example", TLS: "none"}}
	return cfg, errors.Join(cfg.complete()...)
}

// rehearsal opens a copy of the firm for one scenario.
func (s *stage) rehearsal(ctx context.Context, name string) (w *rehearsal, err error) {
	dir := filepath.Join(s.dir, name)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(s.dir, "firm"))); err != nil {
		return nil, fmt.Errorf("copy the firm: %w", err)
	}
	cfg, err := s.settings(dir, "")
	if err != nil {
		return nil, err
	}
	return s.rehearsalAt(ctx, cfg, s.cast)
}

// rehearsalAt opens a firm that is there.
func (s *stage) rehearsalAt(ctx context.Context, cfg Config, people cast) (*rehearsal, error) {
	w := &rehearsal{cast: people, at: scenarioDay, broken: &broken{left: map[string]int{}}, silent: map[string]bool{}}
	r, err := openRooms(ctx, cfg, func(o *workflow.Options) { w.broken.into(o.Kinds) })
	if err != nil {
		return nil, err
	}
	r.sweeps.Allow(exampleRanges...)
	w.rooms = r
	r.db.Clock = func() time.Time { return w.at }
	return w, nil
}

// end closes the rooms of a firm that nobody serves.
func (r *rooms) end() error {
	r.mail.Close()
	return r.close()
}

// close ends the post and removes every copy.
func (s *stage) close() error {
	if s.post != nil {
		if err := s.post.close(); err != nil {
			slog.Warn("the post office of the scenarios did not close", "cause", err)
		}
	}
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("remove the scenarios' folder: %w", err)
	}
	return nil
}
