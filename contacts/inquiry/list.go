package inquiry

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/text"
)

// Filter narrows a list; empty fields do not.
type Filter struct {
	States     []State
	Categories []Category
	OperatorID string
	CustomerID string
	CaseID     string
	IncidentID string
	// From and To are of the moment of receipt, To not included.
	From, To db.Instant
	// Phone is a call-back number or a run of at least four of its digits, in any spelling. Phone
	// and Account ask for actor.CustomerFind: pieces of a number tell who called.
	Phone string
	// Account is the account number as the caller said it, in any spelling.
	Account string
}

// Page asks for the next part of a list.
type Page struct {
	// After is List.Next of the part before.
	After string
	// Limit is 1 to 200; 0 is 50.
	Limit int
}

// List is a part of a list.
type List struct {
	Items []Inquiry
	// Next is empty at the end.
	Next string
}

const (
	usualPage = 50
	longest   = 200
)

// List lists inquiries, the newest first, by key and not by offset: the last part costs what
// the first does. Nothing sealed is shown.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p Page) (out List, err error) {
	if err := by.Need(actor.InquiryRead); err != nil {
		return out, err
	}
	if f.Phone != "" || f.Account != "" {
		if err := by.Need(actor.CustomerFind); err != nil {
			return out, err
		}
	}
	limit := p.Limit
	if limit <= 0 {
		limit = usualPage
	}
	limit = min(limit, longest)
	c := &conditions{}
	if err := s.narrow(c, f, p); err != nil {
		return out, err
	}
	fragment := text.Phone(f.Phone)
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := c.read(ctx, tx, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			last := rows[limit-1]
			out.Next = cursor(last.ReceivedAt, last.ID)
		}
		out.Items, err = s.recheck(ctx, tx, rows, fragment)
		return err
	})
	return out, err
}

type conditions struct {
	where []string
	args  []any
}

func (c *conditions) add(where string, args ...any) {
	c.where = append(c.where, where)
	c.args = append(c.args, args...)
}

func (c *conditions) equal(where, v string) {
	if v != "" {
		c.add(where, v)
	}
}

func (c *conditions) read(ctx context.Context, tx *db.Tx, limit int) (rows []*row, err error) {
	q := `SELECT ` + shown + `, form FROM inquiry`
	if len(c.where) > 0 {
		q += ` WHERE ` + strings.Join(c.where, ` AND `)
	}
	err = tx.SelectIn(ctx, &rows, q+` ORDER BY received_at DESC, id DESC LIMIT ?`, append(c.args, limit)...)
	return rows, err
}

func (s *Store) narrow(c *conditions, f Filter, p Page) error {
	c.equal(`operator_id = ?`, f.OperatorID)
	c.equal(`customer_id = ?`, f.CustomerID)
	c.equal(`case_id = ?`, f.CaseID)
	c.equal(`incident_id = ?`, f.IncidentID)
	if len(f.States) > 0 {
		c.add(`state IN (?)`, f.States)
	}
	if len(f.Categories) > 0 {
		c.add(`category IN (?)`, f.Categories)
	}
	if !f.From.IsZero() {
		c.add(`received_at >= ?`, f.From)
	}
	if !f.To.IsZero() {
		c.add(`received_at < ?`, f.To)
	}
	if a := text.Account(f.Account); a != "" {
		c.add(`account_blind = ?`, s.vault.Blind(accountField, a))
	}
	if err := s.narrowPhone(c, f.Phone); err != nil {
		return err
	}
	return after(c, p.After)
}

// narrowPhone asks for every gram of a fragment; the rows are only candidates.
func (s *Store) narrowPhone(c *conditions, phone string) error {
	if strings.TrimSpace(phone) == "" {
		return nil
	}
	grams := s.vault.Grams(phoneField, text.Phone(phone), gramSize)
	if len(grams) == 0 {
		return fault.Field("phone", "inquiry.search.short")
	}
	q, args, err := sqlx.In(`id IN (SELECT inquiry_id FROM inquiry_gram WHERE gram IN (?) GROUP BY inquiry_id HAVING count(*) = ?)`, grams, len(grams))
	if err != nil {
		return err
	}
	c.add(q, args...)
	return nil
}

// recheck opens the candidates of a fragment and leaves out those that only share its grams.
// What was opened is not shown to anybody.
func (s *Store) recheck(ctx context.Context, tx *db.Tx, rows []*row, fragment string) (out []Inquiry, err error) {
	for _, r := range rows {
		if fragment != "" {
			f, err := s.open(ctx, tx, r)
			if err != nil {
				return nil, err
			}
			if !strings.Contains(text.Phone(f.CallbackPhone), fragment) {
				continue
			}
		}
		out = append(out, r.Inquiry)
	}
	return out, nil
}

func cursor(at db.Instant, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(int64(at), 10) + " " + id))
}

func after(c *conditions, cur string) error {
	if cur == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cur)
	at, id, ok := strings.Cut(string(raw), " ")
	n, nerr := strconv.ParseInt(at, 10, 64)
	if err != nil || nerr != nil || !ok {
		return fault.Field("after", "form.choice")
	}
	c.add(`(received_at < ? OR (received_at = ? AND id < ?))`, n, n, id)
	return nil
}
