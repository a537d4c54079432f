package oncall_test

import (
	"context"
	"testing"
	"time"

	"tasuke/contacts/oncall"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
)

// start is eleven at night in Japan.
var start = time.Date(2026, 11, 4, 14, 0, 0, 0, time.UTC)

var (
	boss = actor.Actor{ID: "boss", Name: "長", Kind: actor.Person, Roles: []actor.Role{actor.Supervisor}}
	hana = actor.Actor{ID: "hana", Name: "花", Kind: actor.Person, Roles: []actor.Role{actor.FraudAnalyst}}
	none = actor.Actor{ID: "none", Name: "無", Kind: actor.Person, Roles: []actor.Role{actor.Administrator}}
)

type house struct {
	*oncall.Store
	t *testing.T
	d *db.DB
}

func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				dbtest.Clock(d, start)
				v := vaulttest.New(t)
				test(t, &house{oncall.NewStore(d, oncall.Options{Seal: v.SealText, Open: v.OpenText, Staff: func(context.Context, *db.Tx) ([]oncall.Member, error) {
					return []oncall.Member{{ID: "boss", Name: "長", Roles: boss.Roles}, {ID: "hana", Name: "花", Roles: hana.Roles}, {ID: "taro", Name: "太郎", Roles: hana.Roles}}, nil
				}}), t, d})
			})
		})
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) concerned(m oncall.Matter) (list []oncall.Told) {
	h.t.Helper()
	h.must(h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = h.Concerned(ctx, tx, m)
		return err
	}))
	return list
}

var night = oncall.Hours{Days: oncall.EveryDay, From: 21 * 60, Until: 9 * 60}

func TestTheHoursOfTheStaff(t *testing.T) {
	duty := oncall.Rule{Kind: oncall.Duty, Role: actor.FraudAnalyst, PersonID: "taro", Hours: night}
	quiet := oncall.Rule{Kind: oncall.Quiet, Role: actor.FraudAnalyst, Hours: night}
	each(t, map[string]func(*testing.T, *house){
		"in quiet hours a matter reaches who is on call, at the address there is, until the hours are ended": func(t *testing.T, h *house) {
			h.must(h.Add(t.Context(), boss, duty))
			h.must(h.Add(t.Context(), boss, quiet))
			h.must(h.SetMail(t.Context(), boss, oncall.Reach{PersonID: "taro", Mail: "taro@firm.example"}))
			if got := h.concerned(oncall.Matter{Role: actor.FraudAnalyst}); len(got) != 1 || got[0].ID != "taro" || got[0].Mail != "taro@firm.example" {
				t.Errorf("%+v", got)
			}
			b, err := h.List(t.Context(), boss)
			h.must(err)
			for _, r := range b.Rules {
				h.must(h.End(t.Context(), boss, r.ID))
				h.must(h.End(t.Context(), boss, r.ID))
			}
			if got := h.concerned(oncall.Matter{Role: actor.FraudAnalyst}); len(got) != 2 {
				t.Errorf("%+v", got)
			}
		},
		"what cannot be kept is refused with its field": func(t *testing.T, h *house) {
			for field, spoil := range map[string]func(*oncall.Rule){
				"days":   func(r *oncall.Rule) { r.Days = "" },
				"days ":  func(r *oncall.Rule) { r.Days = "8" },
				"days  ": func(r *oncall.Rule) { r.From = -1 },
				"person": func(r *oncall.Rule) { r.PersonID = "nobody" },
				"role":   func(r *oncall.Rule) { r.Role = "cook" },
				"role ":  func(r *oncall.Rule) { r.Kind = oncall.Quiet },
			} {
				r := duty
				spoil(&r)
				if err := h.Add(t.Context(), boss, r); !fault.Is(err, fault.Invalid) {
					t.Errorf("%s: %v", field, err)
				}
			}
			r := duty
			r.Role = actor.Funds // which taro does not have
			if err := h.Add(t.Context(), boss, r); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			if err := h.SetMail(t.Context(), boss, oncall.Reach{PersonID: "taro", Mail: "太郎"}); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		},
		"who may not keep the directory changes only what is their own": func(t *testing.T, h *house) {
			if err := h.Add(t.Context(), hana, duty); !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
			if err := h.Add(t.Context(), hana, quiet); !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
			if err := h.SetMail(t.Context(), hana, oncall.Reach{PersonID: "taro"}); !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
			h.must(h.Add(t.Context(), hana, oncall.Rule{Kind: oncall.Quiet, PersonID: "hana", Hours: night}))
			h.must(h.SetMail(t.Context(), hana, oncall.Reach{PersonID: "hana", Mail: "hana@firm.example"}))
			if _, err := h.List(t.Context(), none); !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
		},
		"addresses are sealed, shown to who may change them, and a lost race says so": func(t *testing.T, h *house) {
			h.must(h.SetMail(t.Context(), boss, oncall.Reach{PersonID: "taro", Mail: "taro@firm.example"}))
			b, err := h.List(t.Context(), hana)
			h.must(err)
			if b.Reach["taro"].Mail != "" || b.Reach["taro"].Rev != 1 {
				t.Errorf("%+v", b.Reach)
			}
			if b, err = h.List(t.Context(), boss); err != nil || b.Reach["taro"].Mail != "taro@firm.example" {
				t.Errorf("%+v %v", b.Reach, err)
			}
			if err := h.SetMail(t.Context(), boss, oncall.Reach{PersonID: "taro", Mail: "other@firm.example"}); !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
			h.must(h.SetMail(t.Context(), boss, oncall.Reach{PersonID: "taro", Rev: 1}))
			var plain int
			h.must(h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return tx.Get(ctx, &plain, `SELECT count(*) FROM staff_mail WHERE address IS NOT NULL`)
			}))
			if plain != 0 {
				t.Error("a cleared address is still there")
			}
		},
	})
}
