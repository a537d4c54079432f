package mail_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"tasuke/contacts/mail"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault"
)

const (
	crashDSN  = "MAIL_TEST_CRASH_DSN"
	crashKeys = "MAIL_TEST_CRASH_KEYS"
	crashAddr = "MAIL_TEST_CRASH_ADDR"
	crashMail = "MAIL_TEST_CRASH_MAIL"
)

// TestCrashChild is not a test: it is the process that TestNoKillLosesOrDoublesALetter kills.
func TestCrashChild(t *testing.T) {
	if os.Getenv(crashDSN) == "" {
		t.Skip("runs as a child only")
	}
	d, err := db.Open(t.Context(), os.Getenv(crashDSN))
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, addr: os.Getenv(crashAddr)}
	w := &world{t: t, d: d, vault: keysOf(t, os.Getenv(crashKeys)), clock: dbtest.Clock(d, opening)}
	w.open(p.plain(), 0)
	w.perform(os.Getenv(crashMail))
}

func keysOf(t *testing.T, file string) *vault.Vault {
	t.Helper()
	ring, err := vault.LoadKeys(file)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.New(ring)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestNoKillLosesOrDoublesALetter kills the process with SIGKILL at each point of a delivery, starts it again
// and looks at what the mail server has.
func TestNoKillLosesOrDoublesALetter(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		point   string
		script  script
		arrived int // before the restart
		after   mail.State
	}{
		"before the attempt is written down":         {"effect.leased", script{}, 0, mail.Queued},
		"connected, and nothing said of the letter":  {"mail.before_leaving", script{}, 0, mail.Sending},
		"about to say it":                            {"effect.leaving", script{}, 0, mail.Unknown},
		"the letter said, but for its end":           {"mail.before_end", script{}, 0, mail.Unknown},
		"the letter taken, and nobody wrote it down": {"mail.after_data", script{}, 1, mail.Unknown},
		"put off, and nobody wrote it down":          {"mail.note", answers("rcpt", no(451, 4, 2, 0)), 0, mail.Unknown},
		"put off, and the effect does not know it":   {"mail.noted", answers("rcpt", no(451, 4, 2, 0)), 0, mail.Unknown},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for dialect, dsn := range map[string]func(testing.TB) string{
				"sqlite": func(t testing.TB) string { return filepath.Join(t.TempDir(), "t.db") }, "postgres": dbtest.PostgresDSN,
			} {
				t.Run(dialect, func(t *testing.T) {
					t.Parallel()
					w, p, id := killed(t, dsn(t), c.point, c.script)
					if n := len(p.mails()); n != c.arrived {
						t.Fatal(n, "arrived before the restart")
					}
					w.clock.Add(10 * time.Second) // the lease of the dead is over
					w.must(w.effects.Recover(t.Context()))
					if r := w.get(id); r.State != c.after {
						t.Fatal(r.State, "after the restart")
					}
					p.follow(script{})
					exactlyOnce(w, p, id)
				})
			}
		})
	}
}

// exactlyOnce lets a letter find its end: by itself, or by a person who asks the recipient.
func exactlyOnce(w *world, p *peer, id string) {
	w.t.Helper()
	r := w.get(id)
	if r.State == mail.Unknown {
		if r.Problem == "" || len(w.ended) != 1 {
			w.t.Fatal("nobody is told that it is unknown", r.Problem, w.ended)
		}
		if len(p.mails()) > 0 {
			w.decide(id, mail.Arrived)
		} else {
			w.decide(id, mail.NotArrived)
		}
	}
	if w.get(id).State != mail.Sent {
		w.perform(id)
	}
	w.is(w.get(id), mail.Sent, w.get(id).Code, "")
	w.perform(id)
	if n := len(p.mails()); n != 1 {
		w.t.Fatal("it arrived", n, "times")
	}
}

func killed(t *testing.T, dsn, point string, s script) (*world, *peer, string) {
	t.Helper()
	keys := filepath.Join(t.TempDir(), "keys")
	if err := vault.CreateKeyFile(keys); err != nil {
		t.Fatal(err)
	}
	p := newPeer(t, "", "")
	p.follow(s)
	d := dbtest.Open(t, dsn)
	w := &world{t: t, d: d, vault: keysOf(t, keys), clock: dbtest.Clock(d, opening)}
	w.open(p.plain(), 0)
	id := w.put(letter())
	child := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-test.run=^TestCrashChild$") //nolint:gosec // this very test
	child.Env = append(os.Environ(), crashDSN+"="+dsn, crashKeys+"="+keys, crashAddr+"="+p.addr, crashMail+"="+id, db.CrashEnv+"="+point)
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
	return w, p, id
}
