package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// Version is one published text of a playbook. It never changes.
type Version struct {
	ID          string     `db:"id"`
	Slug        string     `db:"slug"`
	Number      int64      `db:"version"`
	Body        string     `db:"body"`
	SHA256      string     `db:"sha256"`
	PublishedBy string     `db:"published_by"`
	PublishedAt db.Instant `db:"published_at"`

	Definition *playbooks.Definition `db:"-"`
	// Unread is set when this program cannot read the text, which another version of it wrote. The
	// definition then has a name and no steps.
	Unread bool `db:"-"`
}

const versionColumns = `id, slug, version, body, sha256, published_by, published_at`

// Publish keeps a definition as the newest version of its playbook. The same text published
// again is the version it already is, whichever that was; runs that have begun stay with theirs.
// It fails with fault.Refused "workflow.playbook.faults" when the definition has problems,
// and with "workflow.playbook.caller" when a published playbook that calls it could not run any more.
func (s *Store) Publish(ctx context.Context, by actor.Actor, def *playbooks.Definition) (v Version, err error) {
	if err := by.Need(actor.PlaybookPublish); err != nil {
		return Version{}, err
	}
	checked, err := s.check(def.Source)
	if err != nil {
		return Version{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err = s.publish(ctx, tx, by, versionOf(checked))
		return err
	})
	return v, err
}

func versionOf(d *playbooks.Definition) Version {
	sum := sha256.Sum256(d.Source)
	return Version{Slug: d.Slug, Body: string(d.Source), SHA256: hex.EncodeToString(sum[:]), Definition: d}
}

// check reads a text under the rules of this program. An unknown kind of step ends here, when
// a playbook is published and again when a run starts.
func (s *Store) check(body []byte) (*playbooks.Definition, error) {
	return s.checkUnder(s.opts.Rules, body)
}

func (s *Store) checkUnder(rules playbooks.Rules, body []byte) (*playbooks.Definition, error) {
	d, problems := playbooks.Load(body, rules)
	if len(problems) == 0 {
		return d, s.runnable(d)
	}
	return nil, faulty(d.Slug, problems)
}

func faulty(slug string, problems playbooks.Problems) error {
	args := map[string]any{"Slug": slug, "Count": len(problems), "Line": problems[0].Line, "First": problems[0].In("ja"), "FirstEN": problems[0].In("en")}
	return fault.Wrap(fault.Refused, "workflow.playbook.faults", args, problems)
}

// publish keeps a version that fits what it calls, and what calls it.
func (s *Store) publish(ctx context.Context, tx *db.Tx, by actor.Actor, v Version) (Version, error) {
	v, added, err := s.keep(ctx, tx, by, v)
	if err != nil || !added {
		return v, err
	}
	return v, s.suit(ctx, tx, v.Slug)
}

// keep writes a version; added is false when its text was published before.
func (s *Store) keep(ctx context.Context, tx *db.Tx, by actor.Actor, v Version) (_ Version, added bool, err error) {
	if err := alone(ctx, tx, v.Slug); err != nil {
		return Version{}, false, err
	}
	var had []Version
	err = tx.Select(ctx, &had, `SELECT `+versionColumns+` FROM playbook_version WHERE slug = ? AND sha256 = ?`, v.Slug, v.SHA256)
	if err != nil {
		return Version{}, false, fmt.Errorf("look for the published text: %w", err)
	}
	if len(had) == 1 {
		had[0].Definition = v.Definition
		return had[0], false, nil
	}
	if err := tx.Get(ctx, &v.Number, `SELECT COALESCE(max(version), 0) + 1 FROM playbook_version WHERE slug = ?`, v.Slug); err != nil {
		return Version{}, false, fmt.Errorf("number a playbook version: %w", err)
	}
	v.ID, v.PublishedBy, v.PublishedAt = tx.NewID(), by.ID, tx.Now
	if _, err := tx.NamedExec(ctx, `INSERT INTO playbook_version (`+versionColumns+`)
		VALUES (:id, :slug, :version, :body, :sha256, :published_by, :published_at)`, v); err != nil {
		return Version{}, false, fmt.Errorf("keep a playbook version: %w", err)
	}
	return v, true, audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: "playbook.published", Object: audit.Ref{Kind: "playbook_version", ID: v.ID},
		Detail: struct {
			Slug    string `json:"slug"`
			Version int64  `json:"version"`
			SHA256  string `json:"sha256"`
		}{v.Slug, v.Number, v.SHA256},
	})
}

// alone lets the publishers of one playbook take turns. SQLite has one writer.
func alone(ctx context.Context, tx *db.Tx, slug string) error {
	if tx.Dialect == db.SQLite {
		return nil
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext(?))`, "tasuke playbook "+slug); err != nil {
		return fmt.Errorf("wait for other publishers: %w", err)
	}
	return nil
}

// newest gives the version a new run begins with; fault.NotFound "workflow.playbook.none".
func (s *Store) newest(ctx context.Context, tx *db.Tx, slug string) (*Version, error) {
	var id string
	err := tx.Get(ctx, &id, `SELECT id FROM playbook_version WHERE slug = ? ORDER BY version DESC LIMIT 1`, slug)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Wrap(fault.NotFound, "workflow.playbook.none", map[string]any{"Slug": slug}, err)
	} else if err != nil {
		return nil, fmt.Errorf("read the newest version: %w", err)
	}
	return s.version(ctx, tx, id)
}

// version gives a published version, read once; fault.Refused "workflow.playbook.unreadable", beside the version
// without its steps, when this program cannot read the text.
func (s *Store) version(ctx context.Context, tx *db.Tx, id string) (*Version, error) {
	if v, ok := s.cache.Load(id); ok {
		return v.(*Version), nil
	}
	v := &Version{}
	if err := tx.Get(ctx, v, `SELECT `+versionColumns+` FROM playbook_version WHERE id = ?`, id); err != nil {
		return nil, fmt.Errorf("read a playbook version: %w", err)
	}
	def, problems := playbooks.Parse([]byte(v.Body))
	if len(problems) > 0 {
		v.Unread, v.Definition = true, &playbooks.Definition{Slug: v.Slug, Title: playbooks.Text{JA: v.Slug, EN: v.Slug}}
		args := map[string]any{"Slug": v.Slug, "Number": v.Number, "Line": problems[0].Line, "First": problems[0].In("ja"), "FirstEN": problems[0].In("en")}
		return v, fault.Wrap(fault.Refused, "workflow.playbook.unreadable", args, problems)
	}
	v.Definition = def
	s.cache.Store(id, v)
	return v, nil
}
