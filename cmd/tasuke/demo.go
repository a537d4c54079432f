package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/cobra"

	"tasuke/internal/actor"
	"tasuke/internal/signin"
	"tasuke/web/view"
)

const (
	demoPassword = "hinata-demo-2026"
	demoMark     = "TASUKE-DEMO" // a file that says: this folder holds fictional data only
)

// demoLogins are the accounts of the fictional firm: one per role, and a second person where one
// alone could not finish a piece of work.
var demoLogins = []struct {
	login, name string
	role        actor.Role
}{
	{"op", "受付 一葉", actor.Operator}, {"sv", "責任 双葉", actor.Supervisor}, {"ir", "初動 三樹", actor.Responder},
	{"fraud", "調査 四季", actor.FraudAnalyst}, {"trade", "売買 五月", actor.TradeSurveillance}, {"funds", "資金 六花", actor.Funds},
	{"legal", "法務 七海", actor.Legal}, {"pr", "広報 八雲", actor.PR}, {"care", "補償 九重", actor.Remediation},
	{"exec", "経営 十和", actor.Executive}, {"audit", "監査 百合", actor.Auditor}, {"sysops", "運用 千早", actor.SystemOperations},
	{"admin", "管理 万里", actor.Administrator}, {"legal2", "法務 八代", actor.Legal}, {"funds2", "資金 七瀬", actor.Funds},
}

func demoUsers() view.DemoUsers {
	d := view.DemoUsers{Password: demoPassword}
	for _, l := range demoLogins {
		d.Users = append(d.Users, view.DemoUser{Login: l.login, Role: string(l.role)})
	}
	return d
}

func demoCommand() *cobra.Command {
	c := &cobra.Command{Use: "demo", Short: "Run a fictional firm with 20,000 customers and an incident in mid-flight", Args: cobra.NoArgs}
	dir := c.Flags().String("dir", "", "folder of the demo (default .demo)")
	addr := c.Flags().String("addr", "127.0.0.1:8100", "address to listen on")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *dir == "" {
			*dir = ".demo"
		}
		*dir = filepath.Clean(*dir)
		cfg := Config{Addr: *addr, Dir: *dir, LogLevel: "info", Firm: demoFirm}
		if err := env.ParseWithOptions(&cfg.SMTP, env.Options{Prefix: "TASUKE_SMTP_"}); err != nil {
			return fmt.Errorf("environment: %w", err)
		}
		if err := errors.Join(cfg.complete()...); err != nil {
			return err
		}
		if err := demoFolder(c.Context(), *dir, c.ErrOrStderr()); err != nil {
			return err
		}
		return serve(c.Context(), cfg, options{demo: demoUsers()}, c.OutOrStdout())
	}
	return c
}

// demoFolder makes the fictional firm beside the folder and renames it into place, so that one
// that was interrupted is made anew. It refuses a folder that holds anything else.
func demoFolder(ctx context.Context, dir string, out io.Writer) error {
	if _, err := os.Stat(filepath.Join(dir, demoMark)); err == nil {
		return nil
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return fmt.Errorf("the folder %s holds something that is not a demo; nothing was changed: choose another with --dir", dir)
	}
	half, err := unfinished(dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Making the fictional firm (%d customers), once ...\n", demoCustomers)
	if err := makeDemo(ctx, half, out); err != nil {
		return errors.Join(err, os.RemoveAll(half))
	}
	if err := os.Remove(dir); err != nil && !os.IsNotExist(err) { // an empty folder gives way
		return fmt.Errorf("make room for the demo: %w", err)
	}
	if err := os.Rename(half, dir); err != nil {
		return fmt.Errorf("put the demo into place: %w", err)
	}
	return nil
}

// demoHalf is a file that says: this folder is a demo in the making and may be removed.
const demoHalf = "TASUKE-DEMO-UNFINISHED"

// unfinished gives the empty folder in which the demo is made. One that an interrupted start left
// behind is emptied; one that is not ours is left alone.
func unfinished(dir string) (string, error) {
	half := dir + ".half"
	if _, err := os.Stat(half); err == nil {
		if _, err := os.Stat(filepath.Join(half, demoHalf)); err != nil {
			return "", fmt.Errorf("the folder %s is in the way and not ours; nothing was changed: choose another with --dir", half)
		}
		if err := os.RemoveAll(half); err != nil {
			return "", fmt.Errorf("remove an unfinished demo: %w", err)
		}
	}
	if err := os.MkdirAll(half, 0o700); err != nil {
		return "", fmt.Errorf("make the demo's folder: %w", err)
	}
	return half, os.WriteFile(filepath.Join(half, demoHalf), nil, 0o600)
}

func makeDemo(ctx context.Context, dir string, out io.Writer) (err error) {
	cfg := Config{Addr: "127.0.0.1:0", Dir: dir, LogLevel: "warn", Firm: demoFirm}
	if err := errors.Join(cfg.complete()...); err != nil {
		return err
	}
	r, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	w := &demoWorld{rooms: r, now: time.Now(), who: map[string]actor.Actor{}}
	r.db.Clock = func() time.Time { return w.at }
	if w.logs, err = openDemoLogs(ctx, cfg, w, demoOptions(w.now), out); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.logs.close()) }()
	if err := w.make(ctx); err != nil {
		return err
	}
	if _, err := r.log.Checkpoint(ctx); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, demoMark), []byte("fictional data only\n"), 0o600); err != nil {
		return fmt.Errorf("mark the demo: %w", err)
	}
	return os.Remove(filepath.Join(dir, demoHalf))
}

// accountsOf makes one account per role. The first is the administrator's, by the one-time link,
// as on a new installation.
func (w *demoWorld) accountsOf(ctx context.Context) error {
	link, _, err := w.accounts.FirstAdministrator(ctx)
	if err != nil {
		return err
	}
	first, err := w.accounts.UseLink(ctx, link, demoPassword)
	if err != nil {
		return fmt.Errorf("the demo's administrator: %w", err)
	}
	w.who["admin"] = first.Actor()
	for _, l := range demoLogins {
		if l.login == "admin" {
			continue
		}
		_, link, err := w.accounts.Create(ctx, first.Actor(), signin.NewAccount{Login: l.login, Name: l.name, Roles: signin.Roles{l.role}})
		if err != nil {
			return fmt.Errorf("the demo's account %s: %w", l.login, err)
		}
		a, err := w.accounts.UseLink(ctx, link, demoPassword)
		if err != nil {
			return fmt.Errorf("the demo's account %s: %w", l.login, err)
		}
		w.who[l.login] = a.Actor()
	}
	_, err = w.accounts.Rename(ctx, first.Actor(), first.ID, first.Rev, "管理 万里")
	return err
}
