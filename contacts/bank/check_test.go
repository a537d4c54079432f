package bank_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"tasuke/contacts/bank"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
)

func TestMakingALetter(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"what is blank is named, and no letter is made": func(t *testing.T, h *house) {
			r := h.begin(func(f *bank.Form) { f.Terms = bank.Terms{Police: bank.Police{State: "planned"}} })
			_, err := h.MakeLetter(t.Context(), maker, r.ID, r.Rev)
			wrong(t, err, map[string]string{"occurred_at": "form.required", "known_at": "form.required", "method": "form.required", "asks": "form.required",
				"remitter": "form.required", "from_account": "form.required", "transfers": "form.required"})
			if len(h.sheet(maker, r).Missing) != 7 || h.now(r).State != bank.Draft {
				t.Error("the draft moved")
			}
		},
		"a character without a glyph is named to the person": func(t *testing.T, h *house) {
			r := h.begin()
			h.render = func(bank.LetterData) ([]byte, error) { return nil, &document.MissingGlyphs{Clusters: []string{"𠮷"}} }
			_, err := h.MakeLetter(t.Context(), maker, r.ID, r.Rev)
			refused(t, err, fault.Refused, "bank.letter.glyphs")
			var f *fault.Error
			if errors.As(err, &f); !strings.Contains(f.Args["Characters"].(string), "𠮷") {
				t.Errorf("%v", f.Args)
			}
		},
		"an edit while the letter is drawn wins: a letter never tells what no longer stands": func(t *testing.T, h *house) {
			r := h.begin()
			draw := h.render
			h.render = func(l bank.LetterData) ([]byte, error) {
				_, err := h.Edit(t.Context(), maker, r.ID, r.Rev, form(func(f *bank.Form) { f.Account.Number = "1111111" }))
				must(t, err)
				return draw(l)
			}
			_, err := h.MakeLetter(t.Context(), maker, r.ID, r.Rev)
			refused(t, err, fault.Conflict, "row.stale")
			if n := h.count(`SELECT count(*) FROM bank_letter`); n != 0 || h.now(r).State != bank.Draft {
				t.Errorf("%d letters", n)
			}
		},
		"a letter is drawn outside any transaction": func(t *testing.T, h *house) {
			r := h.begin()
			draw := h.render
			h.render = func(l bank.LetterData) ([]byte, error) {
				must(t, h.d.Update(t.Context(), func(context.Context, *db.Tx) error { return nil }))
				return draw(l)
			}
			_, err := h.MakeLetter(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
		},
		"letters are neither changed nor removed": func(t *testing.T, h *house) {
			h.ready()
			for _, q := range []string{`UPDATE bank_letter SET sha256 = ''`, `DELETE FROM bank_letter`, `DELETE FROM bank_line`, `UPDATE bank_line SET actor_id = 'x'`} {
				if err := h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, q); return err }); err == nil {
					t.Errorf("%s succeeds", q)
				}
			}
		},
		"who opens a letter is on record, and a changed one is not given out": func(t *testing.T, h *house) {
			r := h.checked()
			pdf, name, err := h.Letter(t.Context(), auditor, r.ID, 0)
			must(t, err)
			if !strings.Contains(string(pdf), number) || name != "BNK-2026-0001-1.pdf" || h.recorded("bank.letter_opened") != 1 {
				t.Errorf("%s %q", name, pdf)
			}
			_, _, err = h.Letter(t.Context(), auditor, r.ID, 2)
			refused(t, err, fault.NotFound, "row.none")
			_, _, err = h.Letter(t.Context(), operator, r.ID, 1)
			refused(t, err, fault.Forbidden, "actor.denied")
		},
	})
}

func TestCheckingALetter(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"who wrote the request does not check it, nor who drew its letter": func(t *testing.T, h *house) {
			r := h.ready()
			_, err := h.Check(t.Context(), maker, r.ID, r.Rev, number)
			refused(t, err, fault.Refused, "actor.four_eyes")
			r = h.move(lawyer, r, bank.SentBack, "金額を確かめてください")
			r, err = h.MakeLetter(t.Context(), checker, r.ID, r.Rev)
			must(t, err)
			_, err = h.Check(t.Context(), checker, r.ID, r.Rev, number)
			refused(t, err, fault.Refused, "actor.four_eyes")
			r, err = h.Check(t.Context(), lawyer, r.ID, r.Rev, number)
			must(t, err)
			if r.State != bank.Checked || r.CheckedBy != lawyer.ID {
				t.Errorf("%+v", r)
			}
		},
		"a wrong number is on record without what was typed, and the third takes the letter back": func(t *testing.T, h *house) {
			r := h.ready()
			for try, typed := range []string{"7654312", "abc", "0000000"} {
				out, err := h.Check(t.Context(), checker, r.ID, r.Rev, typed)
				if try < 2 {
					refused(t, err, fault.Invalid, "bank.check.mismatch")
				} else {
					refused(t, err, fault.Refused, "bank.check.failed")
				}
				if h.recorded("bank.check_mismatch") != try+1 || out.Rev == r.Rev {
					t.Errorf("try %d is not on record", try)
				}
				r = out
			}
			if r = h.now(r); r.State != bank.Draft || r.SHA256 != "" || r.Mismatches != 0 {
				t.Errorf("%+v", r)
			}
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE detail LIKE '%7654312%'`); n != 0 {
				t.Error("what was typed stands in the audit trail")
			}
			h.events()
		},
		"an empty field is no try": func(t *testing.T, h *house) {
			r := h.ready()
			_, err := h.Check(t.Context(), checker, r.ID, r.Rev, "  ")
			wrong(t, err, map[string]string{"retyped": "form.required"})
			if h.now(r).Mismatches != 0 {
				t.Error("it was counted")
			}
		},
		"full width and hyphens are the same number": func(t *testing.T, h *house) {
			r := h.ready()
			r, err := h.Check(t.Context(), lawyer, r.ID, r.Rev, "７６５-４３２１")
			must(t, err)
			if r.State != bank.Checked {
				t.Error(r.State)
			}
		},
		"an edit between looking and checking wins": func(t *testing.T, h *house) {
			r := h.ready()
			_, err := h.Edit(t.Context(), maker, r.ID, r.Rev, form(func(f *bank.Form) { f.Account.Number = "1111111" }))
			must(t, err)
			_, err = h.Check(t.Context(), checker, r.ID, r.Rev, number)
			refused(t, err, fault.Conflict, "row.stale")
		},
		"the holder is shown in full to whoever may check, on record, and to nobody else": func(t *testing.T, h *house) {
			r := h.ready()
			if sh := h.sheet(maker, r); sh.Holder != "" || sh.Account.Holder != "ﾔ＊＊" || sh.Account.Number != "＊＊4321" {
				t.Errorf("%+v", sh.Account)
			}
			if h.sheet(auditor, r).Holder != "" || h.recorded("bank.holder_seen") != 0 {
				t.Error("an auditor sees it")
			}
			if h.sheet(lawyer, r).Holder != "ﾔﾏﾀﾞ ﾀﾛｳ" || h.recorded("bank.holder_seen") != 1 {
				t.Error("the checker does not see it")
			}
		},
		"an account is shown for a purpose only, on record": func(t *testing.T, h *house) {
			r := h.begin()
			_, err := h.Reveal(t.Context(), maker, r.ID, "")
			wrong(t, err, map[string]string{"purpose": "customer.purpose.required"})
			_, err = h.Reveal(t.Context(), maker, r.ID, "curiosity")
			wrong(t, err, map[string]string{"purpose": "customer.purpose.unknown"})
			_, err = h.Reveal(t.Context(), operator, r.ID, "containment")
			refused(t, err, fault.Forbidden, "actor.denied")
			a, err := h.Reveal(t.Context(), maker, r.ID, "containment")
			must(t, err)
			if a.Number != number || h.recorded("bank.account_revealed") != 1 {
				t.Errorf("%+v", a)
			}
		},
	})
}
