package isac

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Send puts the approved version into the outbox, bundle and sheet attached, in one transaction
// with the share's state. The guard looks again right before. It needs share.write. It fails with
// fault.Refused "share.leaks" and what the guard found, which is then on record; with fault.Refused
// "share.guard.no_mail", "share.guard.stale_desk" or "share.guard.approval_void"; and with
// fault.Conflict when rev is stale.
func (s *Store) Send(ctx context.Context, by actor.Actor, id string, rev int64) (out Share, found []Found, err error) {
	if err := by.Need(actor.ShareWrite); err != nil {
		return Share{}, nil, err
	}
	return s.leave(ctx, by, act{id: id, rev: rev, event: MailQueued, do: s.post(by)})
}

// Handover is what a person states who filled in a channel's portal.
type Handover struct {
	ID        string
	Rev       int64
	At        db.Instant
	Reference string // the number the portal gave
}

const maxReference = 80 // characters

// HandIn records that the approved version was handed in on the portal of its channel. The guard
// looks again before. It needs share.write. It fails like Send, and with fault.Invalid and the
// fields that are wrong: nothing is handed in before it was approved, nor in the future.
func (s *Store) HandIn(ctx context.Context, by actor.Actor, h Handover) (out Share, found []Found, err error) {
	if err := by.Need(actor.ShareWrite); err != nil {
		return Share{}, nil, err
	}
	h.Reference = strings.TrimSpace(h.Reference)
	bad := map[string]string{}
	if h.At <= 0 {
		bad["at"] = "form.required"
	}
	switch n := utf8.RuneCountInString(h.Reference); {
	case n == 0:
		bad["reference"] = "form.required"
	case n > maxReference:
		bad["reference"] = "form.too_long"
	}
	if len(bad) > 0 {
		return Share{}, nil, fault.Form(bad)
	}
	return s.leave(ctx, by, act{id: h.ID, rev: h.Rev, event: HandedIn, do: func(_ context.Context, tx *db.Tx, r *record) error {
		switch {
		case h.At > tx.Now:
			return fault.Field("at", "form.future")
		case h.At < r.ApprovedAt-r.ApprovedAt%db.Instant(time.Minute.Microseconds()): // people state moments to the minute
			return fault.Field("at", "share.before_approval")
		}
		r.SentAt, r.Method, r.Reference = h.At, ByPortal, h.Reference
		return nil
	}})
}

// leave lets the guard look and the share go in one transaction. A refusal of the guard is
// committed with what it puts on record, and changes nothing else.
func (s *Store) leave(ctx context.Context, by actor.Actor, a act) (out Share, found []Found, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, a.id)
		if err != nil {
			return err
		}
		m, err := s.decide(ctx, tx, by, r, a)
		if err != nil {
			return err
		}
		if found, err = s.search(ctx, tx, r.content); err != nil {
			return err
		}
		if len(found) > 0 {
			found, err = s.refuse(ctx, tx, by, &r, a.event, found)
			return err
		}
		out, err = s.step(ctx, tx, by, &r, m, a)
		return err
	})
	if err == nil && len(found) > 0 {
		err = refusal(found)
	}
	return out, found, err
}

// post hands the frozen version to the mail room. The key is the same for one sending however often
// it is attempted; a share that is sent again after its mail died has another.
func (s *Store) post(by actor.Actor) func(context.Context, *db.Tx, *record) error {
	return func(ctx context.Context, tx *db.Tx, r *record) error {
		desk, _, err := s.desk(ctx, tx, *r)
		if err != nil {
			return err
		}
		v, bundle, pdf, err := s.frozen(ctx, tx, r.ID, r.Version)
		if err != nil {
			return err
		}
		if v.BundleSHA256 != r.BundleSHA256 {
			return fmt.Errorf("share %s: %w", r.ID, errChanged)
		}
		digest, err := s.standing(ctx, tx, *r, desk.Mail)
		if err != nil {
			return err
		}
		if digest != r.ApprovalDigest { // the directory was changed since the guard read it
			return fault.New(fault.Refused, "share.guard.approval_void", nil)
		}
		r.Sendings++
		subject, text := covering(s.opts.Firm, *r, desk, v)
		r.MailID, err = s.opts.Send(ctx, tx, by, Mail{To: []string{desk.Mail}, Subject: subject, Text: text,
			Files: []File{{fileName(r.Share, v.Version, "json"), "application/stix+json", bundle}, {fileName(r.Share, v.Version, "pdf"), "application/pdf", pdf}},
			About: Ref(r.ID), IncidentID: r.IncidentID, Key: fmt.Sprintf("share:%s:%d:%d", r.ID, v.Version, r.Sendings)})
		return err
	}
}

func fileName(s Share, version int64, ending string) string {
	return fmt.Sprintf("%s-%d.%s", s.No, version, ending)
}

// covering is the mail around the share. It tells the label, the number and the hash, and nothing
// of what the share says: mails are read on their way.
func covering(f Firm, r record, d Desk, v Version) (subject, text string) {
	to := strings.Join(filled(d.Name, d.Section), "　")
	from := strings.Join(filled(f.Name, f.Section, f.Phone, f.Mail), "\n")
	label := string(r.TLP)
	if r.content.Language == "en" {
		return "[" + label + "] Information sharing " + r.No, strings.Join([]string{to, "",
			"Please find attached what we observed of an attack: a sheet (PDF) and the same as STIX 2.1 (JSON).",
			"Both are marked " + label + " (TLP 2.0). Please do not pass them on further than this label allows.", "",
			fmt.Sprintf("Number: %s, version %d", r.No, v.Version), "SHA-256 of the STIX file: " + v.BundleSHA256, "", from, ""}, "\n")
	}
	return "【" + label + "】情報共有（" + r.No + "）", strings.Join([]string{to + "　御中", "",
		"当社で観測した攻撃の情報を共有いたします。添付は共有票（PDF）と、同じ内容の STIX 2.1（JSON）です。",
		"共有範囲は " + label + "（TLP 2.0）です。範囲を越えた転送はお控えください。", "",
		fmt.Sprintf("番号: %s 第%d版", r.No, v.Version), "STIXファイルのSHA-256: " + v.BundleSHA256, "", from, ""}, "\n")
}
