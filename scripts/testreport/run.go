package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// outputLines is how much of one test's output is kept: the first lines name the fault, the rest of a
// stack dump of all goroutines hides it.
const outputLines = 200

// count is of tests without subtests; one that only groups others is not counted, unless it fails by itself.
type count struct{ passed, failed, skipped int }

func (c *count) add(action string) {
	switch action {
	case "pass":
		c.passed++
	case "fail":
		c.failed++
	case "skip":
		c.skipped++
	}
}

func (c count) String() string {
	s := fmt.Sprintf("%d passed, %d failed", c.passed, c.failed)
	if c.skipped > 0 {
		s += fmt.Sprintf(", %d skipped", c.skipped)
	}
	return s
}

// run is what the events up to now add up to.
type run struct {
	out                     io.Writer
	packages                map[string]*pack
	all, sqlite, postgres   count
	figures, failed, builds []string
}

// pack is one package while its tests run. The test named "" stands for the package itself.
type pack struct {
	count
	output       map[string][]string
	groups       map[string]bool // tests that have subtests
	failedInside map[string]bool // groups in which a subtest failed
}

func (r *run) take(e event) {
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "build-fail":
		r.builds = append(r.builds, e.ImportPath)
	default:
		if e.Package == "" {
			return
		}
		p := r.packages[e.Package]
		if p == nil {
			p = &pack{output: map[string][]string{}, groups: map[string]bool{}, failedInside: map[string]bool{}}
			r.packages[e.Package] = p
		}
		r.takeIn(p, e)
	}
}

func (r *run) takeIn(p *pack, e event) {
	switch e.Action {
	case "run":
		for up := parent(e.Test); up != ""; up = parent(up) {
			p.groups[up] = true
		}
	case "output":
		if len(p.output[e.Test]) < outputLines {
			p.output[e.Test] = append(p.output[e.Test], e.Output)
		}
	case "attr":
		r.figures = append(r.figures, fmt.Sprintf("%s: %s = %s", e.Test, e.Key, e.Value))
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.closePackage(p, e)
		} else {
			r.closeTest(p, e)
		}
	}
}

func (r *run) closeTest(p *pack, e event) {
	if e.Action == "fail" {
		for up := parent(e.Test); up != ""; up = parent(up) {
			p.failedInside[up] = true
		}
		r.failed = append(r.failed, e.Package+" "+e.Test)
		r.print(p.output[e.Test])
	}
	delete(p.output, e.Test)
	if p.groups[e.Test] && (e.Action != "fail" || p.failedInside[e.Test]) {
		return
	}
	p.add(e.Action)
	r.all.add(e.Action)
	path := strings.Split(e.Test, "/")
	if slices.Contains(path, "sqlite") {
		r.sqlite.add(e.Action)
	}
	if slices.Contains(path, "postgres") {
		r.postgres.add(e.Action)
	}
}

func (r *run) closePackage(p *pack, e event) {
	if e.Action == "fail" && p.failed == 0 { // did not build, panicked, ran out of time, or TestMain gave up
		p.failed, r.all.failed = 1, r.all.failed+1
		r.failed = append(r.failed, e.Package)
		for _, test := range slices.Sorted(maps.Keys(p.output)) { // those still running, and the package itself
			r.print(p.output[test])
		}
	}
	delete(r.packages, e.Package)
	word := map[string]string{"pass": "ok", "fail": "FAIL", "skip": ""}[e.Action]
	if word != "" && p.count != (count{}) {
		fmt.Fprintf(r.out, "%-5s %-40s %6.1fs  %s\n", word, e.Package, e.Elapsed, p.count)
	}
}

// close prints the sums. Packages that never ended count as failed: go itself was stopped.
func (r *run) close() bool {
	for name := range r.packages {
		r.all.failed++
		r.failed = append(r.failed, name+" (did not end)")
	}
	for _, name := range r.builds {
		fmt.Fprintln(r.out, "did not build:", name)
	}
	for _, line := range r.figures {
		fmt.Fprintln(r.out, line)
	}
	for _, name := range r.failed {
		fmt.Fprintln(r.out, "FAIL:", name)
	}
	fmt.Fprintf(r.out, "on SQLite: %s\non PostgreSQL: %s\nin all:\n%s\n", r.sqlite, r.postgres, r.all)
	return r.all.failed == 0 && len(r.builds) == 0 && r.all.passed > 0
}

// print leaves out the lines by which go test marks where a test starts, waits and goes on.
func (r *run) print(lines []string) {
	for _, line := range lines {
		if !strings.HasPrefix(line, "=== ") {
			fmt.Fprint(r.out, line)
		}
	}
}

// parent of "TestA/b/c" is "TestA/b"; of "TestA" it is "". A name with slashes of its own gives parents that
// never ran, which harms nothing.
func parent(test string) string {
	i := strings.LastIndexByte(test, '/')
	if i < 0 {
		return ""
	}
	return test[:i]
}
