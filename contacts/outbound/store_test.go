package outbound_test

import (
	"context"
	"testing"
	"time"

	"tasuke/contacts/outbound"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault/vaulttest"
)

var start = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)

var (
	admin    = person("admin", actor.Administrator)
	operator = person("operator", actor.Operator)
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "人 " + id, Kind: actor.Person, Roles: roles}
}

type house struct {
	*outbound.Store
	t  *testing.T
	db *db.DB
}

// each runs the tests on both databases; o says what the configuration has.
func each(t *testing.T, o outbound.Options, tests map[string]func(*testing.T, *house)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				dbtest.Clock(d, start)
				test(t, &house{outbound.NewStore(d, vaulttest.New(t), o), t, d})
			})
		})
	}
}

func (h *house) add(host outbound.Host) outbound.Host {
	h.t.Helper()
	if host.Reason == "" {
		host.Reason = "遮断装置の API"
	}
	got, err := h.Add(h.t.Context(), admin, host)
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

func (h *house) audited(action string) (n int) {
	h.t.Helper()
	err := h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &n, `SELECT count(*) FROM audit_entry WHERE action = ?`, action)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func TestHosts(t *testing.T) {
	each(t, outbound.Options{Secrets: map[string]string{"firewall": "/none"}}, map[string]func(*testing.T, *house){
		"only an administrator sees, adds and removes them": func(t *testing.T, h *house) {
			if _, err := h.List(t.Context(), operator); !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
			if _, err := h.Add(t.Context(), operator, outbound.Host{Name: "fw.example", Reason: "x"}); !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
			if err := h.Remove(t.Context(), operator, h.add(outbound.Host{Name: "fw.example"}).ID, 1, "x"); !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
		},
		"a host needs a name, a reason and a secret that is configured": func(t *testing.T, h *house) {
			for _, bad := range []outbound.Host{
				{Name: "", Reason: "x"}, {Name: "a b", Reason: "x"}, {Name: "fw.example:0", Reason: "x"}, {Name: "https://fw.example", Reason: "x"},
				{Name: "user@fw.example", Reason: "x"}, {Name: "fw.example"}, {Name: "fw.example", Reason: "x", Secret: "other"},
				{Name: "fw.example", Reason: "x", KeyHeader: "Authorization"}, {Name: "fw.example", Reason: "x", Plain: true, Secret: "firewall"},
			} {
				if _, err := h.Add(t.Context(), admin, bad); !fault.Is(err, fault.Invalid) {
					t.Errorf("%+v: %v", bad, err)
				}
			}
		},
		"the same host is allowed once, and again after it was removed": func(t *testing.T, h *house) {
			first := h.add(outbound.Host{Name: "FW.example"})
			if first.Name != "fw.example:443" {
				t.Errorf("it is called %s", first.Name)
			}
			if _, err := h.Add(t.Context(), admin, outbound.Host{Name: "fw.example:443", Reason: "x"}); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			if err := h.Remove(t.Context(), admin, first.ID, first.Rev, ""); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			if err := h.Remove(t.Context(), admin, first.ID, first.Rev, "交換した"); err != nil {
				t.Fatal(err)
			}
			if err := h.Remove(t.Context(), admin, first.ID, first.Rev, "もう一度"); !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
			h.add(outbound.Host{Name: "fw.example"})
			all, err := h.List(t.Context(), admin)
			if err != nil || len(all) != 2 || !all[0].RemovedAt.IsZero() || all[1].RemovedReason != "交換した" || all[0].Reason != "遮断装置の API" {
				t.Errorf("%+v %v", all, err)
			}
			if h.audited("host.added") != 2 || h.audited("host.removed") != 1 {
				t.Error("the audit trail does not have it")
			}
		},
	})
}
