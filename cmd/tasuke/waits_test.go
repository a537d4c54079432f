package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestHomeLeadsToWhatWaitsForARole opens every line of the first page's list of checks and approvals.
func TestHomeLeadsToWhatWaitsForARole(t *testing.T) {
	t.Parallel()
	onBoth(t, frozen(), func(t *testing.T, h *house) {
		h.t = t
		for _, w := range h.waits() {
			to, err := url.Parse(w.Href)
			must(t, err)
			readers := 0
			for _, l := range demoLogins {
				who := h.firm.who[l.login]
				if !who.May(w.Need) || w.Role != "" && !who.Has(w.Role) {
					continue
				}
				readers++
				v := h.session(l.login, "ja")
				if a := v.get(w.Href); a.status != http.StatusOK || !strings.Contains(a.body, `value="`+to.Query().Get("state")+`" selected`) {
					t.Errorf("%s: %s does not open as the list narrowed to its state: %d", l.login, w.Href, a.status)
				}
				n, _, err := w.Count(t.Context(), who)
				must(t, err)
				if said := strings.Contains(v.get("/").body, `href="`+w.Href+`"`); said != (n > 0) {
					t.Errorf("%s: %d records wait under %s, the first page names them: %v", l.login, n, w.Href, said)
				}
			}
			if readers == 0 {
				t.Errorf("nobody is concerned by %s", w.Href)
			}
		}
		if a := h.session("op", "ja").get("/"); strings.Contains(a.body, `id="waits"`) {
			t.Error("an operator approves nothing and is shown a list of approvals")
		}
	})
}
