package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tasuke/internal/actor"
)

// What stays of the closing walk: who was there, and a trail that can be proved.

// accountMade: the administrator gives somebody a new account.
func (w *closing) accountMade() {
	p := w.as("admin")
	p.visit("/admin/accounts")
	p.fill("#f-login", "op2")
	p.fill("#f-name", w.in("受付 二葉", "Uketsuke Futaba"))
	p.tick(`form[action="/admin/accounts"][method=post] input[name=roles][value=` + string(actor.Operator) + `]`)
	p.leads(p.submit)
	p.see("#setup-link")
	w.station(p, "account")
}

// trailRead: the auditor finds what was done outside the house, by whom, and no customer in it.
func (w *closing) trailRead() {
	p := w.as("audit")
	p.visit("/audit")
	for _, kind := range []string{"share", "disclosure", "remedy"} {
		id := map[string]string{"share": w.share, "disclosure": w.disclosure, "remedy": w.remedy}[kind]
		p.choose("#f-kind", kind)
		p.replace("#f-id", id)
		p.leads(p.enter)
		p.says("tbody", w.firm.who[map[string]string{"share": "fraud", "disclosure": "pr", "remedy": "care"}[kind]].Name)
		if text := p.text("main"); strings.Contains(text, w.customerName(frightened)) || strings.Contains(text, accountNo) {
			w.t.Errorf("the trail of the %s shows what is not for it", kind)
		}
	}
	w.station(p, "audit")
}

// trailProved: `tasuke verify` finds the database of the walk as its checkpoints say.
func (w *closing) trailProved() {
	out, err := verifyWith(w.t, "--db", w.dsn, "--key", w.publicKey(), "--lang", w.lang)
	if err != nil {
		w.t.Errorf("verify: %v: %s", err, out)
	}
}

// everybodyWasThere: each role had something to do at a window.
func (w *closing) everybodyWasThere() {
	var there []actor.Role
	for login := range w.windows {
		for _, l := range demoLogins {
			if l.login == login {
				there = append(there, l.role)
			}
		}
	}
	for _, r := range actor.Roles {
		if !slices.Contains(there, r) {
			w.t.Errorf("nobody sat at a window as %s", r)
		}
	}
}

// publicKey is the file with the key that an auditor is given.
func (w *closing) publicKey() string {
	at := filepath.Join(w.dir, "keys", "audit.key.pub")
	if _, err := os.Stat(at); err != nil { // nodes on PostgreSQL are given their keys
		return filepath.Join(w.dir, "audit.key.pub")
	}
	return at
}
