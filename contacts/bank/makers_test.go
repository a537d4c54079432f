package bank_test

import (
	"context"
	"slices"
	"testing"

	"tasuke/contacts/bank"
	"tasuke/internal/db"
)

func (h *house) makers() (ids []string) {
	h.t.Helper()
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		ids, err = h.Makers(ctx, tx, h.incident.ID)
		return err
	}))
	return ids
}

func TestWhoWroteWhatIsToBeApproved(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"nobody, before a letter is checked": func(t *testing.T, h *house) {
			h.ready()
			if got := h.makers(); len(got) != 0 {
				t.Errorf("%v", got)
			}
		},
		"everybody who opened or edited a request or made its letter, and not who checked it": func(t *testing.T, h *house) {
			h.checked()
			if got := h.makers(); !slices.Equal(got, []string{maker.ID}) {
				t.Errorf("%v", got)
			}
			r := h.begin(third)
			other := person("other-maker", maker.Roles...)
			r, err := h.MakeLetter(t.Context(), other, r.ID, r.Rev)
			must(t, err)
			_, err = h.Check(t.Context(), checker, r.ID, r.Rev, "2222222")
			must(t, err)
			want := []string{maker.ID, other.ID}
			slices.Sort(want)
			if got := h.makers(); !slices.Equal(got, want) {
				t.Errorf("%v", got)
			}
		},
		"not of a request that was edited since, nor of one that left": func(t *testing.T, h *house) {
			r := h.checked()
			h.sent(third)
			if _, err := h.Edit(t.Context(), maker, r.ID, r.Rev, form()); err != nil {
				t.Fatal(err)
			}
			if got := h.makers(); len(got) != 0 {
				t.Errorf("%v", got)
			}
		},
		"of this incident only": func(t *testing.T, h *house) {
			h.checked(func(*bank.Form) {})
			h.incident.ID = "another"
			if got := h.makers(); len(got) != 0 {
				t.Errorf("%v", got)
			}
		},
	})
}
