package mail

import (
	"context"
	"fmt"

	"tasuke/internal/db"
)

// sealedRecipient is a row of mail_recipient.
type sealedRecipient struct {
	ID       string     `db:"id"`
	Pos      int64      `db:"pos"`
	Address  []byte     `db:"address"`
	State    Reach      `db:"state"`
	Code     int64      `db:"code"`
	Enhanced string     `db:"enhanced"`
	At       db.Instant `db:"at"`
}

// sealedFile is a row of mail_attachment.
type sealedFile struct {
	ID   string `db:"id"`
	Pos  int64  `db:"pos"`
	Name []byte `db:"name"`
	Type string `db:"type"`
	Size int64  `db:"size"`
	Body []byte `db:"body"`
}

// recipients gives the addressees with their plain addresses.
func (s *Store) recipients(ctx context.Context, tx *db.Tx, id string) (out []Recipient, err error) {
	var rows []sealedRecipient
	if err := tx.Select(ctx, &rows, `SELECT id, pos, address, state, code, enhanced, at FROM mail_recipient WHERE mail_id = ? ORDER BY pos`, id); err != nil {
		return nil, fmt.Errorf("read the recipients of mail %s: %w", id, err)
	}
	for _, r := range rows {
		plain, err := s.vault.OpenText(ctx, tx, place("mail_recipient", "address", r.ID), r.Address)
		if err != nil {
			return nil, err
		}
		out = append(out, Recipient{Pos: r.Pos, Address: plain, State: r.State, Code: r.Code, Enhanced: r.Enhanced, At: r.At})
	}
	return out, nil
}

// files lists the attachments without their bodies.
func (s *Store) files(ctx context.Context, tx *db.Tx, id string) (out []File, err error) {
	var rows []sealedFile
	if err := tx.Select(ctx, &rows, `SELECT id, pos, name, type, size FROM mail_attachment WHERE mail_id = ? ORDER BY pos`, id); err != nil {
		return nil, fmt.Errorf("read the attachments of mail %s: %w", id, err)
	}
	for _, r := range rows {
		name, err := s.vault.OpenText(ctx, tx, place("mail_attachment", "name", r.ID), r.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, File{Pos: r.Pos, Name: name, Type: r.Type, Size: r.Size})
	}
	return out, nil
}

// attachments gives the files with their bodies.
func (s *Store) attachments(ctx context.Context, tx *db.Tx, id string) (out []Attachment, err error) {
	var rows []sealedFile
	if err := tx.Select(ctx, &rows, `SELECT id, pos, name, type, size, body FROM mail_attachment WHERE mail_id = ? ORDER BY pos`, id); err != nil {
		return nil, fmt.Errorf("read the attachments of mail %s: %w", id, err)
	}
	for _, r := range rows {
		name, err := s.vault.OpenText(ctx, tx, place("mail_attachment", "name", r.ID), r.Name)
		if err != nil {
			return nil, err
		}
		body, err := s.vault.Open(ctx, tx, place("mail_attachment", "body", r.ID), r.Body)
		if err != nil {
			return nil, err
		}
		out = append(out, Attachment{Name: name, Type: r.Type, Body: body})
	}
	return out, nil
}

func (s *Store) subject(ctx context.Context, tx *db.Tx, r *row) (string, error) {
	return s.vault.OpenText(ctx, tx, place("mail_message", "subject", r.ID), r.SealedSubject)
}

func (s *Store) text(ctx context.Context, tx *db.Tx, r *row) (string, error) {
	return s.vault.OpenText(ctx, tx, place("mail_message", "body", r.ID), r.SealedBody)
}

// pack opens a whole letter for an attempt and names those who may be offered it.
func (s *Store) pack(ctx context.Context, tx *db.Tx, r *row, t *try) (err error) {
	p := &t.letter
	p.messageID, p.at, p.boundary = r.MessageID, r.CreatedAt, "tasuke-"+r.ID
	if p.Subject, err = s.subject(ctx, tx, r); err != nil {
		return err
	}
	if p.Text, err = s.text(ctx, tx, r); err != nil {
		return err
	}
	if p.Attachments, err = s.attachments(ctx, tx, r.ID); err != nil {
		return err
	}
	all, err := s.recipients(ctx, tx, r.ID)
	for _, a := range all {
		p.To = append(p.To, a.Address)
		switch a.State {
		case Pending, PutOffFor:
			t.to = append(t.to, target{a.Pos, a.Address})
		case RefusedFor:
			t.refused++
		}
	}
	return err
}
