package workflow_test

import (
	"strings"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// tray is what the product ships: a playbook and the part that it calls.
func tray(t *testing.T, change ...string) (defs []*playbooks.Definition) {
	t.Helper()
	for _, src := range []string{caller, head} {
		defs = append(defs, parsed(t, strings.NewReplacer(change...).Replace(src)))
	}
	return defs
}

func (h *house) newestOf(slug string) (v struct{ By, Body string }) {
	h.t.Helper()
	versions, err := h.Versions(h.t.Context(), product)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, one := range versions {
		if one.Slug == slug && v.By == "" {
			v.By, v.Body = one.PublishedBy, one.Body
		}
	}
	return v
}

func TestTheLibraryOfTheProductStaysOffWhatTheFirmPublished(t *testing.T) {
	firm := actor.System("firm")
	each(t, map[string]func(*testing.T, *house){
		"what nobody else wrote is brought up to date": func(t *testing.T, h *house) {
			for _, text := range []string{"id: phone", "id: telephone"} {
				held, err := h.PublishAll(t.Context(), product, tray(t, "id: phone", text, "[phone]", "["+strings.TrimPrefix(text, "id: ")+"]"))
				if err != nil || len(held) > 0 || !strings.Contains(h.newestOf("PB-80").Body, text+",") {
					t.Errorf("%v, held %v: %+v", err, held, h.newestOf("PB-80"))
				}
			}
		},
		"the firm's own text stays the newest, and what is held is said every time": func(t *testing.T, h *house) {
			if _, err := h.PublishAll(t.Context(), product, tray(t)); err != nil {
				t.Fatal(err)
			}
			own := strings.Replace(caller, "vars.sum > 100", "vars.sum > 500", 1)
			if _, err := h.Publish(t.Context(), firm, parsed(t, own)); err != nil {
				t.Fatal(err)
			}
			if held, err := h.PublishAll(t.Context(), product, tray(t)); err != nil || len(held) > 0 {
				t.Errorf("a text that was a version before is held: %v, %v", held, err)
			}
			for range 2 { // as when the program starts, and again
				held, err := h.PublishAll(t.Context(), product, tray(t, "vars.sum > 100", "vars.sum > 900", "id: rush", "id: hurry", "[rush]", "[hurry]"))
				if err != nil || len(held) != 1 || held[0] != "PB-80" {
					t.Errorf("%v, held %v", err, held)
				}
			}
			if got := h.newestOf("PB-80"); got.By != firm.ID || got.Body != own {
				t.Errorf("published over the firm's: %+v", got)
			}
			if got := h.newestOf("PB-H"); got.By != product.ID || !strings.Contains(got.Body, "id: hurry") {
				t.Errorf("the part, which nobody else wrote, is still %+v", got)
			}
		},
		"a part that the firm's own playbook could not call any more is held, with all that is new": func(t *testing.T, h *house) {
			if _, err := h.PublishAll(t.Context(), product, tray(t)); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Publish(t.Context(), firm, parsed(t, strings.Replace(caller, "vars.sum > 100", "vars.sum > 500", 1))); err != nil {
				t.Fatal(err)
			}
			held, err := h.PublishAll(t.Context(), product, tray(t, "id: customer,", "id: client,", "customer:", "client:"))
			if err != nil || strings.Join(held, " ") != "PB-80 PB-H" {
				t.Errorf("%v, held %v", err, held)
			}
			if got := h.newestOf("PB-H"); !strings.Contains(got.Body, "id: customer") {
				t.Errorf("the part changed under the firm's playbook: %+v", got)
			}
			if _, err := h.tryStart("PB-80"); err != nil {
				t.Errorf("the firm's playbook cannot begin: %v", err)
			}
		},
		"a library that does not fit itself is an error where nobody else wrote anything": func(t *testing.T, h *house) {
			_, err := h.PublishAll(t.Context(), product, tray(t, "id: customer,", "id: client,"))
			if !fault.Is(err, fault.Refused) {
				t.Errorf("%v", err)
			}
		},
	})
}
