package rollup_test

import (
	"strings"
	"sync"
	"testing"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/fault"
)

// TestBothDatabasesAnswerAlike asks everything of an index in a file and of one in PostgreSQL after
// each step: a log, the same again, the log when it grew, a second source.
func TestBothDatabasesAnswerAlike(t *testing.T) {
	t.Parallel()
	text := world(9, 900)
	lite, pg := open(t, 128), beside(t, 128)
	for _, step := range []struct{ name, source, text string }{
		{"a log", "web", lines(text, 400)}, {"the same again", "web", lines(text, 400)}, {"it grew", "web", text},
		{"another source", "app", world(10, 300)}, {"the small one", "extra", small},
	} {
		a, b := lite.load(step.source, step.text), pg.load(step.source, step.text)
		if a != b {
			t.Errorf("%s: %+v and %+v", step.name, a, b)
		}
		if x, y := lite.state(), pg.state(); x != y || !strings.Contains(x, step.source) {
			t.Errorf("%s: the answers differ", step.name)
		}
	}
	bad, err := pg.Verify(t.Context())
	noError(t, err)
	if len(bad) != 0 {
		t.Error(bad)
	}
}

func TestTwoImportsOfOneFileAtOnceCountItOnce(t *testing.T) {
	t.Parallel()
	text := world(11, 600)
	alone := open(t, 100)
	alone.load("web", text)
	both(t, 100, func(t *testing.T, f *fixture) {
		m := mapping(t, "")
		var all sync.WaitGroup
		errs := make([]error, 3)
		for i := range errs {
			all.Go(func() {
				_, errs[i] = f.Import(t.Context(), loader, strings.NewReader(text), rollup.Import{Source: "web", Mapping: m})
			})
		}
		all.Wait()
		for _, err := range errs {
			noError(t, err)
		}
		if f.state() != alone.state() {
			t.Error("differs from one import")
		}
	})
}

func TestAWithdrawnSourceIsAsIfItHadNeverCome(t *testing.T) {
	t.Parallel()
	web, app := world(12, 500), world(13, 300)
	without := open(t, 100)
	without.load("web", web)
	with := open(t, 100)
	with.load("web", web)
	with.load("app", app)
	both(t, 100, func(t *testing.T, f *fixture) {
		f.load("app", app)
		f.load("web", web)
		_, err := f.Withdraw(t.Context(), loader, "app", " ")
		wantKey(t, err, fault.Invalid, "sweep.withdraw.reason")
		_, err = f.Withdraw(t.Context(), loader, "nobody", "another firm's")
		wantKey(t, err, fault.NotFound, "sweep.withdraw.none")
		if f.state() != with.state() {
			t.Error("a refused withdrawal changed something")
		}
		gone, err := f.Withdraw(t.Context(), loader, "app", "another firm's log")
		noError(t, err)
		if len(gone) != 3 || f.state() != without.state() {
			t.Errorf("%d segments went; the answers are those of a store without it: %v", len(gone), f.state() == without.state())
		}
		if n := f.files(); n != 8 {
			t.Errorf("%d files: those that went are kept aside", n)
		}
		f.load("app", app)
		if f.state() != with.state() {
			t.Error("given again it is not there again")
		}
	})
}

func TestAnImportThatFailedHalfwayCanBeWithdrawn(t *testing.T) {
	t.Parallel()
	both(t, 50, func(t *testing.T, f *fixture) {
		text := world(14, 200)
		_, err := f.Import(t.Context(), loader, &failing{strings.NewReader(text), len(text) / 2}, rollup.Import{Source: "web", Mapping: mapping(t, "")})
		if err == nil {
			t.Fatal("the disk did not fail")
		}
		_, err = f.Withdraw(t.Context(), loader, "web", "cut off")
		noError(t, err)
		cover, err := f.Coverage(t.Context())
		noError(t, err)
		if len(cover) != 0 {
			t.Errorf("%+v", cover)
		}
	})
}
