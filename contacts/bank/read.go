package bank

import (
	"context"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
)

// Sheet is everything the page of one request shows, read from one snapshot.
type Sheet struct {
	Request Request
	Account Shown
	// Holder is the account's holder in full, for whoever may check the letter now; empty otherwise.
	Holder string
	// Text is the letter as such a person reads it, in Japanese, with the account's number masked.
	Text    string
	ToName  string // of the bank that is written to
	Desk    DeskInfo
	HasDesk bool
	Terms   Terms
	Erased  bool // the key of the terms was destroyed
	Missing map[string]string
	Cases   []CaseRef
	Letters []LetterInfo // the newest first, like all that follows
	Calls   []Call
	Replies []Reply
	Lines   []Line
	Choices []Choice
	Facts   Facts
}

// Can reports whether the reader may cause an event now.
func (s Sheet) Can(e Event) bool {
	return slices.ContainsFunc(s.Choices, func(c Choice) bool { return c.Event == e && c.Why == "" })
}

// Sheet reads one request, its account masked. It needs bank.read. Who may check the letter now
// reads it, with the holder in full and the number masked, which is an entry in the access log.
func (s *Store) Sheet(ctx context.Context, by actor.Actor, id string) (sh Sheet, err error) {
	if err := by.Need(actor.BankRead); err != nil {
		return Sheet{}, err
	}
	if err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error { return s.sheet(ctx, tx, by, id, &sh) }); err != nil || !sh.Can(LetterPassed) {
		return sh, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.toCheck(ctx, tx, r, &sh); err != nil {
			return err
		}
		return accessed(ctx, tx, by, "bank.holder_seen", id, Args{})
	})
	return sh, err
}

// toCheck puts in what a checker reads. Of what was erased there is nothing to be read.
func (s *Store) toCheck(ctx context.Context, tx *db.Tx, r record, sh *Sheet) error {
	l, err := s.letterData(ctx, tx, r)
	if fault.Is(err, fault.Refused) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, made := range sh.Letters {
		if made.Version == r.Letter {
			l.Date = made.MadeAt
		}
	}
	sh.Holder, sh.Text = l.Account.HolderKana, l.masked().Text()
	return nil
}

func (s *Store) sheet(ctx context.Context, tx *db.Tx, by actor.Actor, id string, sh *Sheet) error {
	r, err := s.load(ctx, tx, id)
	if err != nil {
		return err
	}
	sh.Request, sh.Terms, sh.Erased = r.Request, r.terms, r.erased
	account, err := s.account(ctx, tx, r.AccountID)
	if err != nil {
		return err
	}
	sh.Account = account.masked(s.opts.Master)
	sh.Account.Erased = account.Number == ""
	to, _ := s.opts.Master.Bank(r.ToBank)
	sh.ToName = to.Name
	if sh.Desk, sh.HasDesk, err = s.opts.Desk(ctx, tx, r.ToBank); err != nil {
		return err
	}
	if sh.Facts, err = s.facts(ctx, tx, by, r); err != nil {
		return err
	}
	sh.Choices = Choices(r.State, by, sh.Facts)
	if r.State == Draft {
		sh.Missing = r.terms.missing(r.Request)
	}
	if sh.Cases, err = s.opts.Cases(ctx, tx, r.IncidentID); err != nil {
		return err
	}
	return s.logs(ctx, tx, sh)
}

func (s *Store) logs(ctx context.Context, tx *db.Tx, sh *Sheet) (err error) {
	id := sh.Request.ID
	if sh.Letters, err = s.letters(ctx, tx, id); err != nil {
		return err
	}
	if sh.Calls, err = s.calls(ctx, tx, id); err != nil {
		return err
	}
	if sh.Replies, err = s.replies(ctx, tx, id); err != nil {
		return err
	}
	sh.Lines, err = s.lines(ctx, tx, id)
	return err
}

func accessed(ctx context.Context, tx *db.Tx, by actor.Actor, action, id string, detail Args) error {
	return audit.Append(ctx, tx, audit.Entry{Tree: audit.Access, Actor: by, Action: action, Object: audit.Ref{Kind: "bank_request", ID: id}, Detail: detail})
}

// Cursor names the last row of a page of the list.
type Cursor = paging.Cursor

// Page asks for at most Limit rows behind After. A limit outside 1 to 200 is 50.
type Page = paging.Page

// ParseCursor reads a cursor as it stands in an address. Anything else is fault.Invalid.
func ParseCursor(s string) (Cursor, error) { return paging.Parse(s) }

// Filter narrows the list; empty fields do not.
type Filter struct {
	State      State
	IncidentID string
	Due        bool // only what the firm should have done by now
	Open       bool // only what is neither closed nor void
}

// Entry is one row of the list.
type Entry struct {
	Request
	ToName  string
	Account Shown
}

// List reads a page of requests: what is due first, then what waits for nothing. It needs bank.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p Page) (list []Entry, next Cursor, err error) {
	if err := by.Need(actor.BankRead); err != nil {
		return nil, Cursor{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		where, args := f.where(tx.Now)
		if !p.After.IsZero() {
			where, args = append(where, "(due_at, id) > (?, ?)"), append(args, p.After.At, p.After.ID)
		}
		var rows []Request
		if err := tx.Select(ctx, &rows, `SELECT `+columns+` FROM bank_request WHERE `+strings.Join(where, " AND ")+` ORDER BY due_at, id LIMIT ?`,
			append(args, p.Size()+1)...); err != nil {
			return err
		}
		if n := p.Size(); len(rows) > n {
			rows = rows[:n]
			next = Cursor{At: rows[n-1].DueAt, ID: rows[n-1].ID}
		}
		list, err = s.entries(ctx, tx, rows)
		return err
	})
	return list, next, err
}

func (s *Store) entries(ctx context.Context, tx *db.Tx, rows []Request) ([]Entry, error) {
	out, keys := make([]Entry, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		keys[i] = destination(r.AccountID)
	}
	if err := s.vault.Warm(ctx, tx, keys); err != nil {
		return nil, err
	}
	for i, r := range rows {
		a, err := s.account(ctx, tx, r.AccountID)
		if err != nil {
			return nil, err
		}
		to, _ := s.opts.Master.Bank(r.ToBank)
		out[i] = Entry{Request: r, ToName: to.Name, Account: a.masked(s.opts.Master)}
	}
	return out, nil
}

func (f Filter) where(now db.Instant) (where []string, args []any) {
	where = []string{"1 = 1"}
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, f.State)
	}
	if f.IncidentID != "" {
		where, args = append(where, "incident_id = ?"), append(args, f.IncidentID)
	}
	if f.Due {
		where, args = append(where, "due_at <= ?"), append(args, now)
	}
	if f.Open {
		where = append(where, "state NOT IN ("+quoted(over)+")")
	}
	return where, args
}

// CasesOf lists the customer cases of an incident for the form of a new request. It needs
// bank.write.
func (s *Store) CasesOf(ctx context.Context, by actor.Actor, incidentID string) (list []CaseRef, err error) {
	if err := by.Need(actor.BankWrite); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err = s.opts.Cases(ctx, tx, incidentID)
		return err
	})
	return list, err
}
