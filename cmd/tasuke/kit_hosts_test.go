package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tasuke/contacts/outbound"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// allowedHost makes a host that playbooks may send requests to.
func (h *house) allowedHost(ctx context.Context, w *demoWorld) {
	made, err := h.hosts.Add(ctx, w.who["admin"], outbound.Host{Name: "firewall.hinata.example", KeyHeader: "Idempotency-Key", Reason: "送信元アドレスの遮断"})
	must(h.t, err)
	h.firm.host = made.ID
}

// An action of a playbook sends what it was given, and the answer has the shape that is promised.
func TestAnHTTPActionSendsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "", options{})
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		must(t, err)
		got = r.Method + " " + r.URL.String() + " " + string(b)
		_, err = io.WriteString(w, "blocked")
		must(t, err)
	}))
	t.Cleanup(s.Close)
	kind := h.httpKind()
	call := workflow.Call{Key: "step:1", Input: map[string]any{
		"method": "POST", "url": s.URL + "/block", "headers": "Content-Type: application/json", "body": `{"n": __v_n__:value, "ip": "__v_ip__:value"}`,
		"v_n": int64(3), "v_ip": "203.0.113.45",
	}}
	free := func(context.Context) error { return nil }
	if _, err := kind.Do(t.Context(), call, free); !fault.Is(err, fault.Refused) {
		t.Errorf("to a host nobody allowed: %v", err)
	}
	_, err := h.hosts.Add(t.Context(), h.firm.who["admin"], outbound.Host{Name: strings.TrimPrefix(s.URL, "http://"), Plain: true, Private: true, Reason: "x"})
	must(t, err)
	out, err := kind.Do(t.Context(), call, free)
	must(t, err)
	if out["status"] != int64(200) || out["body"] != "blocked" || got != `POST /block {"n": 3, "ip": "203.0.113.45"}` {
		t.Errorf("%v for %s", out, got)
	}
}

// The administrator keeps the list on a screen; what was typed comes back with what is wrong.
func TestTheListOfHostsIsKeptOnAScreen(t *testing.T) {
	t.Parallel()
	h := openHouse(t, "", options{})
	v := h.signedIn("admin", "en")
	if a := v.post("/admin/hosts", url.Values{"name": {"https://fw.example/"}, "reason": {"block senders"}}); a.status != http.StatusUnprocessableEntity ||
		!strings.Contains(a.body, "host name and a port only") || !strings.Contains(a.body, "block senders") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := v.post("/admin/hosts", url.Values{"name": {"fw.example"}, "reason": {"block senders"}, "key_header": {"Idempotency-Key"}}); a.status != http.StatusSeeOther {
		t.Errorf("%d %s", a.status, a.body)
	}
	page := v.get("/admin/hosts").body
	if !strings.Contains(page, "fw.example:443") || !strings.Contains(page, "block senders") {
		t.Error(page)
	}
	all, err := h.hosts.List(t.Context(), h.firm.who["admin"])
	must(t, err)
	path := "/admin/hosts/" + all[0].ID + "/remove"
	if a := v.post(path, url.Values{"rev": {"1"}}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("removed without a reason: %d", a.status)
	}
	if a := v.post(path, url.Values{"rev": {"1"}, "reason": {"replaced"}}); a.status != http.StatusSeeOther {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.signedIn("op", "ja").get("/admin/hosts"); a.status != http.StatusNotFound {
		t.Errorf("an operator sees it: %d", a.status)
	}
}
