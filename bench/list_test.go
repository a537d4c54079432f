package bench

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tasuke/internal/db"
)

const (
	registered = 1000 // customers; each has a case in every incident
	looks      = 200  // fetches of each page
)

// TestBenchListOfCases fetches the pages of the list at 1,000, 20,000 and 100,000 cases. The
// customers are imported by the product; incidents and cases are written by SQL.
func TestBenchListOfCases(t *testing.T) {
	wanted(t)
	for _, dialect := range dialects() {
		t.Run(string(dialect), func(t *testing.T) {
			p := newPlace(t, dialect)
			p.importCustomers(t)
			first := map[string]time.Duration{}
			incidents := 0
			for _, n := range []int{1_000, 20_000, 100_000} {
				p.cases(t, incidents, n/registered)
				incidents = n / registered
				p.look(t, n, first)
			}
		})
	}
}

// look measures one size and prints the ratio to the first one.
func (p place) look(t *testing.T, n int, first map[string]time.Duration) {
	t.Helper()
	s := launch(t, p.args("serve", "--addr", "127.0.0.1:0")...)
	defer s.stop(t)
	u := s.signedIn(t, "op", password, 1)
	pages := []struct {
		name   string
		method string
		path   string
		form   url.Values
	}{
		{"first page", http.MethodGet, "/cases", nil},
		{"of one state", http.MethodGet, "/cases?state=verifying", nil},
		{"of one incident", http.MethodGet, "/cases?incident=" + incidentID(0), nil},
		{"of a customer by account (1, 20, 100 hits)", http.MethodPost, "/cases", url.Values{"q": {"1000123"}}},
		{"home", http.MethodGet, "/", nil},
	}
	for _, page := range pages {
		var times timings
		for i := range looks + 10 {
			start := time.Now()
			res, body, err := u.ask(page.method, page.path, page.form)
			must(t, err)
			if res.StatusCode != http.StatusOK {
				t.Fatalf("%s answered %s", page.path, res.Status)
			}
			if page.path != "/" && !bytes.Contains(body, []byte("CASE-")) {
				t.Fatalf("the list %s shows no cases:\n%.2000s", page.name, body)
			}
			if i >= 10 { // the first ones warm caches up
				times = append(times, time.Since(start))
			}
		}
		slices.Sort(times)
		ratio := ""
		if first[page.name] == 0 {
			first[page.name] = times.at(.5)
		} else {
			ratio = fmt.Sprintf("  %.2fx of 1,000", float64(times.at(.5))/float64(first[page.name]))
		}
		figure(t, fmt.Sprintf("%s cases %s, %6d cases", p.dialect, page.name, n), "p50 %s  p99 %s%s", ms(times.at(.5)), ms(times.at(.99)), ratio)
	}
	figure(t, fmt.Sprintf("%s memory after the lists, %6d cases", p.dialect, n), "%.0f MB", s.memory(t, "VmRSS"))
}

func (p place) importCustomers(t *testing.T) {
	t.Helper()
	var b strings.Builder
	b.WriteString("顧客番号,氏名,氏名カナ,生年月日,電話番号,メール,住所,口座番号,区分\n")
	for i := range registered {
		fmt.Fprintf(&b, "H%07d,佐藤　太郎%d,サトウ タロウ,1970-01-01,090-0000-%04d,h%d@hinata.example,架空県見本市1-1,%03d-%07d,個人\n", i, i, i, i, 101+i%40, 1000000+i)
	}
	file := filepath.Join(p.dir, "customers.csv")
	must(t, os.WriteFile(file, []byte(b.String()), 0o600))
	if out, err := exec.Command(binary(t), append(p.args("import", "customers"), file)...).CombinedOutput(); err != nil {
		t.Fatalf("import: %v: %s", err, out)
	}
}

func incidentID(n int) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "incident %d", n)).String()
}

// cases writes incidents from..to, each with a case of every customer, a lock of it and three lines
// of its story.
func (p place) cases(t *testing.T, from, to int) {
	t.Helper()
	p.change(t, func(d *db.DB) error {
		for i := from; i < to; i++ {
			if err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return fill(ctx, tx, i) }); err != nil {
				return err
			}
		}
		if d.Dialect == db.SQLite {
			return nil
		}
		_, err := d.Writer().Exec(`ANALYZE`) // as PostgreSQL does by itself within minutes
		return err
	})
}

// fill writes one incident with its cases; opened_at rises from case to case, a second apart.
func fill(ctx context.Context, tx *db.Tx, n int) error {
	id, at := incidentID(n), tx.Now.Add(-240*time.Hour+time.Duration(n)*registered*time.Second)
	statements := []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO incident (id, no, title, kind, severity, state, detected_at, detected_by, occurred_from, occurred_to, vectors, system_breach,
			commander, opened_by, opened_at, state_since, closed_at, rev, guard_rev)
			VALUES (?, ?, '不正出金', 'ato_withdrawal', 'S2', 'investigating', ?, 'customer', 0, 0, '', 'none_confirmed', '', 'system:bench', ?, ?, 0, 1, 1)`,
			[]any{id, fmt.Sprintf("INC-2026-%04d", n+1), at, at, at}},
		{`INSERT INTO victim_case (id, no, incident_id, customer_id, state, claim_source, noticed_at, reported_at, pattern, mfa_at_time,
			phishing_entered, loss_claimed_yen, assignee, opened_by, opened_at, state_since, rev, guard_rev)
			SELECT ? || '-' || c.k, 'CASE-2026-' || substr(CAST(1000000 + ? + c.k AS TEXT), 2), CAST(? AS TEXT), c.id,
			CASE c.k % 4 WHEN 0 THEN 'received' WHEN 1 THEN 'contained' WHEN 2 THEN 'verifying' ELSE 'confirmed' END,
			'customer', 0, ?, 'withdrawal', 'otp_sms', 'yes', 0, '', 'system:bench', ? + c.k * 1000000, ? + c.k * 1000000, 1, 1
			FROM (SELECT id, row_number() OVER (ORDER BY id) AS k FROM customer) AS c`,
			[]any{id[:23], n * registered, id, at, int64(at), int64(at)}},
		{`INSERT INTO containment (id, case_id, scope, target, state, requested_by, requested_name, requested_at, active_at, idv_level,
			release_requested_by, release_requested_at, released_by, released_at)
			SELECT 'k' || id, id, 'account', '', 'requested', 'system:bench', 'bench', opened_at, 0, 0, '', 0, '', 0 FROM victim_case WHERE incident_id = ?`, []any{id}},
		{`INSERT INTO timeline (id, incident_id, case_id, at, actor_id, actor_name, kind, args)
			SELECT 'l' || l.n || id, incident_id, id, opened_at + l.n, 'system:bench', 'bench', 'case.opened', '{}'
			FROM victim_case, (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) AS l WHERE incident_id = ?`, []any{id}},
	}
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
			return fmt.Errorf("%.60s: %w", s.sql, err)
		}
	}
	return nil
}
