package bench

import (
	"bytes"
	"compress/gzip"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

var firm struct {
	sync.Once
	dir  string
	took time.Duration
}

// demo makes the fictional firm once for all measurements and gives its folder.
func demo(t *testing.T) string {
	t.Helper()
	binary(t)
	firm.Do(func() {
		firm.dir = filepath.Join(built.dir, "demo")
		start := time.Now()
		s := launch(t, "demo", "--dir", firm.dir, "--addr", "127.0.0.1:0")
		firm.took = time.Since(start)
		s.stop(t)
	})
	return firm.dir
}

// TestBenchStartOfTheDemo measures from the start of the process to the last byte of the first page.
func TestBenchStartOfTheDemo(t *testing.T) {
	wanted(t)
	dir := demo(t)
	figure(t, "demo, first start with 20,000 customers", "%.1f s", firm.took.Seconds())
	var times timings
	for range 7 {
		start := time.Now()
		s := launch(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0")
		s.firstPage(t)
		times = append(times, time.Since(start))
		s.stop(t)
	}
	slices.Sort(times)
	figure(t, "demo, second start to the first page", "p50 %s  worst of %d %s", ms(times.at(.5)), len(times), ms(times[len(times)-1]))
}

// ungzipped fetches an asset and gives its content.
func ungzipped(t *testing.T, u *user, ref string) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(u.get(t, ref)))
	must(t, err)
	b, err := io.ReadAll(r)
	must(t, err)
	return b
}
