package disclosure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/page"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// file is one file of the folder that the public reads.
type file struct {
	name string
	body []byte
}

// Rebuild makes the folder what the record says: every page in its newest edition, the lists and the
// style sheet. Only files that are missing or differ are written, each at once or not at all; nothing is
// removed. It is called at the start, so that a crash between the record and the files is repaired, and
// each node of several has its own folder. It says how many files were written.
func (s *Store) Rebuild(ctx context.Context) (written int, err error) {
	if s.opts.Dir == "" {
		return 0, nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	var files []file
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		files, err = s.files(ctx, tx)
		return err
	}); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(s.opts.Dir, 0o755); err != nil { //nolint:gosec // the public reads it
		return 0, fmt.Errorf("make the folder of public notices: %w", err)
	}
	for _, f := range files {
		did, err := s.put(f)
		if err != nil {
			return written, err
		}
		if did {
			written++
		}
	}
	return written, nil
}

// files are all of them as the record has them, the lists last: they name only what is there.
func (s *Store) files(ctx context.Context, tx *db.Tx) ([]file, error) {
	pages, err := s.standing(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := []file{{page.StyleName, page.Style()}}
	for _, e := range pages {
		out = append(out, file{e.Name, e.Body})
	}
	for _, l := range []notice.Language{notice.Japanese, notice.English} {
		body, err := s.index(pages, l).HTML()
		if err != nil {
			return nil, err
		}
		out = append(out, file{page.IndexName(l), body})
	}
	return out, nil
}

func (s *Store) index(pages []Edition, l notice.Language) page.Index {
	i := page.Index{Language: l, Firm: s.opts.Firm}
	for _, e := range pages {
		if e.Lang == l {
			i.Firm = e.Doc.Firm
			i.Entries = append(i.Entries, page.Entry{Title: e.Title, No: e.Doc.No, Name: e.Name, At: e.Doc.At, Note: e.Noted})
		}
	}
	return i
}

// put writes one file unless it is there as it should be: beside it, to the disk, then into its place.
func (s *Store) put(f file) (bool, error) {
	path := filepath.Join(s.opts.Dir, f.name)
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, f.body) {
		return false, nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("read the public page %s: %w", f.name, err)
	}
	half, err := os.CreateTemp(s.opts.Dir, ".half-*")
	if err != nil {
		return false, fmt.Errorf("write the public page %s: %w", f.name, err)
	}
	defer func() { _ = os.Remove(half.Name()) }() // no-op when it was put into place
	_, err = half.Write(f.body)
	err = errors.Join(err, half.Chmod(0o644), half.Sync(), half.Close())
	db.Crash("disclosure.half")
	if err == nil {
		err = os.Rename(half.Name(), path)
	}
	if err == nil {
		err = settle(s.opts.Dir)
	}
	if err != nil {
		return false, fmt.Errorf("write the public page %s: %w", f.name, err)
	}
	db.Crash("disclosure.written")
	return true, nil
}

// settle has the names in a folder reach the disk.
func settle(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Served is a file as the public gets it.
type Served struct {
	Body   []byte
	Type   string
	SHA256 string
}

var (
	pageName   = regexp.MustCompile(`^DIS-[0-9]{4}-[0-9]{4,}\.(ja|en)\.html$`)
	noticeName = regexp.MustCompile(`^DIS-[0-9]{4}-[0-9]{4,}$`)
)

// Serve gives a file of the folder from the record, and puts the file right when it is missing or is not
// what the record says. The name of a notice alone, and the empty one of the list, are answered in the
// reader's language. While the database does not answer, the file itself is served. fault.NotFound
// "row.none" for every other name.
func (s *Store) Serve(ctx context.Context, name string, l notice.Language) (Served, error) {
	none := fault.New(fault.NotFound, "row.none", nil)
	switch {
	case name == page.StyleName:
		return serve(file{name, page.Style()}), nil
	case name == "" || name == page.IndexName(notice.Japanese) || name == page.IndexName(notice.English) || noticeName.MatchString(name) || pageName.MatchString(name):
	default:
		return Served{}, none
	}
	var f file
	err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = s.named(ctx, tx, name, l)
		return err
	})
	switch {
	case fault.Is(err, fault.NotFound):
		return Served{}, none
	case err != nil:
		if body, missing := os.ReadFile(filepath.Join(s.opts.Dir, name)); missing == nil && s.opts.Dir != "" && name != "" {
			return serve(file{name, body}), nil
		}
		return Served{}, err
	}
	s.repair(ctx, f)
	return serve(f), nil
}

// repair puts the folder right when a file in it is not what was just served. The reader has the page
// from the record, whatever becomes of the files.
func (s *Store) repair(ctx context.Context, f file) {
	if s.opts.Dir == "" {
		return
	}
	if have, err := os.ReadFile(filepath.Join(s.opts.Dir, f.name)); err == nil && bytes.Equal(have, f.body) {
		return
	}
	if _, err := s.Rebuild(ctx); err != nil {
		slog.ErrorContext(ctx, "the public pages are served and not in their folder", "cause", err)
	}
}

func (s *Store) named(ctx context.Context, tx *db.Tx, name string, l notice.Language) (file, error) {
	switch name {
	case "":
		name = page.IndexName(l)
	case page.IndexName(notice.Japanese):
		l = notice.Japanese
	case page.IndexName(notice.English):
		l = notice.English
	default:
		if !noticeName.MatchString(name) {
			e, err := s.latest(ctx, tx, name)
			return file{name, e.Body}, err
		}
		e, err := s.latest(ctx, tx, name+"."+string(l)+".html")
		if fault.Is(err, fault.NotFound) {
			e, err = s.latest(ctx, tx, name+"."+string(notice.Japanese)+".html")
		}
		return file{e.Name, e.Body}, err
	}
	pages, err := s.standing(ctx, tx)
	if err != nil {
		return file{}, err
	}
	body, err := s.index(pages, l).HTML()
	return file{name, body}, err
}

func serve(f file) Served {
	out := Served{Body: f.body, Type: "text/html; charset=utf-8", SHA256: sum(f.body)}
	if f.name == page.StyleName {
		out.Type = "text/css; charset=utf-8"
	}
	return out
}
