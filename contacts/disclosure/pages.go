package disclosure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/page"
	"tasuke/internal/db"
)

const (
	mediaHTML = "html"
	mediaPDF  = "pdf"
)

// Edition is what the public can, or could, read under a name. It never changes: a note above it makes
// the next edition.
type Edition struct {
	ID           string          `db:"id"`
	DisclosureID string          `db:"disclosure_id"`
	Name         string          `db:"name"`
	Edition      int64           `db:"edition"`
	Lang         notice.Language `db:"lang"`
	Media        string          `db:"media"`
	Status       State           `db:"status"`
	Title        string          `db:"title"`
	Document     string          `db:"document"`
	Note         string          `db:"note"`
	Body         []byte          `db:"body"`
	SHA256       string          `db:"sha256"`
	At           db.Instant      `db:"at"`
	// opened
	Doc   notice.Document `db:"-"`
	Noted page.Note       `db:"-"`
}

const editionColumns = `id, disclosure_id, name, edition, lang, media, status, title, document, note, body, sha256, at`

func (e *Edition) read() error {
	if err := json.Unmarshal([]byte(e.Document), &e.Doc); err != nil {
		return fmt.Errorf("read the document of %s: %w", e.Name, err)
	}
	if err := json.Unmarshal([]byte(e.Note), &e.Noted); err != nil {
		return fmt.Errorf("read the note of %s: %w", e.Name, err)
	}
	return nil
}

// keep adds an edition; its hash is over the very bytes that are kept.
func (s *Store) keep(ctx context.Context, tx *db.Tx, e Edition) error {
	doc, err := json.Marshal(e.Doc)
	if err != nil {
		return fmt.Errorf("write the document of %s: %w", e.Name, err)
	}
	note, err := json.Marshal(e.Noted)
	if err != nil {
		return fmt.Errorf("write the note of %s: %w", e.Name, err)
	}
	sum := sha256.Sum256(e.Body)
	e.ID, e.Document, e.Note, e.SHA256, e.At = tx.NewID(), string(doc), string(note), hex.EncodeToString(sum[:]), tx.Now
	_, err = tx.NamedExec(ctx, `INSERT INTO disclosure_page (`+editionColumns+`)
		VALUES (:id, :disclosure_id, :name, :edition, :lang, :media, :status, :title, :document, :note, :body, :sha256, :at)`, e)
	return err
}

// latest is the newest edition of a name; fault.NotFound "row.none" when there is none.
func (s *Store) latest(ctx context.Context, tx *db.Tx, name string) (e Edition, err error) {
	if err := tx.Get(ctx, &e, `SELECT `+editionColumns+` FROM disclosure_page WHERE name = ? ORDER BY edition DESC LIMIT 1`, name); err != nil {
		return Edition{}, err
	}
	return e, e.read()
}

// standing are the newest editions of every page, the newest notice first.
func (s *Store) standing(ctx context.Context, tx *db.Tx) (all []Edition, err error) {
	if err := tx.Select(ctx, &all, `SELECT `+editionColumns+` FROM disclosure_page p WHERE media = 'html'
		AND edition = (SELECT max(edition) FROM disclosure_page q WHERE q.name = p.name) ORDER BY name DESC`); err != nil {
		return nil, err
	}
	for i := range all {
		if err := all[i].read(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// editions are every edition of a notice, the newest first, without their bodies.
func (s *Store) editions(ctx context.Context, tx *db.Tx, id string) (all []Edition, err error) {
	if err := tx.Select(ctx, &all, `SELECT id, disclosure_id, name, edition, lang, media, status, title, document, note, sha256, at FROM disclosure_page
		WHERE disclosure_id = ? ORDER BY at DESC, name, edition DESC`, id); err != nil {
		return nil, err
	}
	for i := range all {
		if err := all[i].read(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// noted puts a note above every page of a notice: the text below stays as it was.
func (s *Store) noted(ctx context.Context, tx *db.Tx, d Disclosure, status State, note func(notice.Language) page.Note) error {
	for _, l := range []notice.Language{notice.Japanese, notice.English} {
		var names []string
		if err := tx.Select(ctx, &names, `SELECT name FROM disclosure_page WHERE name = ? LIMIT 1`, d.Page(l)); err != nil {
			return err
		}
		for _, name := range names {
			e, err := s.latest(ctx, tx, name)
			if err != nil {
				return err
			}
			other, err := s.other(ctx, tx, d, l)
			if err != nil {
				return err
			}
			e.Edition, e.Status, e.Noted = e.Edition+1, status, note(l)
			if e.Body, err = page.HTML(e.Doc, page.Look{Note: e.Noted, Other: other}); err != nil {
				return err
			}
			if err := s.keep(ctx, tx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// other is the page of a notice in the language that is not l; empty when there is none.
func (s *Store) other(ctx context.Context, tx *db.Tx, d Disclosure, l notice.Language) (string, error) {
	o := notice.English
	if l == notice.English {
		o = notice.Japanese
	}
	var names []string
	if err := tx.Select(ctx, &names, `SELECT name FROM disclosure_page WHERE name = ? LIMIT 1`, d.Page(o)); err != nil || len(names) == 0 {
		return "", err
	}
	return names[0], nil
}
