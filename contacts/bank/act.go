package bank

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// act is one event that somebody wants to happen to a request as they saw it.
type act struct {
	id      string
	rev     int64
	event   Event
	comment string
	args    Args // kept in the history and told in the story
	machine bool // the product itself acts, and no revision was seen
	do      func(ctx context.Context, tx *db.Tx, r *record) error
}

// act does all that belongs to one event in the caller's transaction: decide by the table on what
// is now so, change the record, write history, story, audit entry, reminders and events.
func (s *Store) act(ctx context.Context, tx *db.Tx, by actor.Actor, a act) (Request, error) {
	r, err := s.held(ctx, tx, a.id)
	if err != nil {
		return Request{}, err
	}
	if !a.machine && r.Rev != a.rev {
		return Request{}, fault.Stale(r.Request)
	}
	m, err := s.decide(ctx, tx, by, r, a)
	if err != nil {
		return Request{}, err
	}
	if known(entering, a.event) {
		if err := s.opts.Enter(ctx, tx, r.IncidentID); err != nil {
			return Request{}, err
		}
	}
	return s.step(ctx, tx, by, &r, m, a)
}

// entering are the events that are work begun anew: none of them happens in an incident whose work
// has ended.
var entering = []Event{Reopened, Resubmitted, MailQueued, MailRequeued}

func (s *Store) decide(ctx context.Context, tx *db.Tx, by actor.Actor, r record, a act) (Move, error) {
	f, err := s.facts(ctx, tx, by, r)
	if err != nil {
		return Move{}, err
	}
	f.Machine = a.machine
	m, err := Next(r.State, a.event, by, f)
	if err != nil {
		return Move{}, err
	}
	return m, reasoned(m.Reason, a.comment)
}

// step changes the record and writes what others read of it.
func (s *Store) step(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, m Move, a act) (Request, error) {
	from, before := r.State, r.DueWhat
	r.State = m.To
	if from != m.To {
		r.StateSince = tx.Now
	}
	if a.do != nil {
		if err := a.do(ctx, tx, r); err != nil {
			return Request{}, err
		}
	}
	if from != m.To || a.event == Edited {
		r.setDue(tx.Now)
	}
	if err := s.write(ctx, tx, r); err != nil {
		return Request{}, err
	}
	if err := s.remind(ctx, tx, r, before); err != nil {
		return Request{}, err
	}
	return r.Request, s.after(ctx, tx, by, r, a, from)
}

// told are the kinds of lines in the story of an incident. It has no room for every edit of a draft,
// and has from the outbox already that a mail is tried again.
var told = map[Event]string{
	Opened: "bank.told.opened", LetterMade: "bank.told.letter_made", LetterPassed: "bank.told.letter_passed", CheckFailed: "bank.told.check_failed",
	SentBack: "bank.told.sent_back", MailQueued: "bank.told.mail_queued", MailLeft: "bank.told.mail_left", MailDied: "bank.told.mail_died",
	MailLost: "bank.told.mail_lost", HandedOver: "bank.told.handed_over", Receipted: "bank.told.receipted", TakenUp: "bank.told.taken_up",
	Froze: "bank.told.froze", FoundEmpty: "bank.told.found_empty", GaveBack: "bank.told.gave_back", Refusal: "bank.told.refusal",
	MoreAsked: "bank.told.more_asked", Resubmitted: "bank.told.resubmitted", MoneyCame: "bank.told.money_came", FreezeEnded: "bank.told.freeze_ended",
	Finished: "bank.told.finished", Reopened: "bank.told.reopened", Voided: "bank.told.voided",
}

// after writes what others read of an act.
func (s *Store) after(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, a act, from State) error {
	comment := strings.TrimSpace(a.comment)
	if err := s.line(ctx, tx, by, r, a.event, from, a.args, comment); err != nil {
		return err
	}
	if kind := told[a.event]; kind != "" {
		if err := s.tell(ctx, tx, by, r, kind, a.args); err != nil {
			return err
		}
	}
	detail := Args{"Event": string(a.event), "From": string(from), "To": string(r.State), "SHA256": r.SHA256}
	for k, v := range a.args {
		detail[k] = v
	}
	if err := s.record(ctx, tx, by, r, "bank.moved", detail); err != nil {
		return err
	}
	if err := s.emit(ctx, tx, r.Request, from); err != nil {
		return err
	}
	db.Crash("bank.act")
	return nil
}

// tell writes a line into the story of the incident, and of each case whose money it was. It names
// the request, the bank and amounts, and no person.
func (s *Store) tell(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, kind string, args Args) error {
	bank, _ := s.opts.Master.Bank(r.ToBank)
	words := map[string]string{"No": r.No, "Bank": bank.Name}
	for k, v := range args {
		words[k] = v
	}
	if n, err := strconv.ParseInt(args["Yen"], 10, 64); err == nil {
		words["Yen"] = grouped(n)
	}
	for _, id := range append([]string{""}, r.terms.caseIDs()...) {
		if err := s.opts.Tell(ctx, tx, by, r.IncidentID, id, kind, words, ""); err != nil {
			return err
		}
	}
	return nil
}

// facts reads what the guards look at. Who wrote the request down in this round is its maker.
func (s *Store) facts(ctx context.Context, tx *db.Tx, by actor.Actor, r record) (f Facts, err error) {
	var made int
	if err := tx.Get(ctx, &made, `SELECT count(*) FROM bank_line WHERE request_id = ? AND actor_id = ?
		AND (event IN ('edited', 'opened') OR round = ? AND event IN ('letter_made', 'resubmitted'))`, r.ID, by.ID, r.Round); err != nil {
		return Facts{}, err
	}
	desk, found, err := s.opts.Desk(ctx, tx, r.ToBank)
	if err != nil {
		return Facts{}, err
	}
	var mailed int64
	if err := tx.Get(ctx, &mailed, `SELECT coalesce(max(version), 0) FROM bank_line WHERE request_id = ? AND event = 'mail_queued'`, r.ID); err != nil {
		return Facts{}, err
	}
	return Facts{Maker: made > 0, NoMail: !found || desk.Mail == "", Stale: found && desk.Stale, Old: r.SHA256 == "" || mailed != r.Letter}, nil
}

func reasoned(required bool, text string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(text)); {
	case required && n == 0:
		return fault.Field("reason", "form.required")
	case n > maxReason:
		return fault.Field("reason", "form.too_long")
	}
	return nil
}

// uncheck takes the letter and what people said about it away.
func (r *record) uncheck() {
	r.SHA256, r.Mismatches, r.CheckedBy, r.CheckedName, r.CheckedAt = "", 0, "", "", 0
}
