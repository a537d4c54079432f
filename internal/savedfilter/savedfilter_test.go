package savedfilter_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/savedfilter"
	"tasuke/internal/vault/vaulttest"
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "人 " + id, Kind: actor.Person, Roles: roles}
}

var (
	analyst = person("fa", actor.FraudAnalyst)
	other   = person("fa2", actor.FraudAnalyst)
	pr      = person("pr", actor.PR)
	admin   = person("ad", actor.Administrator)
)

func verifying() savedfilter.Filter {
	return savedfilter.Filter{List: "cases", Content: savedfilter.Content{Name: "調査中のもの", Values: map[string]string{"state": "verifying"}}}
}

type house struct {
	*savedfilter.Store
	t *testing.T
	d *db.DB
}

func (h house) save(by actor.Actor, f savedfilter.Filter) savedfilter.Filter {
	h.t.Helper()
	out, err := h.Save(h.t.Context(), by, f)
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// sees says how many filters of the cases a person may use.
func (h house) sees(by actor.Actor, want int) {
	h.t.Helper()
	got, err := h.For(h.t.Context(), by, "cases")
	if err != nil || len(got) != want {
		h.t.Errorf("%s sees %d, want %d: %v", by.ID, len(got), want, err)
	}
}

func TestSavedFilters(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, house){
		"nobody keeps one of a list they may not see": func(t *testing.T, h house) {
			if _, err := h.Save(t.Context(), admin, verifying()); !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
			f := verifying()
			f.List = "payroll"
			if _, err := h.Save(t.Context(), analyst, f); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		},
		"a name is needed, and is not endless": func(t *testing.T, h house) {
			for _, name := range []string{"", " 　", strings.Repeat("長", 61)} {
				f := verifying()
				f.Name = name
				if _, err := h.Save(t.Context(), analyst, f); !fault.Is(err, fault.Invalid) {
					t.Errorf("%q: %v", name, err)
				}
			}
		},
		"one's own is nobody else's": func(t *testing.T, h house) {
			f := h.save(analyst, verifying())
			h.sees(analyst, 1)
			h.sees(other, 0)
			if _, err := h.Use(t.Context(), other, "cases", f.ID); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			if _, err := h.Change(t.Context(), other, f.ID, f.Rev, "x", ""); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		},
		"one shared with a role is used by its people and changed by its owner": func(t *testing.T, h house) {
			f := verifying()
			f.Role = actor.FraudAnalyst
			f = h.save(analyst, f)
			h.sees(other, 1)
			h.sees(pr, 0)
			if got, err := h.Use(t.Context(), other, "cases", f.ID); err != nil || got.Values["state"] != "verifying" || got.Name != "調査中のもの" {
				t.Errorf("%+v %v", got, err)
			}
			if _, err := h.Remove(t.Context(), other, f.ID, f.Rev); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		},
		"one with a typed word stays with its owner": func(t *testing.T, h house) {
			f := verifying()
			f.Values["q"], f.Personal, f.Role = "ヤマダ", true, actor.FraudAnalyst
			if _, err := h.Save(t.Context(), analyst, f); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			f.Role = ""
			f = h.save(analyst, f)
			if _, err := h.Change(t.Context(), analyst, f.ID, f.Rev, f.Name, actor.PR); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		},
		"neither name nor word lies open": func(t *testing.T, h house) {
			f := verifying()
			f.Name, f.Values["q"], f.Personal = "ヤマダ様", "ヤマダ", true
			h.save(analyst, f)
			var sealed []byte
			if err := h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return tx.Get(ctx, &sealed, `SELECT content FROM saved_filter`)
			}); err != nil || strings.Contains(string(sealed), "ヤマダ") {
				t.Error("it does", err)
			}
		},
		"removed it is gone for all, and comes back": func(t *testing.T, h house) {
			f := verifying()
			f.Role = actor.FraudAnalyst
			f = h.save(analyst, f)
			f, err := h.Remove(t.Context(), analyst, f.ID, f.Rev)
			if err != nil {
				t.Fatal(err)
			}
			h.sees(analyst, 0)
			h.sees(other, 0)
			own, err := h.Own(t.Context(), analyst)
			if err != nil || len(own) != 1 || own[0].RemovedAt.IsZero() {
				t.Errorf("%+v %v", own, err)
			}
			if _, err := h.Restore(t.Context(), analyst, f.ID, f.Rev); err != nil {
				t.Error(err)
			}
			h.sees(other, 1)
		},
		"of two who rename it at once the second sees the first": func(t *testing.T, h house) {
			f := h.save(analyst, verifying())
			if _, err := h.Change(t.Context(), analyst, f.ID, f.Rev, "甲", ""); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Change(t.Context(), analyst, f.ID, f.Rev, "乙", ""); !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
			h.sees(analyst, 1)
		},
		"each person has a default of their own": func(t *testing.T, h house) {
			f := verifying()
			f.Role = actor.FraudAnalyst
			f = h.save(analyst, f)
			if err := h.SetDefault(t.Context(), other, "cases", f.ID); err != nil {
				t.Fatal(err)
			}
			if id, err := h.Default(t.Context(), other, "cases"); err != nil || id != f.ID {
				t.Error(id, err)
			}
			if id, err := h.Default(t.Context(), analyst, "cases"); err != nil || id != "" {
				t.Error(id, err)
			}
			if _, err := h.Remove(t.Context(), analyst, f.ID, f.Rev); err != nil {
				t.Fatal(err)
			}
			if id, err := h.Default(t.Context(), other, "cases"); err != nil || id != "" {
				t.Error("a removed filter is the default", id, err)
			}
			if err := h.SetDefault(t.Context(), pr, "cases", f.ID); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				dbtest.Clock(d, time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC))
				test(t, house{savedfilter.NewStore(d, vaulttest.New(t)), t, d})
			})
		})
	}
}
