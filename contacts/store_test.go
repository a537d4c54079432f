package contacts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/contacts"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
)

var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

var (
	funds    = person("funds", actor.Funds)
	lawyer   = person("legal", actor.Legal)
	operator = person("operator", actor.Operator)
	admin    = person("admin", actor.Administrator)
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "人 " + id, Kind: actor.Person, Roles: roles}
}

type house struct {
	*contacts.Store
	t     *testing.T
	db    *db.DB
	clock *dbtest.ManualClock
}

func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				test(t, &house{contacts.NewStore(d), t, d, dbtest.Clock(d, start)})
			})
		})
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func bank(code, name string) contacts.Desk {
	return contacts.Desk{Details: contacts.Details{Kind: contacts.Bank, Name: name, BankCode: code, Section: "不正利用対応", Phone: "03-1234-5678", Mail: "fraud@example.co.jp"}}
}

func (h *house) save(d contacts.Desk) contacts.Desk {
	h.t.Helper()
	saved, err := h.Save(h.t.Context(), funds, d)
	must(h.t, err)
	return saved
}

func (h *house) list(f contacts.Filter, p paging.Page) (names []string, next paging.Cursor) {
	h.t.Helper()
	list, next, err := h.List(h.t.Context(), operator, f, p)
	must(h.t, err)
	for _, d := range list {
		names = append(names, d.Name)
	}
	return names, next
}

func (h *house) byBank(code string) (d contacts.Desk, found bool) {
	h.t.Helper()
	must(h.t, h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		d, found, err = h.ByBank(ctx, tx, code)
		return err
	}))
	return d, found
}

// detail gives the details of the audit entries of an action, one after the other.
func (h *house) detail(action string) string {
	h.t.Helper()
	var list []string
	must(h.t, h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &list, `SELECT detail FROM audit_entry WHERE action = ? ORDER BY id`, action)
	}))
	return strings.Join(list, "\n")
}

// together runs n edits of a desk. On PostgreSQL the row is held until all of them have read it and
// wait to write it; on SQLite the one writer takes them in turn.
func (h *house) together(id string, n int, edit func(n int)) {
	h.t.Helper()
	var wg sync.WaitGroup
	defer wg.Wait()
	begin := func() {
		for i := range n {
			wg.Go(func() { edit(i) })
		}
	}
	if h.db.Dialect == db.SQLite {
		begin()
		return
	}
	must(h.t, h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Lock(ctx, "desk", id); err != nil {
			return err
		}
		begin()
		for waiting := 0; waiting < n; {
			if err := tx.Get(ctx, &waiting, `SELECT count(*) FROM pg_locks WHERE NOT granted
				AND (transactionid = pg_current_xact_id()::xid OR relation = 'desk'::regclass)`); err != nil {
				return err
			}
		}
		return nil
	}))
}

// wrong fails unless err is invalid input in a field.
func wrong(t *testing.T, err error, field, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields[field] != key {
		t.Errorf("got %v, want %s on %s", err, key, field)
	}
}

func TestTheDirectory(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"who may not read or write it is refused": func(t *testing.T, h *house) {
			_, _, err := h.List(t.Context(), admin, contacts.Filter{}, paging.Page{})
			_, err2 := h.Get(t.Context(), admin, "x")
			_, err3 := h.Save(t.Context(), operator, bank("0001", "みずほ銀行"))
			_, err4 := h.Verify(t.Context(), operator, "x", 1, 0)
			for _, err := range []error{err, err2, err3, err4} {
				if !fault.Is(err, fault.Forbidden) {
					t.Error(err)
				}
			}
		},
		"what is wrong is named and nothing is kept": func(t *testing.T, h *house) {
			d := bank("1", "みずほ銀行")
			_, err := h.Save(t.Context(), funds, d)
			wrong(t, err, "bank_code", "directory.bank_code")
			if names, _ := h.list(contacts.Filter{}, paging.Page{}); len(names) > 0 {
				t.Error(names)
			}
		},
		"a desk that does not exist is not found": func(t *testing.T, h *house) {
			d := bank("0001", "みずほ銀行")
			d.ID, d.Rev = "x", 1
			_, err := h.Save(t.Context(), funds, d)
			_, err2 := h.Get(t.Context(), funds, "x")
			_, err3 := h.Verify(t.Context(), lawyer, "x", 1, 0)
			for _, err := range []error{err, err2, err3} {
				if !fault.Is(err, fault.NotFound) {
					t.Error(err)
				}
			}
		},
		"the same office twice is refused, however it is spelt": func(t *testing.T, h *house) {
			h.save(bank("0001", "みずほ銀行"))
			_, err := h.Save(t.Context(), funds, bank("０００１", "みずほ銀行 "))
			wrong(t, err, "name", "directory.exists")
			other := h.save(bank("0001", "みずほ銀行 本店"))
			other.Name = "みずほ銀行"
			_, err = h.Save(t.Context(), funds, other)
			wrong(t, err, "name", "directory.exists")
		},
		"who saves an old page sees the desk as it now is": func(t *testing.T, h *house) {
			old := h.save(bank("0001", "みずほ銀行"))
			theirs := old
			theirs.Hours = "24時間"
			h.save(theirs)
			_, err := h.Save(t.Context(), funds, old)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Current.(contacts.Desk).Hours != "24時間" {
				t.Error(err)
			}
			if _, err := h.Verify(t.Context(), lawyer, old.ID, old.Rev, 0); !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		},
		"of four who save the same page one wins": func(t *testing.T, h *house) {
			old := h.save(bank("0001", "みずほ銀行"))
			results := make([]error, 4)
			h.together(old.ID, len(results), func(n int) {
				mine := old
				mine.Hours = fmt.Sprintf("%d時まで", n)
				_, results[n] = h.Save(t.Context(), funds, mine)
			})
			won := 0
			for _, err := range results {
				if err == nil {
					won++
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			}
			if won != 1 {
				t.Errorf("%d won", won)
			}
		},
		"a verification has a moment and a person, and ends after 180 days": func(t *testing.T, h *house) {
			d := h.save(bank("0001", "みずほ銀行"))
			if !d.Stale(h.db.Now()) {
				t.Error("nobody has verified it")
			}
			yesterday := db.At(start.Add(-24 * time.Hour))
			d, err := h.Verify(t.Context(), lawyer, d.ID, d.Rev, yesterday)
			must(t, err)
			if got, err := h.Get(t.Context(), operator, d.ID); err != nil || got != d || got.VerifiedAt != yesterday || got.VerifiedByName != "人 legal" || got.Stale(h.db.Now()) {
				t.Errorf("%+v %v", got, err)
			}
			if names, _ := h.list(contacts.Filter{Stale: true}, paging.Page{}); len(names) > 0 {
				t.Error(names)
			}
			h.clock.Add(contacts.StaleAfter)
			if names, _ := h.list(contacts.Filter{Stale: true}, paging.Page{}); len(names) != 1 || !d.Stale(h.db.Now()) {
				t.Error(names)
			}
		},
		"nobody verifies in the future, or so long ago that it would not hold": func(t *testing.T, h *house) {
			d := h.save(bank("0001", "みずほ銀行"))
			_, err := h.Verify(t.Context(), lawyer, d.ID, d.Rev, db.At(start.Add(time.Second)))
			wrong(t, err, "verified_at", "form.future")
			_, err = h.Verify(t.Context(), lawyer, d.ID, d.Rev, db.At(start.Add(-contacts.StaleAfter-time.Second)))
			wrong(t, err, "verified_at", "directory.verified_old")
		},
		"who stated the address does not make sure of it, and a note by somebody else does not change that": func(t *testing.T, h *house) {
			d := h.save(bank("0001", "みずほ銀行"))
			own := func(by actor.Actor) {
				t.Helper()
				_, err := h.Verify(t.Context(), by, d.ID, d.Rev, 0)
				var f *fault.Error
				if !errors.As(err, &f) || f.Kind != fault.Refused || f.Key != "actor.four_eyes" {
					t.Error(err)
				}
				if got, err := h.Get(t.Context(), operator, d.ID); err != nil || !got.VerifiedAt.IsZero() || got.Rev != d.Rev || got.MayVerify(by) {
					t.Errorf("%+v %v", got, err)
				}
			}
			own(funds)
			var err error
			d.Note = "夜間は代表番号"
			if d, err = h.Save(t.Context(), lawyer, d); err != nil {
				t.Fatal(err)
			}
			own(funds)
			d.Mail = "other@example.co.jp"
			if d, err = h.Save(t.Context(), lawyer, d); err != nil {
				t.Fatal(err)
			}
			own(lawyer)
			if d, err = h.Verify(t.Context(), funds, d.ID, d.Rev, 0); err != nil || d.VerifiedBy != funds.ID {
				t.Error(d, err)
			}
		},
		"a new number or address takes the verification away, a new note does not": func(t *testing.T, h *house) {
			d := h.save(bank("0001", "みずほ銀行"))
			d, err := h.Verify(t.Context(), lawyer, d.ID, d.Rev, 0)
			must(t, err)
			d.Note = "夜間は代表番号"
			if d = h.save(d); d.VerifiedAt.IsZero() {
				t.Error("a note took it away")
			}
			d.Mail = "other@example.co.jp"
			if d = h.save(d); !d.VerifiedAt.IsZero() || d.VerifiedBy != "" {
				t.Error("another address is taken as verified")
			}
		},
		"saving what has not changed changes nothing": func(t *testing.T, h *house) {
			d := h.save(bank("0001", "みずほ銀行"))
			if again := h.save(d); again.Rev != d.Rev || h.detail("desk.edited") != "" {
				t.Errorf("%+v", again)
			}
		},
		"the audit trail has ids and fields, and nothing that was typed": func(t *testing.T, h *house) {
			d := h.save(bank("0001", "みずほ銀行"))
			d.Phone, d.Note = "03-9999-9999", "担当 山田"
			d = h.save(d)
			_, err := h.Verify(t.Context(), lawyer, d.ID, d.Rev, 0)
			must(t, err)
			all := h.detail("desk.added") + h.detail("desk.edited") + h.detail("desk.verified")
			if !strings.Contains(all, "phone,note") || !strings.Contains(all, "verified_at") || strings.Contains(all, "9999") || strings.Contains(all, "山田") {
				t.Error(all)
			}
		},
		"the desk of a bank is the one in use that was verified last": func(t *testing.T, h *house) {
			if _, found := h.byBank("0001"); found {
				t.Error("found in an empty directory")
			}
			first, second := h.save(bank("0001", "みずほ銀行 本店")), h.save(bank("0001", "みずほ銀行 事務センター"))
			h.save(bank("0005", "三菱UFJ銀行"))
			second, err := h.Verify(t.Context(), lawyer, second.ID, second.Rev, 0)
			must(t, err)
			if d, found := h.byBank("0001"); !found || d.ID != second.ID {
				t.Errorf("%+v", d)
			}
			second.Retired = true
			h.save(second)
			if d, found := h.byBank("0001"); !found || d.ID != first.ID {
				t.Errorf("%+v", d)
			}
		},
		"the list is by kind, code and name, and its pages together are all of it": func(t *testing.T, h *house) {
			police := contacts.Desk{Details: contacts.Details{Kind: contacts.Police, Name: "警視庁 サイバー犯罪対策課", Phone: "#9110"}}
			for _, d := range []contacts.Desk{police, bank("9900", "ゆうちょ銀行"), bank("0005", "三菱UFJ銀行"), bank("0001", "みずほ銀行")} {
				h.save(d)
			}
			want := []string{"みずほ銀行", "三菱UFJ銀行", "ゆうちょ銀行", "警視庁 サイバー犯罪対策課"}
			var got []string
			p := paging.Page{Limit: 1}
			for range 5 {
				names, next := h.list(contacts.Filter{}, p)
				got = append(got, names...)
				if p.After = next; next.IsZero() {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			for f, want := range map[contacts.Filter]string{
				{Kind: contacts.Police}: "警視庁 サイバー犯罪対策課", {Query: "ＵＦＪ"}: "三菱UFJ銀行", {Query: "0001"}: "みずほ銀行",
				{Query: "#9110"}: "警視庁 サイバー犯罪対策課", {Query: "%"}: "", {Query: "_"}: "", {Query: "!"}: "", {Kind: contacts.Bank, Query: "警視庁"}: "",
				{Retired: true}: "", {Query: "0312345678", Kind: contacts.Bank}: "みずほ銀行,三菱UFJ銀行,ゆうちょ銀行",
			} {
				if got, _ := h.list(f, paging.Page{}); strings.Join(got, ",") != want {
					t.Errorf("%+v: got %q, want %q", f, got, want)
				}
			}
		},
		"a kind nobody knows is no server fault": func(t *testing.T, h *house) {
			_, _, err := h.List(t.Context(), operator, contacts.Filter{Kind: "shop"}, paging.Page{})
			wrong(t, err, "kind", "form.choice")
		},
	})
}
