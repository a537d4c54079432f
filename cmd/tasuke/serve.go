package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// shutdownTime is how long requests under way may take to finish after the first signal.
const shutdownTime = 10 * time.Second

func serveCommand() *cobra.Command {
	c := &cobra.Command{Use: "serve", Short: "Run the server", Args: cobra.NoArgs}
	s := bind(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := s.load()
		if err != nil {
			return err
		}
		return serve(c.Context(), cfg, options{}, c.OutOrStdout())
	}
	return c
}

// serve runs until ctx ends. It prints the address when the first page can be fetched.
func serve(ctx context.Context, cfg Config, o options, out io.Writer) (err error) {
	logTo(os.Stderr, cfg.LogLevel)
	release, err := alone(cfg)
	if err != nil {
		return err
	}
	defer release()
	a, err := build(ctx, cfg, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	l, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", cfg.Addr, err)
	}
	if err := a.greet(ctx, out, l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	return a.run(ctx, cfg, l)
}

// alone holds a SQLite database for this server: two of them would each think they are the only
// one. PostgreSQL is made for several.
func alone(cfg Config) (release func(), err error) {
	if cfg.postgres() {
		return func() {}, nil
	}
	if err := os.MkdirAll(filepath.Dir(cfg.DB), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	f, err := os.OpenFile(cfg.DB+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the database: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another tasuke is serving the database %s; nothing was changed: stop it first, or use PostgreSQL for several", cfg.DB), f.Close())
	}
	return func() { _ = f.Close() }, nil // closing lets the lock go
}

// run serves and keeps the background work going until ctx ends, then stops in order: no new
// requests, live streams ended, requests finished, sequencer last.
func (a *app) run(ctx context.Context, cfg Config, l net.Listener) error {
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	for _, job := range a.jobs {
		running.Go(func() { job(work) })
	}
	server := &http.Server{Handler: a.handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug)}
	failed := make(chan error, 1)
	go func() {
		if cfg.TLSCert != "" {
			failed <- server.ServeTLS(l, cfg.TLSCert, cfg.TLSKey)
			return
		}
		failed <- server.Serve(l)
	}()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		close(a.stopping)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		err = server.Shutdown(end)
	}
	stopWork()
	running.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// logTo writes JSON lines without personal data: messages and keys are ours, values are ids,
// routes and causes.
func logTo(w io.Writer, level string) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})))
}
