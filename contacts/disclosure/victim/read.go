package victim

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/text"
	"tasuke/internal/vault"
)

// Item is one notice as screens show it: who it is for is masked, what it says is not.
type Item struct {
	Notice
	Facts            []Fact // the customer's own
	Name, To, Postal string // masked
	Subject, Text    string // with the name masked
	Changed          db.Instant
	Problems         map[string]string
	Findings         []Finding
	Choices          []NoticeMove
	Erased           bool
}

// Sheet is everything the page of one mailing shows, read from one snapshot.
type Sheet struct {
	Mailing    Mailing
	IncidentNo string
	Content    Content
	Erased     bool
	Facts      Facts
	Choices    []Choice
	Counts     map[NoticeState]int
	Letters    int    // that wait to be printed and posted
	Items      []Item // a page of them
	From, Next int64  // of the page; Next is 0 on the last
	Lines      []Line // the newest first
}

const (
	pageSize = 50
	maxLines = 200
)

// Sheet reads a mailing with the notices from a place on. It needs notice.read; fault.NotFound
// "row.none" when there is none.
func (s *Store) Sheet(ctx context.Context, by actor.Actor, id string, from int64) (sh Sheet, err error) {
	if err := by.Need(actor.NoticeRead); err != nil {
		return Sheet{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		sh.Mailing, sh.Content, sh.Erased, sh.From = r.Mailing, r.content, r.erased, from
		if sh.IncidentNo, err = s.opts.Numbered(ctx, tx, r.IncidentID); err != nil {
			return err
		}
		if sh.Facts, err = s.facts(ctx, tx, by, &r); err != nil {
			return err
		}
		sh.Choices = Choices(r.State, by, sh.Facts)
		if err := s.people(ctx, tx, by, &sh); err != nil {
			return err
		}
		sh.Lines, err = s.lines(ctx, tx, id)
		return err
	})
	return sh, err
}

func (s *Store) people(ctx context.Context, tx *db.Tx, by actor.Actor, sh *Sheet) error {
	all, err := notices(ctx, tx, sh.Mailing.ID)
	if err != nil {
		return err
	}
	sh.Counts = map[NoticeState]int{}
	for _, n := range all {
		sh.Counts[n.State]++
		if n.NeedsLetter() {
			sh.Letters++
		}
	}
	page, err := s.papers(ctx, tx, `mailing_id = ? AND pos >= ? ORDER BY pos LIMIT ?`, sh.Mailing.ID, sh.From, pageSize+1)
	if err != nil {
		return err
	}
	if len(page) > pageSize {
		sh.Next, page = page[pageSize].Pos, page[:pageSize]
	}
	for _, n := range page {
		sh.Items = append(sh.Items, n.item(by))
	}
	return nil
}

// item is a notice with the customer's name and addresses masked.
func (n noticeRecord) item(by actor.Actor) Item {
	p := n.paper
	hide := func(s string) string {
		if p.Name == "" {
			return s
		}
		return strings.ReplaceAll(s, p.Name, text.MaskName(p.Name))
	}
	i := Item{Notice: n.Notice, Facts: p.Facts, Subject: hide(p.Subject), Text: hide(p.Text), Changed: p.Changed,
		Problems: p.Problems, Findings: p.Findings, Erased: n.erased, Choices: NoticeChoices(n.Notice, by)}
	if p.Name != "" {
		i.Name = text.MaskName(p.Name)
	}
	if p.Mail != "" {
		i.To = text.MaskMail(p.Mail)
	}
	if r := []rune(p.Postal); len(r) > 0 {
		i.Postal = string(r[:min(len(r), 4)]) + "…"
	}
	return i
}

func (s *Store) lines(ctx context.Context, tx *db.Tx, id string) ([]Line, error) {
	var rows []struct {
		Line
		Sealed []byte `db:"comment"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, mailing_id, case_no, at, actor_id, actor_name, event, from_state, to_state, digest, comment
		FROM victim_line WHERE mailing_id = ? ORDER BY at DESC, id DESC LIMIT ?`, id, maxLines); err != nil {
		return nil, fmt.Errorf("read the history of mailing %s: %w", id, err)
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		out[i] = r.Line
		if len(r.Sealed) == 0 {
			continue
		}
		plain, err := s.vault.OpenText(ctx, tx, vault.Place{Table: "victim_line", Column: "comment", Row: r.ID}, r.Sealed)
		if out[i].Erased = fault.Is(err, fault.NotFound); err != nil && !out[i].Erased {
			return nil, fmt.Errorf("open a comment: %w", err)
		}
		out[i].Comment = plain
	}
	return out, nil
}

// Full is a notice in plain text, as it was revealed for a purpose.
type Full struct{ Name, Mail, Postal, Subject, Text string }

// Purposes lists why a notice may be read in full; the sentence of each is mail.purpose.<it>. They are
// a choice and not free text, because the audit trail keeps them for ever.
var Purposes = []string{"delivery", "investigation", "report", "audit"}

// Reveal gives one notice in plain text and puts on record, in the access tree of the audit log, who
// saw it and why. It needs notice.read and customer.reveal. It fails with a field fault when purpose is
// none of Purposes, and with fault.NotFound "vault.erased".
func (s *Store) Reveal(ctx context.Context, by actor.Actor, id string, pos int64, purpose string) (f Full, err error) {
	for _, p := range []actor.Permission{actor.NoticeRead, actor.CustomerReveal} {
		if err := by.Need(p); err != nil {
			return Full{}, err
		}
	}
	if !slices.Contains(Purposes, purpose) {
		return Full{}, fault.Field("purpose", "mail.purpose.missing")
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		n, err := s.one(ctx, tx, id, pos)
		if err != nil {
			return err
		}
		if n.erased {
			return fault.New(fault.NotFound, "vault.erased", nil)
		}
		f = Full{n.paper.Name, n.paper.Mail, n.paper.Postal, n.paper.Subject, n.paper.Text}
		return s.record(ctx, tx, by, audit.Access, r.Mailing, "notice.revealed", map[string]string{"Case": n.CaseID, "purpose": purpose})
	})
	if err != nil {
		return Full{}, err
	}
	return f, nil
}

// Choosable are the cases of an incident for a new mailing: confirmed, and told by no other. It needs
// notice.read. Names are masked.
func (s *Store) Choosable(ctx context.Context, by actor.Actor, incidentID, mailingID string) (out []Choosable, err error) {
	if err := by.Need(actor.NoticeRead); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		known, err := s.opts.Cases(ctx, tx, incidentID)
		if err != nil {
			return err
		}
		told, err := s.told(ctx, tx, incidentID)
		if err != nil {
			return err
		}
		var ids []string
		for _, c := range known {
			n, busy := told[c.ID]
			if mine := busy && n.MailingID == mailingID; mine || !busy && c.Confirmed {
				out, ids = append(out, Choosable{CaseRef: c, Chosen: mine}), append(ids, c.CustomerID)
			}
		}
		reach, err := s.opts.Reach(ctx, tx, ids)
		for i, c := range out {
			to, ok := reach[c.CustomerID]
			out[i].Name, out[i].ByMail, out[i].Erased = text.MaskName(to.Name), first(Notice{}, to, tx.Now).Medium == notice.ByMail, !ok
		}
		return err
	})
	return out, err
}

// Choosable is a case that may be told by a mailing.
type Choosable struct {
	CaseRef
	Name   string // masked
	ByMail bool   // else on paper
	Chosen bool   // it is in the mailing that was asked for
	Erased bool
}

// told are the notices by which cases of an incident are told, or are going to be, by case.
func (s *Store) told(ctx context.Context, tx *db.Tx, incidentID string) (map[string]Notice, error) {
	var all []Notice
	if err := tx.Select(ctx, &all, `SELECT `+noticeColumns+` FROM victim_notice WHERE incident_id = ? AND state NOT IN (?, ?)`,
		incidentID, Withdrawn, Unreachable); err != nil {
		return nil, fmt.Errorf("read who is told of incident %s: %w", incidentID, err)
	}
	out := map[string]Notice{}
	for _, n := range all {
		out[n.CaseID] = n
	}
	return out, nil
}
