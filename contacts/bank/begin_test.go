package bank_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/bank"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestBeginningARequest(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"only the funds desk makes one": func(t *testing.T, h *house) {
			for _, by := range []actor.Actor{operator, lawyer, auditor} {
				_, err := h.Begin(t.Context(), by, h.incident.ID, form())
				refused(t, err, fault.Forbidden, "actor.denied")
			}
		},
		"everything that is wrong is named at once, and no number is drawn": func(t *testing.T, h *house) {
			_, err := h.Begin(t.Context(), maker, h.incident.ID, bank.Form{Track: "x", Account: bank.AccountForm{BankCode: "9999", BranchCode: "1", Kind: "7", Number: "12", HolderKana: "山田", Relation: "?"},
				Terms: bank.Terms{Method: strings.Repeat("あ", 121), Outline: "住所は〒100-0001です", Enclosures: "番号 1234-5678-9012", Remitter: "山田", OccurredAt: db.At(start.Add(time.Hour)),
					Transfers: []bank.Transfer{{}, {At: db.At(start), Yen: -1, CaseID: "nobody"}}}})
			wrong(t, err, map[string]string{
				"track": "form.choice", "bank_code": "bank.account.no_bank", "kind": "form.choice", "number": "bank.account.number", "holder_kana": "bank.account.holder_character",
				"relation": "form.choice", "method": "form.too_long", "outline": "bank.terms.postcode", "enclosures": "bank.terms.my_number", "remitter": "bank.account.holder_character",
				"occurred_at": "form.future", "police_state": "form.choice", "transfer_at-0": "form.required", "transfer_yen-0": "bank.terms.yen", "transfer_yen-1": "bank.terms.yen", "transfer_case-1": "form.choice"})
			if r := h.begin(); r.No != "BNK-2026-0001" {
				t.Errorf("the first request is %s", r.No)
			}
		},
		"a branch that the master lacks is taken only when the person says so, and stays marked": func(t *testing.T, h *house) {
			f := form(func(f *bank.Form) { f.Account.BranchCode = "997" })
			_, err := h.Begin(t.Context(), maker, h.incident.ID, f)
			wrong(t, err, map[string]string{"branch_code": "bank.account.no_branch"})
			f.Account.BranchSeen = true
			r, err := h.Begin(t.Context(), maker, h.incident.ID, f)
			must(t, err)
			if sh := h.sheet(maker, r); sh.Account.Listed || sh.Account.BranchName != "" {
				t.Errorf("%+v", sh.Account)
			}
		},
		"記号 and 番号 give the account, and what contradicts them is refused": func(t *testing.T, h *house) {
			yucho := func(f *bank.Form) {
				f.Account.BankCode, f.Account.BranchCode, f.Account.Kind, f.Account.Number, f.Account.Kigo, f.Account.Bango = "9900", "", "", "", "10530", "12345671"
			}
			r := h.begin(yucho)
			a, err := h.Reveal(t.Context(), maker, r.ID, "containment")
			must(t, err)
			if a.BranchCode != "058" || a.Number != "1234567" || a.Kind != "1" || a.Kigo != "10530" || a.Bango != "12345671" {
				t.Errorf("%+v", a)
			}
			for want, change := range map[string]func(*bank.Form){
				"kigo bank.account.kigo":                 func(f *bank.Form) { f.Account.Kigo = "99999" },
				"kigo bank.account.kigo_branch":          func(f *bank.Form) { f.Account.Kigo = "14900" },
				"bango bank.account.bango":               func(f *bank.Form) { f.Account.Bango = "12345672" },
				"branch_code bank.account.yucho_differs": func(f *bank.Form) { f.Account.BranchCode = "018" },
				"number bank.account.yucho_differs":      func(f *bank.Form) { f.Account.Number = "7654321" },
				"kigo bank.account.not_yucho":            func(f *bank.Form) { f.Account.BankCode, f.Account.BranchCode, f.Account.Kind = "0005", "001", "1" },
			} {
				field, key, _ := strings.Cut(want, " ")
				_, err := h.Begin(t.Context(), maker, h.incident.ID, form(yucho, change))
				wrong(t, err, map[string]string{field: key})
			}
		},
		"a recall is addressed to a bank that somebody names": func(t *testing.T, h *house) {
			_, err := h.Begin(t.Context(), maker, h.incident.ID, form(func(f *bank.Form) { f.Track = bank.Recall }))
			wrong(t, err, map[string]string{"to_bank": "bank.account.no_bank"})
			r := h.begin(func(f *bank.Form) { f.Track, f.ToBank = bank.Recall, "０００１" })
			if sh := h.sheet(maker, r); r.ToBank != "0001" || sh.ToName != "みずほ" || sh.Account.BankCode != "0005" {
				t.Errorf("%+v", sh.Request)
			}
		},
		"one account is one row, in every spelling and in every incident": func(t *testing.T, h *house) {
			a := h.begin()
			b := h.begin(func(f *bank.Form) {
				f.Account.Number, f.Account.HolderKana = "７６５４３２１", "ﾔﾏﾀﾞ ﾀﾛｳ"
			})
			if a.AccountID != b.AccountID || h.count(`SELECT count(*) FROM destination_account`) != 1 {
				t.Error("two rows")
			}
			if c := h.begin(func(f *bank.Form) { f.Account.Kind = "2" }); c.AccountID == a.AccountID {
				t.Error("another kind of deposit is the same account")
			}
			_, err := h.Begin(t.Context(), maker, h.incident.ID, form(func(f *bank.Form) { f.Account.HolderKana = "スズキ イチロウ" }))
			wrong(t, err, map[string]string{"holder_kana": "bank.account.other_holder"})
		},
		"nothing is begun in an incident that is over or not there": func(t *testing.T, h *house) {
			_, err := h.Begin(t.Context(), maker, "nobody", form())
			if err == nil {
				t.Error("begun in no incident")
			}
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE incident SET state = ? WHERE id = ?`, incident.Closed, h.incident.ID)
				return err
			}))
			if _, err = h.Begin(t.Context(), maker, h.incident.ID, form()); !fault.Is(err, fault.Refused) {
				t.Errorf("%v", err)
			}
		},
		"number, holder and what was typed are sealed, and stand in no log": func(t *testing.T, h *house) {
			r := h.checked()
			_, err := h.Send(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
			must(t, h.LogCall(t.Context(), maker, r.ID, bank.Call{At: h.d.Now(), Direction: "out", Result: "talked", Spoken: bank.Spoken{Person: "担当の佐藤", Text: "口座 " + number}}))
			secrets := []string{number, "ﾔﾏﾀﾞ", "ヤマダ", "佐藤", "フィッシングで窃取"}
			must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				var stored []string
				for _, q := range []string{`SELECT detail FROM audit_entry`, `SELECT args FROM bank_line`, `SELECT ref FROM bank_transfer`} {
					var part []string
					if err := tx.Select(ctx, &part, q); err != nil {
						return err
					}
					stored = append(stored, part...)
				}
				for _, q := range []string{`SELECT number FROM destination_account`, `SELECT number_blind FROM destination_account`, `SELECT holder_kana FROM destination_account`,
					`SELECT terms FROM bank_request`, `SELECT pdf FROM bank_letter`, `SELECT detail FROM bank_call`} {
					var part [][]byte
					if err := tx.Select(ctx, &part, q); err != nil {
						return err
					}
					stored = append(stored, string(bytes.Join(part, nil)))
				}
				for _, s := range append(stored, h.told...) {
					for _, secret := range secrets {
						if strings.Contains(s, secret) {
							t.Errorf("%q stands in %q", secret, s)
						}
					}
				}
				return nil
			}))
		},
		"the request is told in the story of the incident and of each case whose money it was": func(t *testing.T, h *house) {
			h.begin(func(f *bank.Form) { f.Terms.Transfers[1].CaseID = "case-2" })
			for i, where := range []string{" ", " case-1 ", " case-2 "} {
				if len(h.told) != 3 || !strings.HasPrefix(h.told[i], "bank.told.opened"+where) {
					t.Errorf("%q", h.told)
				}
			}
		},
		"an account whose key was destroyed shows nothing and makes no letter": func(t *testing.T, h *house) {
			r := h.begin()
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return h.vault.Erase(ctx, tx, "destination:"+r.AccountID)
			}))
			if sh := h.sheet(auditor, r); !sh.Account.Erased || sh.Account.Number != "" {
				t.Errorf("%+v", sh.Account)
			}
			_, err := h.MakeLetter(t.Context(), maker, r.ID, r.Rev)
			refused(t, err, fault.Refused, "bank.letter.erased")
		},
	})
}

func TestEditingARequest(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"of sixteen editors one wins, and the others see what stands": func(t *testing.T, h *house) {
			r := h.begin()
			var wg sync.WaitGroup
			errs := make([]error, 16)
			for i := range errs {
				wg.Go(func() {
					_, errs[i] = h.Edit(t.Context(), maker, r.ID, r.Rev, form(func(f *bank.Form) { f.Terms.Outline = strings.Repeat("文", i+1) }))
				})
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
					continue
				}
				refused(t, err, fault.Conflict, "row.stale")
			}
			if won != 1 || h.now(r).Rev != r.Rev+1 {
				t.Errorf("%d won, revision %d", won, h.now(r).Rev)
			}
		},
		"what is left empty stays, the account number above all": func(t *testing.T, h *house) {
			r := h.begin()
			r, err := h.Edit(t.Context(), maker, r.ID, r.Rev, form(func(f *bank.Form) { f.Account.Number, f.Account.HolderKana = "", "" }))
			must(t, err)
			a, err := h.Reveal(t.Context(), maker, r.ID, "containment")
			must(t, err)
			if a.Number != number || a.HolderKana != "ﾔﾏﾀﾞ ﾀﾛｳ" {
				t.Errorf("%+v", a)
			}
		},
		"a holder is corrected as long as no other request relies on the account": func(t *testing.T, h *house) {
			r := h.begin()
			suzuki := func(f *bank.Form) { f.Account.HolderKana = "スズキ イチロウ" }
			r, err := h.Edit(t.Context(), maker, r.ID, r.Rev, form(suzuki))
			must(t, err)
			other := h.begin(suzuki)
			_, err = h.Edit(t.Context(), maker, r.ID, r.Rev, form())
			wrong(t, err, map[string]string{"holder_kana": "bank.account.other_holder"})
			h.move(maker, other, bank.Voided, "重複")
			_, err = h.Edit(t.Context(), maker, r.ID, r.Rev, form())
			must(t, err)
		},
		"an edit after the check takes the check and the letter away": func(t *testing.T, h *house) {
			r := h.checked()
			r, err := h.Edit(t.Context(), maker, r.ID, r.Rev, form(func(f *bank.Form) { f.Terms.Transfers[0].Yen++ }))
			must(t, err)
			if r.State != bank.Draft || r.SHA256 != "" || r.CheckedBy != "" || r.Letter != 1 {
				t.Errorf("%+v", r)
			}
			_, err = h.Send(t.Context(), maker, r.ID, r.Rev)
			refused(t, err, fault.Refused, "bank.move.unknown")
			r, err = h.MakeLetter(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
			if r.State != bank.Ready || r.Letter != 2 || len(h.sheet(maker, r).Letters) != 2 {
				t.Errorf("%+v", r)
			}
		},
		"a letter that is on its way is not changed": func(t *testing.T, h *house) {
			r := h.checked()
			r, err := h.Send(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
			_, err = h.Edit(t.Context(), maker, r.ID, r.Rev, form())
			refused(t, err, fault.Refused, "bank.move.unknown")
		},
	})
}
