// Package bench measures the product as people run it: a built binary, spoken to over HTTP, with
// durable writes; the engine of playbooks also by its stores, in this process. `make bench` runs it
// and prints one table at the end; `make bench PKG=./bench ONLY=Engine` runs a part. Figures are
// compared by their ratio to a floor of the same run. What is promised in so many steps a second,
// seconds or percent (the engine, its start and its rest) fails when it is not kept.
package bench

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain prints the table after the last measurement.
func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		if err := os.RemoveAll(built.dir); err != nil {
			fmt.Fprintln(os.Stderr, "remove the built product:", err)
		}
	}
	table.print()
	os.Exit(code)
}

// wanted skips a measurement that was not asked for: it takes minutes and wants a quiet machine.
func wanted(t *testing.T) {
	t.Helper()
	if os.Getenv("TASUKE_BENCH") == "" {
		t.Skip("measurements run with make bench")
	}
}

// table collects figures in the order in which they were taken.
var table figures

type figures struct {
	mu    sync.Mutex
	lines [][2]string
}

// figure hands a result to the test's report and to the table.
func figure(t *testing.T, what, value string, args ...any) {
	t.Helper()
	value = fmt.Sprintf(value, args...)
	t.Attr(strings.ReplaceAll(what, " ", "-"), value)
	table.mu.Lock()
	defer table.mu.Unlock()
	table.lines = append(table.lines, [2]string{what, value})
}

func (f *figures) print() {
	if len(f.lines) == 0 {
		return
	}
	wide := 0
	for _, l := range f.lines {
		wide = max(wide, len(l[0]))
	}
	fmt.Printf("\nMeasured on %d cores, %s %s, %s, load %s\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), load())
	for _, l := range f.lines {
		fmt.Printf("  %-*s  %s\n", wide, l[0], l[1])
	}
}

func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// timings are the times of many equal acts.
type timings []time.Duration

func (s timings) at(part float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	return s[min(int(part*float64(len(s))), len(s)-1)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000) }
