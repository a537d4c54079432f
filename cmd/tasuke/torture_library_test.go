package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/playbooks"
)

// torturePlaybook has a part with a loop of ways that run at once, with waits, retries and approvals.
const torturePlaybook = "PB-T1"

// inLibrary are the commit points that every one of these playbooks passes, most of them of the engine and
// of its effects. The last two stand right before and right after what cannot be taken back.
var inLibrary = []string{
	"case.open", "containment.request", "effect.after", "effect.before", "effect.leased", "effect.leaving", "effect.queued", "effect.reclaimed",
	"effect.result", "incident.open", "inquiry.start", "inquiry.submit", "loop.pass", "run.child", "run.child_ended", "run.start", "step.action",
	"step.approval", "step.complete", "step.ended", "step.leaving", "step.resolve", "step.wait", "tx.after_commit", "tx.before_commit",
	"torture.outside", "torture.reached",
}

// library are the playbooks of this torture, with the points that not all of them pass, and with later
// passings of some by one life of a node.
var library = map[string][]string{
	"PB-01":         slices.Concat([]string{"counts.take", "filing.derive", "step.event"}, muchLater),
	"PB-02":         slices.Concat([]string{"counts.take", "filing.derive", "step.event"}, muchLater),
	torturePlaybook: {"facts.save", "effect.result@3", "tx.before_commit@12", "tx.after_commit@12"},
}

var muchLater = []string{"step.complete@12", "effect.result@7", "step.ended@4", "effect.queued@6", "tx.before_commit@45", "tx.after_commit@70"}

// shelfOf is an installation that works playbooks one after the other, and is killed at it.
type shelfOf struct {
	*mortals
	outside string
	begun   int // playbooks that were begun
	seen    effects
	calm    map[string][]string // how each ends undisturbed
}

// TestEveryPlaybookKilledAnywhereEndsAsIfNothingHadHappened has PB-01, PB-02 and the torture playbook
// worked to their ends by nodes that die by SIGKILL at each named point and at random moments: one
// process on SQLite, two at once on PostgreSQL. Each ends as an undisturbed one does; what leaves the
// house leaves once, or a person is asked to look. With TASUKE_TORTURE=1 there are 300 random moments
// on each database, without a few deaths.
func TestEveryPlaybookKilledAnywhereEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			s := shelfOn(t, dialect)
			if os.Getenv("TASUKE_TORTURE") == "" {
				s.little()
			} else {
				s.all(300)
			}
			s.report()
		})
	}
}

// little is a few deaths in the smallest playbook.
func (s *shelfOf) little() {
	s.Helper()
	s.works(torturePlaybook)
	s.points = []string{"torture.reached", "run.child_ended", "effect.leased"}
	s.works(torturePlaybook)
	s.moments = 2
	s.works(torturePlaybook)
}

// all kills at every point of every playbook, and then at so many random moments.
func (s *shelfOf) all(moments int) {
	s.Helper()
	for _, slug := range slices.Sorted(maps.Keys(library)) {
		s.works(slug)
		s.points = slices.Concat(inLibrary, library[slug])
		for len(s.points) > 0 && !s.Failed() {
			before := len(s.points)
			s.works(slug)
			if len(s.points) == before {
				s.Fatalf("%s does not pass %v", slug, s.points)
			}
		}
	}
	for n := 0; s.hits[anytime] < moments && !s.Failed(); n++ {
		s.moments = min(moments-s.hits[anytime], 15)
		s.works(slices.Sorted(maps.Keys(library))[n%len(library)])
	}
}

func shelfOn(t *testing.T, dialect db.Dialect) *shelfOf {
	t.Helper()
	s := &shelfOf{mortals: &mortals{tortured: installed(t, dialect, tortures), nodes: 1, alive: map[int]*life{}, said: map[string]int{}}, calm: map[string][]string{}}
	if dialect == db.Postgres {
		s.nodes = 2
	}
	s.outside = filepath.Join(t.TempDir(), "outside")
	return s
}

// tortures publishes the torture playbook and starts the clock that the nodes share, in a year whose
// holidays are known to nobody yet, on a Tuesday morning in Japan.
func tortures(t testing.TB, r *rooms) {
	t.Helper()
	for _, file := range []string{"torture_part.yaml", "torture.yaml"} {
		text, err := os.ReadFile("../../workflow/testdata/" + file)
		must(t, err)
		def, problems := playbooks.Parse(text)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		_, err = r.runs.Publish(t.Context(), actor.System("test"), def)
		must(t, err)
	}
	must(t, r.db.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE torture_clock (at BIGINT NOT NULL)`)
		if err == nil {
			_, err = tx.Exec(ctx, `INSERT INTO torture_clock (at) VALUES (?)`, db.At(time.Date(2030, 1, 15, 1, 0, 0, 0, time.UTC)))
		}
		return err
	}))
}

// longestWork ends work that has come to a stop.
const longestWork = 10 * time.Minute

// works has the nodes work a playbook to its end, and looks at the end.
func (s *shelfOf) works(slug string) {
	s.Helper()
	if s.Failed() {
		return
	}
	a := assignment{Config: s.cfg, Number: s.begun, Slug: slug, Customer: s.customers[s.begun%len(s.customers)], Outside: s.outside}
	s.begun++
	s.atWork = longestLife
	if slug == torturePlaybook { // which is soon worked
		s.atWork /= 4
	}
	s.deaths, s.failed = 0, nil
	s.tuesday()
	ctx, stop := context.WithTimeout(s.Context(), longestWork)
	defer stop()
	s.stop = stop
	var nodes sync.WaitGroup
	for n := range s.nodes {
		a.Node = n
		told, err := yaml.Marshal(a)
		s.ok(err)
		nodes.Go(func() { s.keep(ctx, n, libraryEnv+"="+string(told), func() {}) })
	}
	nodes.Wait()
	if s.failed != nil || ctx.Err() != nil {
		s.Errorf("%s, the %dth, in which nodes died %d times, does not go on: %v", slug, a.Number, s.deaths, errors.Join(s.failed, ctx.Err()))
	}
	s.ended(a)
}

// tuesday lets time go by to the next Tuesday morning, so that all begin on the same day of the week.
func (s *shelfOf) tuesday() {
	s.Helper()
	r, err := open(s.Context(), s.cfg)
	s.ok(err)
	defer func() { s.ok(r.close()) }()
	s.ok(r.db.Update(s.Context(), func(ctx context.Context, tx *db.Tx) error {
		var at db.Instant
		if err := tx.Get(ctx, &at, `SELECT at FROM torture_clock`); err != nil {
			return err
		}
		first := db.At(time.Date(2030, 1, 15, 1, 0, 0, 0, time.UTC))
		const week = db.Instant(7 * 24 * time.Hour / time.Microsecond)
		_, err := tx.Exec(ctx, `UPDATE torture_clock SET at = ?`, first+((at-first)/week+1)*week)
		return err
	}))
}

// ended compares the end with that of an undisturbed run, which is the first.
func (s *shelfOf) ended(a assignment) {
	s.Helper()
	r, err := open(s.Context(), s.cfg)
	s.ok(err)
	defer func() { s.ok(r.close()) }()
	a.Node = 1 // who only looks
	w, err := a.on(s.Context(), r)
	s.ok(err)
	_, err = w.begin(s.Context())
	s.ok(err)
	got := w.standing(s.Context())
	if s.Failed() {
		s.Log(strings.Join(got, "\n"))
		return
	}
	if s.calm[a.Slug] == nil {
		s.calm[a.Slug] = got
		if s.deaths > 0 || !slices.Contains(got, a.Slug+"  0: ended done ") {
			s.Errorf("undisturbed, %s did not end well, or nodes died %d times", a.Slug, s.deaths)
		}
	}
	if !slices.Equal(got, s.calm[a.Slug]) {
		s.Errorf("%s, the %dth, in which nodes died %d times, ended otherwise: %s", a.Slug, a.Number, s.deaths, differ(s.calm[a.Slug], got))
	}
	for what, query := range libraryNever {
		n, err := one[int](s.Context(), r.db, query, w.incident)
		if s.ok(err); n != 0 {
			s.Errorf("%s, the %dth: %d %s", a.Slug, a.Number, n, what)
		}
	}
	s.once(w)
	s.sound(r.db)
}

// once counts what left the house.
func (s *shelfOf) once(w *worker) {
	s.Helper()
	e, err := w.outsideOf(s.Context())
	s.ok(err)
	s.seen = effects{s.seen.left + e.left, s.seen.doubled + e.doubled, s.seen.lost + e.lost, s.seen.confirmed + e.confirmed}
	if e.doubled+e.lost > 0 {
		s.Errorf("%s, the %dth: %d effects twice, %d lost", w.Slug, w.Number, e.doubled, e.lost)
	}
}

func (s *shelfOf) report() {
	s.Attr("torture-library", fmt.Sprintf("%d whole runs, %d nodes at once, %d deaths, %d of them at random moments, %d effects left the house, %d twice, %d lost, %d put before a person",
		s.begun, s.nodes, total(s.hits), s.hits[anytime], s.seen.left, s.seen.doubled, s.seen.lost, s.seen.confirmed))
	var deaths, others []string
	for _, p := range slices.Sorted(maps.Keys(s.hits)) {
		deaths = append(deaths, fmt.Sprintf("%s %d", p, s.hits[p]))
	}
	s.Attr("torture-library-deaths-at", strings.Join(deaths, ", "))
	if os.Getenv("TASUKE_TORTURE") == "" {
		return
	}
	for _, p := range slices.Concat(inLibrary, []string{"counts.take", "filing.derive", "step.event", "facts.save", anytime}) {
		if s.hits[p] == 0 {
			s.Errorf("no node was ever killed at %s", p)
		}
	}
	for _, p := range commitPoints(s.T) {
		if s.hits[p] == 0 {
			others = append(others, p+": "+killedIn(p))
		}
	}
	s.Attr("torture-library-killed-elsewhere", strings.Join(others, ", "))
}

// killedIn names where else the product is killed at a point.
func killedIn(point string) string {
	switch {
	case slices.Contains(overHTTP, point), slices.Contains(inStory, point):
		return "torture_test.go"
	case slices.Contains(inRun, point):
		return "torture_run_test.go"
	}
	return strings.TrimPrefix(elsewhere[point], "../../")
}
