package bench

import (
	"html"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	asset  = regexp.MustCompile(`<(?:link|script|img)[^>]*?(?:href|src)="([^"]+)"`)
	stream = regexp.MustCompile(`hx-sse:connect="([^"]+)"`)
	tag    = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|<[^>]*>`)
	face   = regexp.MustCompile(`(?s)src:\s*url\(([^)]+)\).*?unicode-range:\s*([^;}]+)`)
	links  = regexp.MustCompile(`/incidents/[0-9a-f-]{36}`)
)

// TestBenchWeightOfTheIncidentPage counts what a browser fetches for the demo's incident: bytes
// over the wire with gzip accepted, and requests.
func TestBenchWeightOfTheIncidentPage(t *testing.T) {
	wanted(t)
	s := launch(t, "demo", "--dir", demo(t), "--addr", "127.0.0.1:0")
	for _, login := range []string{"ir", "legal"} {
		u := s.signedIn(t, login, "hinata-demo-2026", 1)
		list := links.FindAllString(string(u.get(t, "/incidents")), -1)
		if len(list) == 0 {
			t.Fatal("the list of incidents has none")
		}
		heaviest, page := "", []byte{}
		for _, address := range slices.Compact(list) {
			if b := u.get(t, address); len(b) > len(page) {
				heaviest, page = address, b
			}
		}
		w := weigh(t, u, heaviest, string(page))
		figure(t, "incident page for "+login+", without fonts", "%.1f kB in %d requests and one live stream (page %.1f, scripts and styles %.1f)",
			kB(w.page+w.assets), w.requests, kB(w.page), kB(w.assets))
		figure(t, "  of which noto.css", "%.1f kB: %.1f kB without it", kB(w.fontIndex), kB(w.page+w.assets-w.fontIndex))
		figure(t, "  fonts on a first visit", "%.0f kB in %d more requests, kept for a year", kB(w.fonts), w.slices)
		figure(t, "  a second visit", "%.1f kB in 1 request", kB(w.page))
	}
}

type weight struct {
	page, assets, fontIndex, fonts int
	requests, slices               int
}

func kB(n int) float64 { return float64(n) / 1000 }

func weigh(t *testing.T, u *user, address, page string) weight {
	t.Helper()
	w := weight{page: len(page), requests: 1}
	seen := map[string]bool{}
	for _, m := range asset.FindAllStringSubmatch(page, -1) {
		ref := html.UnescapeString(m[1])
		if seen[ref] || !strings.HasPrefix(ref, "/assets/") {
			continue
		}
		seen[ref] = true
		n := len(u.get(t, ref))
		w.requests++
		w.assets += n
		if strings.HasSuffix(ref, "noto.css") {
			w.fontIndex = n
			w.fonts, w.slices = fonts(t, u, ref, page)
		}
	}
	if w.requests < 4 || !stream.MatchString(page) {
		t.Fatalf("%s: %d requests; the page is not what this test knows", address, w.requests)
	}
	return w
}

// fonts are the slices whose range holds a character of the page.
func fonts(t *testing.T, u *user, ref, page string) (bytes, slices int) {
	t.Helper()
	css := string(ungzipped(t, u, ref))
	text := html.UnescapeString(tag.ReplaceAllString(page, " "))
	for _, m := range face.FindAllStringSubmatch(css, -1) {
		if covers(t, m[2], text) {
			bytes += len(u.get(t, path.Join(path.Dir(ref), strings.Trim(m[1], `"'`))))
			slices++
		}
	}
	if slices == 0 {
		t.Fatal("no font slice covers the page")
	}
	return bytes, slices
}

// covers reports whether a unicode-range, as "U+20-7e, U+3042", holds a character of the text.
func covers(t *testing.T, ranges, text string) bool {
	t.Helper()
	for part := range strings.SplitSeq(ranges, ",") {
		low, high, ok := strings.Cut(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(part)), "U+"), "-")
		if !ok {
			high = low
		}
		from, err := strconv.ParseInt(low, 16, 32)
		must(t, err)
		to, err := strconv.ParseInt(high, 16, 32)
		must(t, err)
		if strings.ContainsFunc(text, func(r rune) bool { return int64(r) >= from && int64(r) <= to }) {
			return true
		}
	}
	return false
}

func TestARangeCoversItsEndsAndNothingElse(t *testing.T) {
	for text, want := range map[string]bool{"あ": true, "い": true, "う": false, "é": true, "z": false} {
		if covers(t, "U+3042-3044, U+E9", text) != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
}
