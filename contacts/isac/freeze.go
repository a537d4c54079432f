package isac

import (
	"context"
	"errors"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/document"
	"tasuke/internal/fault"
)

// Freeze lets the guard look through a draft and, when it finds nothing, freezes the version that
// is put to approval: content, STIX bundle and sheet. read says that a person has read the whole
// text. Bundle and sheet are made before the transaction, which keeps them only if nobody changed
// the share meanwhile. It fails with fault.Refused "share.leaks" and what the guard found, which is
// then on record; with fault.Invalid on "read"; with fault.Conflict when rev is stale; and with
// fault.Refused "share.glyphs" when the sheet has a character that no font has. It needs share.write.
func (s *Store) Freeze(ctx context.Context, by actor.Actor, id string, rev int64, read bool) (out Share, found []Found, err error) {
	if err := by.Need(actor.ShareWrite); err != nil {
		return Share{}, nil, err
	}
	if !read {
		return Share{}, nil, fault.Field("read", "share.read_required")
	}
	a := act{id: id, rev: rev, event: Frozen}
	if found, err = s.checked(ctx, by, a); err != nil {
		return Share{}, found, err
	}
	v, err := s.drawn(ctx, by, a)
	if err != nil {
		return Share{}, nil, err
	}
	a.do = func(ctx context.Context, tx *db.Tx, r *record) error { return s.keep(ctx, tx, by, r, v) }
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, a)
		return err
	})
	return out, nil, err
}

// checked lets the guard look before anything is made. What it refuses is kept on record, so the
// refusal is said after the commit.
func (s *Store) checked(ctx context.Context, by actor.Actor, a act) (found []Found, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.held(ctx, tx, a.id)
		if err != nil {
			return err
		}
		if _, err := s.decide(ctx, tx, by, r, a); err != nil {
			return err
		}
		if found, err = s.search(ctx, tx, r.content); err != nil || len(found) == 0 {
			return err
		}
		found, err = s.refuse(ctx, tx, by, &r, a.event, found)
		return err
	})
	if err == nil && len(found) > 0 {
		err = refusal(found)
	}
	return found, err
}

// version is what is frozen.
type version struct {
	digest      string
	at          db.Instant
	bundle, pdf []byte
}

// drawn makes bundle and sheet of the draft as it now stands, outside any transaction.
func (s *Store) drawn(ctx context.Context, by actor.Actor, a act) (v version, err error) {
	var r record
	var data SheetData
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if r, err = s.load(ctx, tx, a.id); err != nil {
			return err
		}
		if _, err = s.decide(ctx, tx, by, r, a); err != nil {
			return err
		}
		v.digest, v.at = r.Digest, tx.Now
		data = s.sheetData(r)
		return nil
	})
	if err != nil {
		return version{}, err
	}
	if v.bundle, err = r.content.bundle(s.opts.Firm, r.Share, v.at); err != nil {
		return version{}, err
	}
	data.At, data.BundleSHA256 = v.at, sha(v.bundle)
	v.pdf, err = s.draw(data)
	return v, err
}

// draw says in the reader's words what cannot be drawn.
func (s *Store) draw(d SheetData) ([]byte, error) {
	pdf, err := s.opts.Render(d)
	var missing *document.MissingGlyphs
	if errors.As(err, &missing) {
		return nil, fault.Wrap(fault.Refused, "share.glyphs", map[string]any{"Glyphs": missing.Characters()}, err)
	}
	return pdf, err
}

// keep writes the version down. The guard looks once more: the register may have got new customers.
func (s *Store) keep(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, v version) error {
	if r.Digest != v.digest || r.content.Digest() != v.digest {
		return fault.Stale(r.Share)
	}
	found, err := s.search(ctx, tx, r.content)
	if err != nil {
		return err
	}
	if len(found) > 0 { // between two looks a moment apart; the next attempt puts it on record
		return refusal(found)
	}
	r.Version++
	r.BundleSHA256, r.SanitisedBy, r.SanitisedName, r.SanitisedAt = sha(v.bundle), by.ID, by.Name, tx.Now
	id, sealed := tx.NewID(), [3][]byte{}
	for i, part := range []struct {
		column string
		plain  []byte
	}{{"bundle", v.bundle}, {"pdf", v.pdf}} {
		if sealed[i], err = s.seal(ctx, tx, r.IncidentID, place("share_version", part.column, id), part.plain); err != nil {
			return err
		}
	}
	if sealed[2], err = s.sealContent(ctx, tx, r, id); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO share_version (id, share_id, version, content, digest, bundle, bundle_sha256, bundle_size,
		pdf, pdf_sha256, pdf_size, made_by, made_name, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, r.ID, r.Version, sealed[2], v.digest, sealed[0], r.BundleSHA256, len(v.bundle), sealed[1], sha(v.pdf), len(v.pdf), by.ID, by.Name, v.at)
	return err
}

// frozen opens one version and checks it against its hashes; fault.NotFound when there is none.
func (s *Store) frozen(ctx context.Context, tx *db.Tx, id string, n int64) (v Version, bundle, pdf []byte, err error) {
	var row struct {
		Version
		Bundle []byte `db:"bundle"`
		PDF    []byte `db:"pdf"`
	}
	if err := tx.Get(ctx, &row, `SELECT `+versionColumns+`, bundle, pdf FROM share_version WHERE share_id = ? AND version = ?`, id, n); err != nil {
		return Version{}, nil, nil, err
	}
	v = row.Version
	if bundle, err = s.vault.Open(ctx, tx, place("share_version", "bundle", v.ID), row.Bundle); err != nil {
		return v, nil, nil, err
	}
	if pdf, err = s.vault.Open(ctx, tx, place("share_version", "pdf", v.ID), row.PDF); err != nil {
		return v, nil, nil, err
	}
	if sha(bundle) != v.BundleSHA256 || sha(pdf) != v.PDFSHA256 {
		return v, nil, nil, fmt.Errorf("share %s version %d: %w", id, n, errChanged)
	}
	return v, bundle, pdf, nil
}

var errChanged = errors.New("the frozen version is not what its hashes say")

const versionColumns = `id, version, digest, bundle_sha256, bundle_size, pdf_sha256, pdf_size, made_by, made_name, made_at`

// standing is the digest of what is approved and leaves: content, bundle, sheet, and the address of
// the desk. It is empty when the frozen version is not of the content as it now is.
func (s *Store) standing(ctx context.Context, tx *db.Tx, r record, mail string) (string, error) {
	var v Version
	err := tx.Get(ctx, &v, `SELECT `+versionColumns+` FROM share_version WHERE share_id = ? AND version = ?`, r.ID, r.Version)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil || v.Digest != r.content.Digest() || v.BundleSHA256 != r.BundleSHA256 {
		return "", err
	}
	return sha(fmt.Appendf(nil, "%s|%d|%s|%s|%s|%s|%s", r.No, v.Version, v.Digest, v.BundleSHA256, v.PDFSHA256, r.content.DeskID, mail)), nil
}
