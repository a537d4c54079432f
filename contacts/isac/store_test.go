package isac_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/cases/incident"
	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/contacts/mail"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
)

func TestAnApprovalIsOfExactlyOneVersionToOneAddress(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"nobody approves what they wrote or put to approval": func(t *testing.T, h *house) {
			s := h.frozen()
			_, err := h.Move(t.Context(), responder, isac.Cause{ID: s.ID, Rev: s.Rev, Event: isac.ApprovalGiven})
			refused(t, err, fault.Refused, "share.guard.own")
			own, err := h.Begin(t.Context(), second, h.incident.ID, content())
			must(t, err)
			own, _, err = h.Freeze(t.Context(), responder, own.ID, own.Rev, true)
			must(t, err)
			_, err = h.Move(t.Context(), second, isac.Cause{ID: own.ID, Rev: own.Rev, Event: isac.ApprovalGiven})
			refused(t, err, fault.Refused, "share.guard.own")
			if s = h.move(second, s, isac.ApprovalGiven); s.State != isac.Approved || s.ApprovalDigest == "" {
				t.Errorf("%+v", s)
			}
		},
		"an edit makes it void, whatever is edited": func(t *testing.T, h *house) {
			for what, change := range map[string]func(*isac.Content){
				"text": func(c *isac.Content) { c.Method += "追記。" }, "value": func(c *isac.Content) { c.Indicators[0].Value = "198.51.100.99" },
				"label": func(c *isac.Content) { c.TLP = stix.Amber; c.Indicators = c.Indicators[:2] }, "desk": func(c *isac.Content) { c.DeskID = "" },
			} {
				s := h.approved()
				now, err := h.Edit(t.Context(), analyst, s.ID, s.Rev, content(change))
				must(t, err)
				if now.State != isac.Draft || now.ApprovedBy != "" || now.ApprovalDigest != "" || now.BundleSHA256 != "" {
					t.Errorf("%s: %+v", what, now)
				}
				_, _, err = h.Send(t.Context(), analyst, now.ID, now.Rev)
				refused(t, err, fault.Refused, "share.move.unknown")
			}
		},
		"a content, a bundle or an approval changed past the program does not pass": func(t *testing.T, h *house) {
			a, b := h.approved(), h.approved(func(c *isac.Content) { c.Title = "別の件名" })
			must(t, h.exec(`UPDATE share SET approval_digest = ? WHERE id = ?`, b.ApprovalDigest, a.ID))
			_, _, err := h.Send(t.Context(), analyst, a.ID, a.Rev)
			refused(t, err, fault.Refused, "share.guard.approval_void")
			must(t, h.exec(`UPDATE share SET bundle_sha256 = ? WHERE id = ?`, a.BundleSHA256, b.ID))
			_, _, err = h.Send(t.Context(), analyst, b.ID, b.Rev)
			refused(t, err, fault.Refused, "share.guard.approval_void")
			if err := h.exec(`UPDATE share_version SET digest = 'x'`); err == nil {
				t.Error("a frozen version was changed")
			}
			if err := h.exec(`DELETE FROM share_line`); err == nil {
				t.Error("the history was cut")
			}
		},
		"the address is approved too, and has to be verified": func(t *testing.T, h *house) {
			s := h.approved()
			h.desks["isac"] = isac.Desk{Name: "金融ISAC", Mail: "other@isac.example.jp"}
			_, _, err := h.Send(t.Context(), analyst, s.ID, s.Rev)
			refused(t, err, fault.Refused, "share.guard.approval_void")
			h.desks["isac"] = isac.Desk{Name: "金融ISAC", Mail: "share@isac.example.jp", Stale: true}
			_, _, err = h.Send(t.Context(), analyst, s.ID, s.Rev)
			refused(t, err, fault.Refused, "share.guard.stale_desk")
			delete(h.desks, "isac")
			_, _, err = h.Send(t.Context(), analyst, s.ID, s.Rev)
			refused(t, err, fault.Refused, "share.guard.no_mail")
		},
		"an edit that comes while the sheet is drawn wins": func(t *testing.T, h *house) {
			s := h.begin()
			h.meanwhile = func() {
				_, err := h.Edit(t.Context(), analyst, s.ID, s.Rev, content(func(c *isac.Content) { c.Title = "先に直した件名" }))
				must(t, err)
			}
			_, _, err := h.Freeze(t.Context(), responder, s.ID, s.Rev, true)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Conflict {
				t.Fatalf("got %v", err)
			}
			if now := h.sheet(s.ID); now.Share.State != isac.Draft || len(now.Versions) != 0 || now.Content.Title != "先に直した件名" {
				t.Errorf("%+v", now.Share)
			}
		},
	})
}

func TestASharesWork(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a person has to have read it, and a stale page changes nothing": func(t *testing.T, h *house) {
			s := h.begin()
			_, _, err := h.Freeze(t.Context(), responder, s.ID, s.Rev, false)
			refused(t, err, fault.Invalid, "form.invalid")
			_, _, err = h.Freeze(t.Context(), responder, s.ID, s.Rev+1, true)
			if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
			_, err = h.Begin(t.Context(), operator, h.incident.ID, content())
			if !fault.Is(err, fault.Forbidden) {
				t.Error(err)
			}
			h.options.Render = func(isac.SheetData) ([]byte, error) { return nil, &document.MissingGlyphs{} }
			broken, err := isac.NewStore(h.d, h.vault, h.options)
			must(t, err)
			_, _, err = broken.Freeze(t.Context(), responder, s.ID, s.Rev, true)
			refused(t, err, fault.Refused, "share.glyphs")
		},
		"what people wrote is nowhere in plain text": func(t *testing.T, h *house) {
			h.approved(func(c *isac.Content) { c.Purpose = "目的は内緒の一文" })
			var sealed []byte
			must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &sealed, `SELECT content FROM share`) }))
			if len(sealed) == 0 || strings.Contains(string(sealed), "内緒") || h.count(`SELECT count(*) FROM audit_entry WHERE CAST(detail AS TEXT) LIKE '%内緒%'`) != 0 {
				t.Error("what was written can be read")
			}
		},
		"handed in on a portal it has its number, its event and its feedback": func(t *testing.T, h *house) {
			s := h.approved()
			at := h.d.Now()
			_, _, err := h.HandIn(t.Context(), analyst, isac.Handover{ID: s.ID, Rev: s.Rev, At: at})
			if !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			_, _, err = h.HandIn(t.Context(), analyst, isac.Handover{ID: s.ID, Rev: s.Rev, At: at.Add(-time.Hour), Reference: "F-ISAC 2026-77"})
			refused(t, err, fault.Invalid, "form.invalid")
			s, _, err = h.HandIn(t.Context(), analyst, isac.Handover{ID: s.ID, Rev: s.Rev, At: at, Reference: "F-ISAC 2026-77"})
			must(t, err)
			if s.State != isac.Sent || s.Method != isac.ByPortal || s.Reference != "F-ISAC 2026-77" || !slices.Equal(h.emitted, []string{"share.sent " + isac.Ref(s.ID)}) {
				t.Errorf("%+v %v", s, h.emitted)
			}
			s = h.move(analyst, h.move(analyst, s, isac.FeedbackNoted), isac.Finished)
			if l := h.sheet(s.ID).Lines; s.State != isac.Closed || l[1].Comment != "理由" {
				t.Errorf("%+v", l)
			}
			s = h.move(responder, s, isac.CorrectionBegun)
			s, err = h.Edit(t.Context(), analyst, s.ID, s.Rev, content(func(c *isac.Content) { c.Title += "（訂正）" }))
			must(t, err)
			s, _, err = h.Freeze(t.Context(), responder, s.ID, s.Rev, true)
			must(t, err)
			if sh := h.sheet(s.ID); s.Version != 2 || len(sh.Versions) != 2 || sh.Versions[0].BundleSHA256 == sh.Versions[1].BundleSHA256 {
				t.Errorf("%+v", sh.Versions)
			}
		},
		"while it is open its incident stays open": func(t *testing.T, h *house) {
			open := func() (n int) {
				must(t, h.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
					n, err = h.Open(ctx, tx, h.incident.ID)
					return err
				}))
				return n
			}
			s := h.begin()
			if open() != 1 {
				t.Error("a draft holds nothing back")
			}
			before := h.count(`SELECT guard_rev FROM incident WHERE id = ?`, h.incident.ID)
			s = h.move(analyst, s, isac.PutAway)
			if open() != 0 || s.State != isac.Withdrawn || h.count(`SELECT guard_rev FROM incident WHERE id = ?`, h.incident.ID) <= before {
				t.Errorf("%d open, %+v", open(), s)
			}
		},
		"the list is the newest first, by pages, and knows the states": func(t *testing.T, h *house) {
			var made []string
			for range 3 {
				h.clock.Add(time.Minute)
				made = append(made, h.begin().No)
			}
			first, next, err := h.List(t.Context(), auditor, isac.Filter{IncidentID: h.incident.ID, Open: true, State: isac.Draft}, isac.Page{Limit: 2})
			must(t, err)
			rest, last, err := h.List(t.Context(), auditor, isac.Filter{}, isac.Page{Limit: 2, After: next})
			must(t, err)
			if len(first) != 2 || len(rest) != 1 || first[0].No != made[2] || rest[0].No != made[0] || rest[0].Title == "" || !last.IsZero() {
				t.Errorf("%v %v %v", made, first, rest)
			}
			_, _, err = h.List(t.Context(), auditor, isac.Filter{State: "gone"}, isac.Page{})
			if !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		},
		"nothing is begun in an incident whose work has ended": func(t *testing.T, h *house) {
			i := h.incident
			_, err := h.incidents.Move(t.Context(), responder, incident.Cause{ID: i.ID, Rev: i.Rev, Event: incident.TriageTaken})
			must(t, err)
			must(t, h.exec(`UPDATE incident SET state = 'closed', closed_at = 1 WHERE id = ?`, i.ID))
			_, err = h.Begin(t.Context(), analyst, i.ID, content())
			refused(t, err, fault.Refused, "incident.over")
		},
	})
}

func TestAShareLeavesOnce(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"with the bundle and the sheet that were approved": func(t *testing.T, h *house) {
			s := h.approved()
			s, _, err := h.Send(t.Context(), analyst, s.ID, s.Rev)
			must(t, err)
			_, _, err = h.Send(t.Context(), analyst, s.ID, s.Rev)
			refused(t, err, fault.Refused, "share.move.unknown")
			for range 3 {
				h.attempt(s)
			}
			now := h.sheet(s.ID).Share
			got := h.peer.taken()
			if now.State != isac.Sent || now.Method != isac.ByMail || len(got) != 1 || !slices.Equal(h.emitted, []string{"share.sent " + isac.Ref(s.ID)}) {
				t.Fatalf("%+v, %d mails, %v", now, len(got), h.emitted)
			}
			if !strings.Contains(got[0], s.No+"-1.json") || !strings.Contains(got[0], s.No+"-1.pdf") || strings.Contains(got[0], "198.51.100.23") {
				t.Error(got[0])
			}
			files, err := h.room.Get(t.Context(), lawyer, now.MailID)
			must(t, err)
			if files.About != isac.Ref(s.ID) {
				t.Errorf("%+v", files)
			}
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return h.MailEnded(ctx, tx, isac.Ref(s.ID), now.MailID, "dead")
			}))
			if again := h.sheet(s.ID).Share; again.Rev != now.Rev {
				t.Errorf("a late word changed %+v", again)
			}
		},
		"and once more only as long as it is what was approved": func(t *testing.T, h *house) {
			for does, c := range map[string]struct {
				state isac.State
				event mail.Event
			}{"refuse": {isac.Approved, mail.TriedAgain}, "hang up": {isac.Unclear, mail.NotArrived}} {
				s := h.approved(func(c *isac.Content) { c.Title = does })
				s, _, err := h.Send(t.Context(), analyst, s.ID, s.Rev)
				must(t, err)
				h.peer.will(does)
				h.attempt(s)
				if now := h.sheet(s.ID).Share; now.State != c.state {
					t.Fatalf("%s: %s", does, now.State)
				}
				h.peer.will("take")
				again := func() error {
					_, err := h.room.Decide(t.Context(), lawyer, mail.Decision{ID: h.letter(s).ID, Rev: h.letter(s).Rev, Event: c.event, Reason: "窓口に確かめた"})
					return err
				}
				kept := h.desks["isac"]
				h.desks["isac"] = isac.Desk{Name: "金融ISAC", Mail: "share@isac.example.jp", Stale: true}
				refused(t, again(), fault.Refused, "share.guard.stale_desk")
				h.desks["isac"] = kept
				must(t, again())
				before := len(h.peer.taken())
				h.attempt(s)
				h.attempt(s)
				if now := h.sheet(s.ID).Share; now.State != isac.Sent || len(h.peer.taken()) != before+1 {
					t.Errorf("%s: %+v, %d mails", does, now, len(h.peer.taken()))
				}
			}
			s := h.approved()
			s, _, err := h.Send(t.Context(), analyst, s.ID, s.Rev)
			must(t, err)
			h.peer.will("refuse")
			h.attempt(s)
			now := h.sheet(s.ID).Share
			corrected, err := h.Edit(t.Context(), analyst, s.ID, now.Rev, content(func(c *isac.Content) { c.Method += "直した。" }))
			must(t, err)
			again := func() error {
				_, err := h.room.Decide(t.Context(), lawyer, mail.Decision{ID: h.letter(s).ID, Rev: h.letter(s).Rev, Event: mail.TriedAgain, Reason: "もう一度"})
				return err
			}
			refused(t, again(), fault.Refused, "share.guard.old_mail")
			corrected, _, err = h.Freeze(t.Context(), responder, s.ID, corrected.Rev, true)
			must(t, err)
			corrected = h.move(lawyer, corrected, isac.ApprovalGiven)
			refused(t, again(), fault.Refused, "share.guard.old_mail") // it holds the version before
			_, _, err = h.Send(t.Context(), analyst, s.ID, corrected.Rev)
			must(t, err)
			h.attempt(s)
			must(t, again()) // of the new one
		},
		"never to an address that came into the directory after the guard had looked": func(t *testing.T, h *house) {
			s, looks := h.approved(), 0
			h.asked = func() {
				if looks++; looks == 2 {
					h.desks["isac"] = isac.Desk{Name: "金融ISAC", Mail: "somebody@else.example.jp"}
				}
			}
			_, _, err := h.Send(t.Context(), analyst, s.ID, s.Rev)
			refused(t, err, fault.Refused, "share.guard.approval_void")
			if now := h.sheet(s.ID).Share; now.State != isac.Approved || now.MailID != "" {
				t.Errorf("%+v", now)
			}
		},
	})
}
