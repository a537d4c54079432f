package cases

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/text"
)

// Filter narrows the list; empty fields do not.
type Filter struct {
	State      State
	IncidentID string
	Assignee   string
	// Query is a case number, or a fragment of a name, kana, account or phone. Customers are
	// searched only for who may find customers.
	Query string
}

// Entry is one row of the list, without what is sealed.
type Entry struct {
	Case
	Customer Masked
}

// List is one page of cases, the newest first.
type List struct {
	Entries []Entry
	Next    Cursor // zero on the last page
	Count   int    // of all pages together, at most CountLimit
	More    bool   // there are more than Count
}

const (
	// CountLimit is as far as a list counts; a count of everything would grow with the firm.
	CountLimit = 1000
	// findLimit bounds how many customers a fragment may stand for.
	findLimit = 200
)

// List reads a page of cases with masked customers. It needs case.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p Page) (l List, err error) {
	if err := by.Need(actor.CaseRead); err != nil {
		return List{}, err
	}
	var found []string
	if q := strings.TrimSpace(f.Query); q != "" && by.May(actor.CustomerFind) && !isNumber(q) {
		if found, err = s.customers.FindIDs(ctx, by, q, findLimit); err != nil {
			return List{}, fmt.Errorf("find customers: %w", err)
		}
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		l, err = s.list(ctx, tx, f.match(found, tx.Now), p)
		return err
	})
	return l, err
}

func (s *Store) list(ctx context.Context, tx *db.Tx, m match, p Page) (l List, err error) {
	if err := tx.Get(ctx, &l.Count, m.countSQL(), m.args...); err != nil {
		return List{}, err
	}
	if l.More = l.Count > CountLimit; l.More {
		l.Count = CountLimit
	}
	query, args := m.pageSQL(p)
	var rows []Case
	if err := tx.Select(ctx, &rows, query, args...); err != nil {
		return List{}, err
	}
	if n := p.Size(); len(rows) > n {
		rows = rows[:n]
		l.Next = Cursor{At: rows[n-1].OpenedAt, ID: rows[n-1].ID}
	}
	ids := make([]string, len(rows))
	for i, c := range rows {
		ids[i] = c.CustomerID
	}
	masked, err := s.customers.Masked(ctx, tx, ids)
	if err != nil {
		return List{}, err
	}
	for _, c := range rows {
		l.Entries = append(l.Entries, Entry{c, masked[c.CustomerID]})
	}
	return l, nil
}

// match is a filter as conditions.
type match struct {
	where []string
	args  []any
}

func (m *match) and(condition string, args ...any) {
	m.where, m.args = append(m.where, condition), append(m.args, args...)
}

// either adds the condition that the number or the customer is one of these; of none it never holds.
func (m *match) either(numbers, customers []string) {
	var parts []string
	var args []any
	in := func(column string, values []string) {
		if len(values) == 0 {
			return
		}
		parts = append(parts, column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")")
		for _, v := range values {
			args = append(args, v)
		}
	}
	in("no", numbers)
	in("customer_id", customers)
	if len(parts) == 0 {
		parts = []string{"1 = 0"}
	}
	m.and("("+strings.Join(parts, " OR ")+")", args...)
}

func (f Filter) match(customers []string, now db.Instant) (m match) {
	m.and("1 = 1")
	if f.State != "" {
		m.and("state = ?", f.State)
	}
	if f.IncidentID != "" {
		m.and("incident_id = ?", f.IncidentID)
	}
	if f.Assignee != "" {
		m.and("assignee = ?", f.Assignee)
	}
	if q := strings.TrimSpace(f.Query); q != "" {
		m.either(numbers(q, now), customers)
	}
	return m
}

func (m match) countSQL() string {
	return fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 AS one FROM victim_case WHERE %s LIMIT %d) AS capped`,
		strings.Join(m.where, " AND "), CountLimit+1)
}

func (m match) pageSQL(p Page) (string, []any) {
	where, args := p.Behind(m.where, m.args, "opened_at")
	return `SELECT ` + plainColumns + ` FROM victim_case WHERE ` + strings.Join(where, " AND ") +
		` ORDER BY opened_at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)
}

// tokyo is the calendar of the numbers; no daylight saving time since 1951.
var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

var (
	fullNumber  = regexp.MustCompile(`^case-\d{4}-\d{6,}$`)
	shortNumber = regexp.MustCompile(`^\d{1,6}$`)
)

func isNumber(q string) bool { return fullNumber.MatchString(text.Fold(q)) }

// numbers are the case numbers a query may mean: the whole number, or its last digits in this
// year or the last one.
func numbers(q string, now db.Instant) []string {
	q = text.Fold(q)
	switch {
	case fullNumber.MatchString(q):
		return []string{strings.ToUpper(q)}
	case shortNumber.MatchString(q):
		n, err := strconv.Atoi(q)
		if err != nil {
			return nil
		}
		year := now.In(tokyo).Year()
		return []string{fmt.Sprintf("CASE-%d-%06d", year, n), fmt.Sprintf("CASE-%d-%06d", year-1, n)}
	}
	return nil
}
