package mail

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// EffectKind is the kind of the effect that delivers a message.
const EffectKind = "mail.deliver"

// Put queues a letter in the caller's transaction, sealed: it leaves exactly if that is kept. The
// caller has checked that by may send it. The same key gives the same id and queues nothing more; another
// letter under it is fault.Conflict "mail.key.other". What is wrong with a letter is fault.Invalid
// with the fields to, subject, text, attachments and key.
func (s *Store) Put(ctx context.Context, tx *db.Tx, by actor.Actor, l Letter) (id string, err error) {
	l = l.tidy()
	if err := l.Check(); err != nil {
		return "", err
	}
	digest := s.digest(l)
	var old []row
	if err := tx.Select(ctx, &old, `SELECT id, digest FROM mail_message WHERE key = ?`, l.Key); err != nil {
		return "", fmt.Errorf("look for a letter: %w", err)
	}
	if len(old) > 0 {
		if !hmac.Equal(old[0].Digest, digest) {
			return "", fault.New(fault.Conflict, "mail.key.other", nil)
		}
		return old[0].ID, nil
	}
	r := &row{Digest: digest, Message: Message{ID: tx.NewID(), State: Queued, About: l.About, IncidentID: l.IncidentID,
		CreatedBy: by.ID, CreatedName: by.Name, CreatedAt: tx.Now}}
	if err := s.insert(ctx, tx, r, l); err != nil {
		return "", err
	}
	if err := record(ctx, tx, by, audit.Main, "mail.put", r.ID, struct {
		About      string `json:"about,omitempty"`
		Recipients int    `json:"recipients"`
		Files      int    `json:"files"`
	}{l.About, len(l.To), len(l.Attachments)}); err != nil {
		return "", err
	}
	return r.ID, s.tell(ctx, tx, by, r.Message, "mail.put")
}

// digest is an HMAC over the whole letter: it tells two letters apart and gives nothing away.
func (s *Store) digest(l Letter) []byte {
	h := sha256.New()
	add := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		_, _ = h.Write(append(n[:], b...)) // hash.Hash never fails
	}
	for _, t := range append([]string{l.About, l.IncidentID, l.Subject, l.Text, fmt.Sprint(len(l.To))}, l.To...) {
		add([]byte(t))
	}
	for _, f := range l.Attachments {
		add([]byte(f.Name))
		add([]byte(f.Type))
		add(f.Body)
	}
	return s.vault.Blind("mail.letter", string(h.Sum(nil)))
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, r *row, l Letter) (err error) {
	k, err := s.vault.Key(ctx, tx, subjectOf(r.ID))
	if err != nil {
		return err
	}
	r.SealedSubject = k.Seal(place("mail_message", "subject", r.ID), []byte(l.Subject))
	r.SealedBody = k.Seal(place("mail_message", "body", r.ID), []byte(l.Text))
	if _, err := tx.Exec(ctx, `INSERT INTO mail_message (id, key, digest, state, about, incident_id, subject, body, created_by, created_name, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, l.Key, r.Digest, r.State, r.About, r.IncidentID, r.SealedSubject, r.SealedBody, r.CreatedBy, r.CreatedName, r.CreatedAt); err != nil {
		return fmt.Errorf("queue a letter: %w", err)
	}
	if err := s.insertParts(ctx, tx, k, r.ID, l); err != nil {
		return err
	}
	announce(tx, r.ID)
	if !s.SetUp() {
		return nil
	}
	return s.enqueue(ctx, tx, r)
}

func (s *Store) insertParts(ctx context.Context, tx *db.Tx, k *vault.Key, mailID string, l Letter) error {
	for i, a := range l.To {
		id := tx.NewID()
		if _, err := tx.Exec(ctx, `INSERT INTO mail_recipient (id, mail_id, pos, address, state) VALUES (?, ?, ?, ?, ?)`,
			id, mailID, i, k.Seal(place("mail_recipient", "address", id), []byte(a)), Pending); err != nil {
			return fmt.Errorf("queue a recipient: %w", err)
		}
	}
	for i, f := range l.Attachments {
		id := tx.NewID()
		if _, err := tx.Exec(ctx, `INSERT INTO mail_attachment (id, mail_id, pos, name, type, size, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			id, mailID, i, k.Seal(place("mail_attachment", "name", id), []byte(f.Name)), f.Type, len(f.Body),
			k.Seal(place("mail_attachment", "body", id), slices.Clone(f.Body))); err != nil {
			return fmt.Errorf("queue an attachment: %w", err)
		}
	}
	return nil
}

// enqueue has the message delivered once the transaction is kept. The revision is in the key because a
// message that was held back for want of settings gets a new delivery.
func (s *Store) enqueue(ctx context.Context, tx *db.Tx, r *row) error {
	id, _, err := s.effects.Enqueue(ctx, tx, effect.Spec{Kind: EffectKind, Key: fmt.Sprintf("mail:%s:%d", r.ID, r.Rev), Ref: "mail:" + r.ID, At: tx.Now})
	if err != nil {
		return fmt.Errorf("enqueue mail %s: %w", r.ID, err)
	}
	r.EffectID = id
	if _, err := tx.Exec(ctx, `UPDATE mail_message SET effect_id = ? WHERE id = ?`, id, r.ID); err != nil {
		return fmt.Errorf("enqueue mail %s: %w", r.ID, err)
	}
	return nil
}
