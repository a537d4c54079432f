package cases_test

import (
	"testing"

	"tasuke/cases"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

func TestContainment(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *house){
		"a scope or a channel that does not exist is invalid": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			for _, s := range []cases.Stop{
				{Scope: "moon"},
				{Scope: cases.Account, Target: "trade"},
				{Scope: cases.Function},
				{Channels: []cases.Channel{"web", "web"}},
				{Channels: []cases.Channel{"fax"}},
			} {
				_, err := h.RequestStop(t.Context(), operator, c.ID, s)
				wants(t, err, fault.Invalid, "form.invalid")
			}
			k := h.locked(t, c.ID)
			_, err := h.VerifyChannel(t.Context(), operator, c.ID, k.ID, "phone", true, "")
			wants(t, err, fault.Invalid, "form.invalid")
		},
		"without a list a lock is required on every channel": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			k, err := h.RequestStop(t.Context(), operator, c.ID, cases.Stop{})
			if err != nil || len(k.Channels) != len(cases.Channels) || k.State != cases.StopRequested {
				t.Fatalf("%+v %v", k, err)
			}
			again, err := h.RequestStop(t.Context(), supervisor, c.ID, cases.Stop{})
			if err != nil || again.ID != k.ID {
				t.Fatalf("a second lock beside the first: %v", err)
			}
		},
		"a lock is active when the last channel is seen stopped, and failed when one is not": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			k := h.locked(t, c.ID)
			if k.State != cases.Active || k.ActiveAt == 0 {
				t.Fatalf("%+v", k)
			}
			for _, step := range []struct {
				channel cases.Channel
				stopped bool
				want    cases.StopState
			}{{"app", false, cases.Failed}, {"web", false, cases.Failed}, {"app", true, cases.Failed}, {"web", true, cases.Active}} {
				var err error
				if k, err = h.VerifyChannel(t.Context(), responder, c.ID, k.ID, step.channel, step.stopped, "再確認"); err != nil || k.State != step.want {
					t.Fatalf("%v: %s %v", step, k.State, err)
				}
			}
		},
		"a release needs the full identity check and two people": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			k := h.locked(t, c.ID)
			_, err := h.AskRelease(t.Context(), operator, c.ID, k.ID, 2, "本人から依頼")
			wants(t, err, fault.Refused, "containment.guard.identity")
			_, err = h.AskRelease(t.Context(), operator, c.ID, k.ID, 3, "")
			wants(t, err, fault.Invalid, "form.invalid")
			if _, err = h.AskRelease(t.Context(), supervisor, c.ID, k.ID, 3, "本人から依頼"); err != nil {
				t.Fatal(err)
			}
			_, err = h.Release(t.Context(), supervisor, c.ID, k.ID, "")
			wants(t, err, fault.Refused, "actor.four_eyes")
			_, err = h.Release(t.Context(), operator, c.ID, k.ID, "")
			wants(t, err, fault.Forbidden, "case.move.role")
			if k, err = h.Release(t.Context(), person("sv2", actor.Supervisor), c.ID, k.ID, ""); err != nil || k.State != cases.Released {
				t.Fatalf("%s %v", k.State, err)
			}
			_, err = h.VerifyChannel(t.Context(), operator, c.ID, k.ID, "web", true, "")
			wants(t, err, fault.Refused, "containment.over")
		},
		"the lock of another case is not touched": func(t *testing.T, h *house) {
			c, other := h.open(t, "c1"), h.open(t, "c2")
			k := h.locked(t, other.ID)
			_, err := h.VerifyChannel(t.Context(), operator, c.ID, k.ID, "web", false, "")
			wants(t, err, fault.NotFound, "row.none")
			_, err = h.AskRelease(t.Context(), operator, c.ID, k.ID, 3, "本人から依頼")
			wants(t, err, fault.NotFound, "row.none")
			if _, err = h.AskRelease(t.Context(), operator, other.ID, k.ID, 3, "本人から依頼"); err != nil {
				t.Fatal(err)
			}
			_, err = h.Release(t.Context(), supervisor, c.ID, k.ID, "")
			wants(t, err, fault.NotFound, "row.none")
			_, err = h.RefuseRelease(t.Context(), supervisor, c.ID, k.ID, "端末未清掃")
			wants(t, err, fault.NotFound, "row.none")
			if got := h.sheet(t, other.ID).Containments[0]; got.State != cases.ReleaseRequested {
				t.Fatalf("%+v", got)
			}
		},
		"a refused release leaves the account stopped": func(t *testing.T, h *house) {
			c := h.open(t, "c1")
			k := h.locked(t, c.ID)
			if _, err := h.AskRelease(t.Context(), operator, c.ID, k.ID, 3, "本人から依頼"); err != nil {
				t.Fatal(err)
			}
			k, err := h.RefuseRelease(t.Context(), supervisor, c.ID, k.ID, "端末未清掃")
			if err != nil || k.State != cases.Active {
				t.Fatalf("%s %v", k.State, err)
			}
		},
	})
}
