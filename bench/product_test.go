package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/signin"
	"tasuke/internal/vault"
	"tasuke/migrations"
)

// built is the product, built once.
var built struct {
	sync.Once
	dir, file string
	err       error
}

func binary(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "tasuke-bench"); built.err != nil {
			return
		}
		built.file = filepath.Join(built.dir, "tasuke")
		out, err := exec.Command("go", "build", "-tags=sqlite_fts5", "-buildvcs=false", "-o", built.file, "tasuke/cmd/tasuke").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	must(t, built.err)
	return built.file
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// place is an installation with one operator, before its server is started.
type place struct {
	dir, dsn, keys, auditKey string
	dialect                  db.Dialect
}

const password = "correct horse battery 17"

// newPlace makes one on SQLite, or on the PostgreSQL server of the run.
func newPlace(t *testing.T, dialect db.Dialect) place {
	t.Helper()
	p := place{dir: t.TempDir(), dialect: dialect}
	p.dsn = filepath.Join(p.dir, "tasuke.db")
	if dialect == db.Postgres {
		u, err := url.Parse(dbtest.PostgresDSN(t))
		must(t, err)
		q := u.Query()
		q.Del("pool_max_conns") // as many as a firm has that says nothing
		u.RawQuery = q.Encode()
		p.dsn = u.String()
	}
	p.keys, p.auditKey = filepath.Join(p.dir, "data.key"), filepath.Join(p.dir, "audit.key")
	must(t, vault.CreateKeyFile(p.keys))
	_, err := audit.CreateKey(p.auditKey)
	must(t, err)
	p.change(t, func(d *db.DB) error {
		accounts := signin.New(d, signin.Options{})
		link, _, err := accounts.FirstAdministrator(t.Context())
		must(t, err)
		admin, err := accounts.UseLink(t.Context(), link, password)
		must(t, err)
		_, link, err = accounts.Create(t.Context(), admin.Actor(), signin.NewAccount{Login: "op", Name: "受付 一葉", Roles: signin.Roles{actor.Operator}})
		must(t, err)
		_, err = accounts.UseLink(t.Context(), link, password)
		return err
	})
	return p
}

// change works on the database while no server runs.
func (p place) change(t testing.TB, fn func(*db.DB) error) {
	t.Helper()
	d, err := db.Open(context.Background(), p.dsn)
	must(t, err)
	must(t, errors.Join(migrations.Up(context.Background(), d), fn(d), d.Close()))
}

func (p place) args(command ...string) []string {
	return append(command, "--dir", p.dir, "--db", p.dsn, "--key-file", p.keys, "--audit-key-file", p.auditKey, "--log-level", "error")
}

// server is a running product.
type server struct {
	*exec.Cmd
	url  string
	log  bytes.Buffer
	done chan struct{}
}

// launch starts the binary and comes back when the first page can be fetched.
func launch(t testing.TB, args ...string) *server {
	t.Helper()
	s := &server{done: make(chan struct{})}
	s.Cmd = exec.Command(binary(t), args...)
	s.Stderr = &s.log
	out, err := s.StdoutPipe()
	must(t, err)
	must(t, s.Start())
	lines := bufio.NewReader(out)
	for s.url == "" {
		line, err := lines.ReadString('\n')
		if _, found, ok := strings.Cut(strings.TrimSpace(line), "ready: "); ok {
			s.url = found
		}
		if err != nil && s.url == "" {
			t.Fatalf("the product did not start: %s", s.log.String())
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		_ = s.Wait() // how it ended stands in ProcessState
		close(s.done)
	}()
	t.Cleanup(func() { s.stop(t) })
	return s
}

func (s *server) stop(t testing.TB) {
	t.Helper()
	select {
	case <-s.done:
		return
	default:
	}
	must(t, s.Process.Signal(syscall.SIGTERM))
	<-s.done
	if !s.ProcessState.Success() {
		t.Fatalf("the product ended with %v: %s", s.ProcessState, s.log.String())
	}
}

// memory gives a line of the kernel's status of the process in MB: VmRSS now, VmHWM at most.
func (s *server) memory(t testing.TB, line string) float64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Process.Pid))
	must(t, err)
	for l := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(l, line+":"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			must(t, err)
			return float64(kb) / 1024
		}
	}
	t.Fatalf("no %s in the status of the process", line)
	return 0
}

// cpu is the time that the process has used, in its own code and in the kernel's. The kernel counts
// it in hundredths of a second.
func (s *server) cpu(t testing.TB) time.Duration {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.Process.Pid))
	must(t, err)
	_, rest, _ := strings.Cut(string(b), ") ") // behind the name, which may hold spaces
	fields := strings.Fields(rest)
	var ticks int
	for _, f := range fields[11:13] { // utime, stime
		n, err := strconv.Atoi(f)
		must(t, err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// user is a browser with a session.
type user struct {
	*http.Client
	url, cookie string
}

// signedIn signs in; clients is how many connections are kept open.
func (s *server) signedIn(t testing.TB, login, secret string, clients int) *user {
	t.Helper()
	u := &user{url: s.url, Client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: clients, MaxConnsPerHost: clients, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	res, err := u.PostForm(s.url+"/sign-in", url.Values{"login": {login}, "password": {secret}})
	must(t, err)
	must(t, res.Body.Close())
	for _, c := range res.Cookies() {
		if c.Value != "" {
			u.cookie = c.Name + "=" + c.Value
		}
	}
	if res.StatusCode != http.StatusSeeOther || u.cookie == "" {
		t.Fatalf("sign-in answered %s", res.Status)
	}
	return u
}

// ask sends a request with gzip accepted and gives the answer with what came over the wire.
func (u *user) ask(method, path string, form url.Values) (*http.Response, []byte, error) {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, u.url+path, body)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Cookie", u.cookie)
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("Accept-Language", "ja")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := u.Do(req)
	if err != nil {
		return nil, nil, err
	}
	b, err := io.ReadAll(res.Body)
	return res, b, errors.Join(err, res.Body.Close())
}

// get fails the test unless the answer is 200.
func (u *user) get(t testing.TB, path string) []byte {
	t.Helper()
	res, b, err := u.ask(http.MethodGet, path, nil)
	must(t, err)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s answered %s", path, res.Status)
	}
	return b
}
