package bank_test

import (
	"context"
	"strings"
	"testing"

	"tasuke/contacts/bank"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestALetterIsNotOpenedByWhoIsToRetypeItsNumber(t *testing.T) {
	open := func(h *house, by actor.Actor, r bank.Request) error {
		_, _, err := h.Letter(h.t.Context(), by, r.ID, 0)
		return err
	}
	each(t, map[string]func(*testing.T, *house){
		"while it waits to be checked, none of its versions": func(t *testing.T, h *house) {
			r := h.checked()
			must(t, open(h, checker, r))
			r = h.move(lawyer, r, bank.SentBack, "金額を確かめてください")
			r, err := h.MakeLetter(t.Context(), maker, r.ID, r.Rev)
			must(t, err)
			for _, by := range []actor.Actor{checker, lawyer} {
				for version := range int64(3) {
					_, _, err := h.Letter(t.Context(), by, r.ID, version)
					refused(t, err, fault.Refused, "bank.letter.checking")
				}
			}
			if n := h.recorded("bank.letter_opened"); n != 1 {
				t.Errorf("%d openings are on record", n)
			}
			must(t, open(h, maker, r), open(h, auditor, r)) // who wrote it knows the number; who audits cannot check
			r, err = h.Check(t.Context(), checker, r.ID, r.Rev, number)
			must(t, err)
			must(t, open(h, checker, r), open(h, lawyer, r))
		},
		"nor at any time by those who see requests masked": func(t *testing.T, h *house) {
			r := h.checked()
			for _, role := range []actor.Role{actor.Executive, actor.Supervisor, actor.Responder, actor.FraudAnalyst, actor.Remediation} {
				by := person("x", role)
				if h.sheet(by, r).Text != "" {
					t.Errorf("%s reads the letter", role)
				}
				refused(t, open(h, by, r), fault.Forbidden, "actor.denied")
			}
		},
		"its text is read with the number masked, by who may check it and nobody else": func(t *testing.T, h *house) {
			r := h.ready()
			for _, by := range []actor.Actor{maker, auditor, person("ex", actor.Executive)} {
				if h.sheet(by, r).Text != "" {
					t.Errorf("%s reads it", by.ID)
				}
			}
			text := h.sheet(lawyer, r).Text
			for _, part := range []string{"口座の取引停止等の検討および情報提供のお願い", "金融犯罪対策室　御中", "普通　＊＊4321", "ﾔﾏﾀﾞ ﾀﾛｳ", "3,000,000", "計　2件", "■ 対象口座の取引停止等の措置のご検討", "□ 入金記帳前", "以上"} {
				if !strings.Contains(text, part) {
					t.Errorf("it does not say %q:\n%s", part, text)
				}
			}
			if strings.Contains(text, number) || h.recorded("bank.holder_seen") != 1 {
				t.Error("the number stands in it, or who read it is not on record")
			}
			r, err := h.Check(t.Context(), lawyer, r.ID, r.Rev, number)
			must(t, err)
			if h.sheet(lawyer, r).Text != "" {
				t.Error("a letter that was checked is read on the page")
			}
		},
		"of ゆうちょ neither 記号番号 nor the number": func(t *testing.T, h *house) {
			r := h.ready(func(f *bank.Form) {
				f.Account.BankCode, f.Account.BranchCode, f.Account.Kind, f.Account.Number = "9900", "", "", ""
				f.Account.Kigo, f.Account.Bango = "10530", "12345671"
			})
			text := h.sheet(lawyer, r).Text
			if !strings.Contains(text, "記号・番号：＊＊") || strings.Contains(text, "12345671") || strings.Contains(text, "1234567") || strings.Contains(text, "10530") {
				t.Error(text)
			}
		},
		"of a request whose key was destroyed nothing is read, and the page still opens": func(t *testing.T, h *house) {
			r := h.ready()
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return h.vault.Erase(ctx, tx, "destination:"+r.AccountID)
			}))
			if sh := h.sheet(lawyer, r); sh.Text != "" || sh.Holder != "" || !sh.Account.Erased {
				t.Errorf("%+v", sh)
			}
		},
	})
}
