package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tasuke/cases/customer"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/signin"
	"tasuke/internal/vault"
)

// tortured is one installation that is killed again and again, and what its users remember.
type tortured struct {
	*testing.T
	cfg       Config
	key       string // the public audit key
	customers []string
	operator  actor.Actor
	cookie    string // the operator's session, which every restart has to honour
	token     string // of the monitoring system
	callers   []*caller
	hits      map[string]int // times the process died, by commit point
	random    *rand.Rand
}

// torturedOn makes an installation with accounts, a register of 60 customers and a token, and a short
// playbook for withdrawals. On PostgreSQL the keys are handed in, as a firm with several nodes does.
func torturedOn(t *testing.T, dialect db.Dialect) *tortured {
	t.Helper()
	return installed(t, dialect, plain)
}

// installed is such an installation, with the playbooks that are published into it.
func installed(t *testing.T, dialect db.Dialect, playbooks func(testing.TB, *rooms)) *tortured {
	t.Helper()
	dir := t.TempDir()
	seed := uint64(time.Now().UnixNano())
	t.Logf("the seed of the random moments is %d", seed)
	w := &tortured{T: t, hits: map[string]int{}, random: rand.New(rand.NewPCG(seed, 1)), cfg: Config{Addr: "127.0.0.1:0", Dir: dir, LogLevel: "error"}}
	if dialect == db.Postgres {
		w.cfg.DB, w.cfg.KeyFile, w.cfg.AuditKeyFile = dbtest.PostgresDSN(t), filepath.Join(dir, "data.key"), filepath.Join(dir, "audit.key")
		noError(t, vault.CreateKeyFile(w.cfg.KeyFile))
		_, err := audit.CreateKey(w.cfg.AuditKeyFile)
		noError(t, err)
	}
	noError(t, errors.Join(w.cfg.complete()...))
	r, err := open(t.Context(), w.cfg)
	noError(t, err)
	defer func() { noError(t, r.db.Close()) }()
	key, err := os.ReadFile(w.cfg.AuditKeyFile + ".pub")
	noError(t, err)
	w.key = string(key)
	playbooks(t, r)
	w.people(r)
	w.register(r)
	return w
}

const torturePassword = "correct horse battery 17"

// people makes the administrator, one operator and the token of the monitoring system.
func (w *tortured) people(r *rooms) {
	ctx := w.Context()
	link, _, err := r.accounts.FirstAdministrator(ctx)
	w.ok(err)
	admin, err := r.accounts.UseLink(ctx, link, torturePassword)
	w.ok(err)
	_, link, err = r.accounts.Create(ctx, admin.Actor(), signin.NewAccount{Login: "op", Name: "受付 一葉", Roles: signin.Roles{actor.Operator}})
	w.ok(err)
	op, err := r.accounts.UseLink(ctx, link, torturePassword)
	w.ok(err)
	w.operator = op.Actor()
	w.token, err = r.accounts.CreateToken(ctx, admin.Actor(), "SIEM", signin.Scopes{actor.AlertWrite}, time.Now().Add(time.Hour))
	w.ok(err)
}

func (w *tortured) register(r *rooms) {
	file, err := demoCSV()
	w.ok(err)
	lines := bytes.SplitAfterN(file, []byte("\n"), 62)
	_, err = r.customers.Import(w.Context(), actor.System("torture"), bytes.NewReader(bytes.Join(lines[:61], nil)), customer.DefaultMapping(), customer.Options{})
	w.ok(err)
	w.ok(r.db.View(w.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &w.customers, `SELECT id FROM customer ORDER BY id`)
	}))
}

// running is one life of the server.
type running struct {
	*exec.Cmd
	url  string // empty when it died before it was ready
	died chan struct{}
	log  bytes.Buffer
}

// start runs the product until it is ready or dead. It dies at crashAt, or, with "", at nothing.
func (w *tortured) start(crashAt string) *running {
	w.Helper()
	p := &running{died: make(chan struct{})}
	p.Cmd = exec.Command(product(w), "serve", "--addr", w.cfg.Addr, "--dir", w.cfg.Dir, "--db", w.cfg.DB,
		"--key-file", w.cfg.KeyFile, "--audit-key-file", w.cfg.AuditKeyFile, "--log-level", "error")
	p.Env = append(os.Environ(), db.CrashEnv+"="+crashAt)
	p.Stderr = &p.log
	out, err := p.StdoutPipe()
	w.ok(err)
	w.ok(p.Start())
	lines := bufio.NewReader(out)
	for p.url == "" {
		line, err := lines.ReadString('\n')
		if _, found, ok := strings.Cut(strings.TrimSpace(line), "ready: "); ok {
			p.url = found
		}
		if err != nil {
			break
		}
	}
	go func() {
		_, _ = lines.WriteTo(&bytes.Buffer{}) // nothing more is said
		_ = p.Wait()                          // how it ended stands in ProcessState
		close(p.died)
	}()
	return p
}

// end waits for the death and says whether it was by SIGKILL.
func (p *running) end() bool {
	<-p.died
	status, ok := p.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// stop ends the server in good order.
func (w *tortured) stop(p *running) {
	w.Helper()
	w.ok(p.Process.Signal(syscall.SIGTERM))
	<-p.died
	if !p.ProcessState.Success() {
		w.Fatalf("a stop in good order ended with %v: %s", p.ProcessState, p.log.String())
	}
}

// signIn gets the session that the callers use from then on.
func (w *tortured) signIn(p *running) {
	w.Helper()
	c := browser()
	res, err := c.PostForm(p.url+"/sign-in", url.Values{"login": {"op"}, "password": {torturePassword}})
	w.ok(err)
	w.ok(res.Body.Close())
	for _, cookie := range res.Cookies() {
		if cookie.Value != "" {
			w.cookie = cookie.Name + "=" + cookie.Value
		}
	}
	if res.StatusCode != http.StatusSeeOther || w.cookie == "" {
		w.Fatalf("sign-in answered %s", res.Status)
	}
}

// browser keeps no cookies and follows no redirect, so that each answer is seen.
func browser() *http.Client {
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// drive lets every caller work against p until done or until the server dies.
func (w *tortured) drive(p *running, work func(*caller, *line) error) {
	var callers sync.WaitGroup
	for _, c := range w.callers {
		callers.Go(func() {
			l := &line{Client: browser(), base: p.url, cookie: w.cookie, token: w.token}
			defer l.CloseIdleConnections()
			if err := work(c, l); err != nil && !errors.Is(err, errGone) {
				w.Errorf("caller %d: %v", c.number, err)
				_ = p.Process.Kill() // the others have nobody to talk to any more
			}
		})
	}
	callers.Wait()
}

// killedAt lets the callers work until the product kills itself at a commit point.
func (w *tortured) killedAt(point string) bool {
	w.Helper()
	p := w.start(point)
	if p.url != "" {
		w.drive(p, func(c *caller, l *line) error { return c.work(l, crowded) })
		if w.alive(p) { // it has outlived all the work: this point was not passed
			w.ok(p.Process.Kill())
			<-p.died
			return false
		}
	}
	if !p.end() {
		w.Fatalf("at %s the product ended with %v: %s", point, p.ProcessState, p.log.String())
	}
	return true
}

// alive asks whether the server still answers, because its death takes a moment to be reported.
func (w *tortured) alive(p *running) bool {
	res, err := browser().Get(p.url + "/healthz")
	if err != nil {
		return false
	}
	w.ok(res.Body.Close())
	return true
}

// crowded is after how many whole calls a caller gives up waiting for the death.
const crowded = 12

// killedAtRandom kills the server from outside after a random time, its start included.
func (w *tortured) killedAtRandom() {
	w.Helper()
	moment := time.Duration(1+w.random.Int64N(400)) * time.Millisecond
	p := w.start("")
	if p.url == "" {
		w.Fatalf("the product did not start: %s", p.log.String())
	}
	timer := time.AfterFunc(moment, func() { _ = p.Process.Kill() })
	defer timer.Stop()
	w.drive(p, func(c *caller, l *line) error { return c.work(l, 1_000_000) })
	if !p.end() {
		w.Fatalf("the product ended with %v: %s", p.ProcessState, p.log.String())
	}
}

func (w *tortured) ok(err error) {
	w.Helper()
	noError(w.T, err)
}
