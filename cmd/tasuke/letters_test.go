package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// letters are what an approver of the first incident's letters is shown, and the digest of it.
func (h *house) letters() (digest, label string) {
	h.t.Helper()
	for _, a := range h.approvables() {
		if a.Name != "bank.letters" {
			continue
		}
		must(h.t, h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
			d, shown, err := a.Digest(ctx, tx, workflow.Subject{Kind: "incident", ID: h.firm.incident})
			for _, s := range shown {
				digest, label = d, label+s.Label.JA+s.Label.EN
			}
			return err
		}))
	}
	return digest, label
}

func TestWhoChangesABanksAddressAfterTheApprovalGetsNoLetterThere(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		ctx, funds, second := t.Context(), h.firm.who["funds"], h.firm.who["funds2"]
		approved, label := h.letters()
		if approved == "" || !strings.Contains(label, "freeze@bank0001.example") {
			t.Fatalf("%q %s", approved, label)
		}
		d, err := h.desks.Get(ctx, funds, h.firm.desk)
		must(t, err)
		d.Mail = "else@bank0001.example"
		d, err = h.desks.Save(ctx, funds, d)
		must(t, err)
		now, label := h.letters()
		if now == approved || !strings.Contains(label, "else@bank0001.example は未確認") || !strings.Contains(label, "is not verified") {
			t.Errorf("the approval holds, or does not tell: %s", label)
		}
		must(t, h.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
			n, err := h.banks.SendChecked(ctx, tx, actor.System("playbook"), h.firm.incident)
			if n != 0 {
				t.Errorf("%d letters left to an address that nobody made sure of", n)
			}
			return err
		}))
		r, err := h.banks.Sheet(ctx, funds, h.firm.bank)
		must(t, err)
		_, err = h.banks.Send(ctx, funds, r.Request.ID, r.Request.Rev)
		faulty(t, err, "bank.guard.stale_desk")
		_, err = h.desks.Verify(ctx, funds, d.ID, d.Rev, 0)
		faulty(t, err, "actor.four_eyes")
		_, err = h.desks.Verify(ctx, second, d.ID, d.Rev, 0)
		must(t, err)
		verified, _ := h.letters()
		if verified == "" || verified == approved {
			t.Errorf("%q holds for another address", approved)
		}
		d.ID, d.Rev, d.Section, d.Mail = "", 0, "別の窓口", "mine@bank0001.example"
		_, err = h.desks.Save(ctx, funds, d)
		must(t, err)
		if now, label := h.letters(); now != verified || strings.Contains(label, "mine@") {
			t.Errorf("a second desk of the bank, which nobody verified, gets the letter: %s", label)
		}
	})
}

// faulty fails unless err is a fault of this key.
func faulty(t *testing.T, err error, key string) {
	t.Helper()
	if f := new(fault.Error); !errors.As(err, &f) || f.Key != key {
		t.Errorf("got %v, want %s", err, key)
	}
}
