package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tasuke/internal/db"
)

// overHTTP are the commit points that callers reach through the pages and the API of the real
// binary, inStory those that a process reaches which uses the rooms (torture_story_test.go). What a
// whole run of a playbook passes is tortured beside them (torture_run_test.go).
var (
	overHTTP = []string{
		"alert.take", "case.open", "containment.request", "incident.open", "inquiry.draft", "inquiry.start", "inquiry.submit",
		"run.start", "tx.after_commit", "tx.before_commit",
	}
	inStory = []string{
		"case.agree", "case.edit", "case.move", "case.note", "clock.confirm", "clock.record", "containment.change",
		"incident.agree", "incident.edit", "incident.move", "step.complete",
	}
)

// TestKilledAtEveryCommitPointNothingAcknowledgedIsLostOrDoubled kills the product with SIGKILL at
// each named commit point and at random moments (10, with TASUKE_TORTURE=1 200) on one
// installation, restarts it, lets every user send again what was not answered, and looks at
// what is there.
func TestKilledAtEveryCommitPointNothingAcknowledgedIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	points := slices.Sorted(slices.Values(slices.Concat(overHTTP, inStory)))
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			w := torturedOn(t, dialect)
			w.killAt(points)
			w.killAtRandom()
			w.finish()
			w.report(points)
		})
	}
}

func (w *tortured) killAt(points []string) {
	w.Helper()
	for n := range 3 {
		w.callers = append(w.callers, &caller{number: n, operator: w.operator.ID, customers: w.customers[20*n : 20*n+20]})
	}
	p := w.start("")
	w.signIn(p)
	w.stop(p)
	for _, point := range points {
		killed := w.toldUntil
		if slices.Contains(overHTTP, point) {
			killed = w.killedAt
		}
		for _, passing := range passings(point) {
			if killed(fmt.Sprintf("%s@%d", point, passing)) {
				w.hits[point]++
			}
			w.examine(point)
		}
	}
}

// passings says at which times a point is passed the process dies there: once early, once with
// work behind it. The first transactions of a life are those of the start.
func passings(point string) []int {
	switch {
	case strings.HasPrefix(point, "tx."):
		return []int{1, 2, 3, 9, 40, 41, 42, 43}
	case slices.Contains(overHTTP, point):
		return []int{1, 4}
	}
	return []int{1}
}

func (w *tortured) killAtRandom() {
	w.Helper()
	moments := 10
	if os.Getenv("TASUKE_TORTURE") != "" {
		moments = 200
	}
	for range moments {
		w.killedAtRandom()
		w.hits["random"]++
		w.examine("a random moment")
	}
}

// finish lets everybody come to the end of the call under way, stops in good order, and has the
// product itself verify the trail with the checkpoint that it exported.
func (w *tortured) finish() {
	w.Helper()
	p := w.start("")
	w.drive(p, func(c *caller, l *line) error { return c.work(l, 1) })
	w.stop(p)
	for _, c := range w.callers {
		for _, t := range c.calls {
			if t.done == "" {
				w.Errorf("the call %s did not come to its end", t.no)
			}
		}
	}
	out, err := runProduct(w.T, "verify", "--db", w.cfg.DB, "--key", w.cfg.AuditKeyFile+".pub", "--checkpoint", newestCheckpoint(w.T, w.cfg.CheckpointDir), "--lang", "en")
	if err != nil || !strings.Contains(out, "nothing wrong was found") || strings.Contains(out, "not in the tree yet") {
		w.Errorf("verify: %v\n%s", err, out)
	}
	w.examine("the last stop")
}

func (w *tortured) report(points []string) {
	calls, alarms := 0, 0
	for _, c := range w.callers {
		calls += len(c.calls)
		for _, m := range c.alarms {
			if m.incident != "" {
				alarms++
			}
		}
	}
	w.Attr("torture-acknowledged", fmt.Sprintf("%d calls and %d alerts across %d deaths", calls, alarms, total(w.hits)))
	deaths := make([]string, 0, len(points)+1)
	for _, point := range append(points, "random") {
		deaths = append(deaths, fmt.Sprintf("%s %d", point, w.hits[point]))
		if w.hits[point] == 0 {
			w.Errorf("the product was never killed at %s", point)
		}
	}
	w.Attr("torture-deaths-at", strings.Join(deaths, ", "))
}

func total(m map[string]int) (n int) {
	for v := range maps.Values(m) {
		n += v
	}
	return n
}

// commitPoints finds every db.Crash("name") of the product, so that a new one is tortured too.
func commitPoints(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	root := os.DirFS(filepath.Join("..", ".."))
	noError(t, fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir(), filepath.Ext(file) != ".go", strings.HasSuffix(file, "_test.go"):
			return nil
		}
		src, err := fs.ReadFile(root, file)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if name := crashPoint(n); name != "" {
				found[name] = true
			}
			return true
		})
		return nil
	}))
	points := slices.Sorted(maps.Keys(found))
	if len(points) < 15 {
		t.Fatalf("only %d commit points found: %v", len(points), points)
	}
	return points
}

// crashPoint is the name in db.Crash("name"), or "".
func crashPoint(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return ""
	}
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	arg, ok := call.Args[0].(*ast.BasicLit)
	if name != "Crash" || !ok {
		return ""
	}
	point, err := strconv.Unquote(arg.Value)
	if err != nil {
		return ""
	}
	return point
}
