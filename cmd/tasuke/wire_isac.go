package main

import (
	"context"

	"tasuke/cases/customer/leak"
	"tasuke/cases/incident"
	"tasuke/cases/sweep/indicator"
	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/contacts/mail"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/vault"
)

// shareRoom opens the room of what is shared with the ISAC and others.
func (r *rooms) shareRoom(v *vault.Vault, cfg Config, fonts func() (document.Fonts, error)) (err error) {
	f := cfg.Firm
	r.shares, err = isac.NewStore(r.db, v, isac.Options{
		Firm: isac.Firm{Name: f.Name, Section: f.Section, Phone: f.Phone, Mail: f.Mail}, Guard: leak.New(r.customers),
		Allow: []string{f.Name, f.Section, f.Address, f.Phone, f.Mail, f.PayoutAccount},
		Desk:  r.shareDesk, Touch: r.incidents.Touch, Enter: r.incidents.Enter, Tell: r.tellIncident, Emit: emit, Read: readIndicators, Indicators: r.shareable,
		Numbered: func(ctx context.Context, tx *db.Tx, incidentID string) (string, error) {
			i, err := r.incidents.Get(ctx, tx, incidentID)
			return i.No, err
		},
		Render: func(d isac.SheetData) ([]byte, error) {
			faces, err := fonts()
			if err != nil {
				return nil, err
			}
			return isac.Draw(faces, d)
		},
		Send: func(ctx context.Context, tx *db.Tx, by actor.Actor, m isac.Mail) (string, error) {
			l := mail.Letter{To: m.To, Subject: m.Subject, Text: m.Text, About: m.About, IncidentID: m.IncidentID, Key: m.Key}
			for _, f := range m.Files {
				l.Attachments = append(l.Attachments, mail.Attachment(f))
			}
			return r.mail.Put(ctx, tx, by, l)
		},
	})
	return err
}

// shareDesk is an entry of the directory that a share may be mailed to.
func (r *rooms) shareDesk(ctx context.Context, tx *db.Tx, id string) (isac.Desk, bool, error) {
	d, ok, err := r.desks.InUse(ctx, tx, id)
	if err != nil || !ok {
		return isac.Desk{}, false, err
	}
	return isac.Desk{Name: d.Name, Section: d.Section, Mail: d.Mail, Stale: d.Stale(tx.Now)}, true, nil
}

// tellIncident adds a line to an incident's story.
func (r *rooms) tellIncident(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, kind string, args map[string]string) error {
	tx.Announce("incident:" + incidentID)
	return r.incidents.Tell(ctx, tx, by, incident.Line{IncidentID: incidentID, Kind: kind, Args: args})
}

// sharedKinds are the kinds of values that may be shared. Accounts, of the firm or of a bank, may not.
var sharedKinds = map[indicator.Kind]stix.Kind{indicator.IP: stix.IP, indicator.Network: stix.IP, indicator.Domain: stix.Domain,
	indicator.URL: stix.URL, indicator.Mail: stix.Mail, indicator.Device: stix.Device}

// notShared says of what the reader refuses why others need not know it either.
func notShared(reason string) string {
	switch reason {
	case "sweep.indicator.documentation", "sweep.indicator.reserved", "sweep.indicator.wide":
		return "share.indicator.reserved"
	}
	return "share.indicator.private"
}

// readIndicators finds values in a pasted text. What the reader refuses, and what must not be
// shared, is named with its reason.
func readIndicators(text string) (out isac.Reading) {
	in := indicator.Reader{}.Read(text)
	for _, f := range in.Found {
		kind, ok := sharedKinds[f.Kind]
		if !ok {
			out.Left = append(out.Left, isac.Leftover{Line: f.Lines[0], Text: f.Written, Reason: "share.indicator.account"})
			continue
		}
		out.Found = append(out.Found, isac.Indicator{Kind: kind, Value: f.Value, Label: isac.Own})
	}
	for _, x := range in.Refused {
		out.Left = append(out.Left, isac.Leftover{Line: x.Line, Text: x.Written, Reason: notShared(x.Reason)})
	}
	for _, x := range in.Unknown {
		out.Left = append(out.Left, isac.Leftover{Line: x.Line, Text: x.Text, Reason: "share.indicator.unknown"})
	}
	return out
}
