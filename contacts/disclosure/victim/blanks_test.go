package victim_test

import (
	"strings"
	"testing"

	"tasuke/contacts/disclosure/victim"
)

// Whatever a person types is looked through, also where the firm's own name and numbers stand.
func TestAnotherCustomerHidesInNoBlank(t *testing.T) {
	t.Parallel()
	each(t, 2, map[string]func(*testing.T, *house){
		"not in the desk, its hours or its number, and not in lines cut in two": func(t *testing.T, h *house) {
			other := everybody[60]
			name := other.Family + other.Given
			cut := []rune(name)
			for where, put := range map[string]func(*victim.Content){
				"desk":  func(c *victim.Content) { c.JA.Desk = "担当 " + name },
				"hours": func(c *victim.Content) { c.JA.Hours = name },
				"phone": func(c *victim.Content) { c.Phone = other.Mail },
				"plan":  func(c *victim.Content) { c.JA.Plan = string(cut[:1]) + "\n" + string(cut[1:]) },
			} {
				f := h.form()
				put(&f.Content)
				m := h.begin(f)
				if !h.sheet(m.ID).Items[0].Blocked {
					t.Errorf("%s: %s may leave", where, strings.ReplaceAll(h.sheet(m.ID).Items[0].Text, "\n", " "))
				}
				must(t, h.try(writer, m.ID, victim.CalledOff))
			}
		},
		"and the firm's own desk and number do not stop a notice": func(t *testing.T, h *house) {
			if m := h.begin(h.form()); h.sheet(m.ID).Items[0].Blocked {
				t.Errorf("%+v", h.sheet(m.ID).Items[0].Findings)
			}
		},
	})
}
