package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"tasuke/internal/fault"
)

// unfinished is the ending of a folder in the making, and markFile lies in it and is locked by who
// makes it.
const (
	unfinished = ".part"
	markFile   = "UNFINISHED"
)

// draft is a folder in the making: a backup, or what is restored from one.
type draft struct {
	dir, part string
	mark      *os.File
	keys      secrets
	files     []File
	done      bool
}

// begin makes DIR.part, or empties the one that an interrupted run left. It refuses a folder that
// exists, one inside the installation, and one whose parent is not there: a disk that is not mounted
// must not fill the one beneath it.
func begin(dir string, private, keys []string) (*draft, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the folder: %w", err)
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(dir))
	if err != nil {
		return nil, fault.Wrap(fault.Refused, "backup.no_parent", map[string]any{"Dir": filepath.Dir(dir)}, err)
	}
	d := &draft{dir: filepath.Join(parent, filepath.Base(dir))}
	d.part = d.dir + unfinished
	for _, p := range private {
		if within(p, d.dir) {
			return nil, fault.New(fault.Refused, "backup.inside", map[string]any{"Dir": d.dir, "Inside": p})
		}
	}
	if err := vacant(d.dir); err != nil {
		return nil, err
	}
	if d.keys, err = readSecrets(keys); err != nil {
		return nil, err
	}
	return d, d.open()
}

// within reports whether dir is inside, or is, the folder outer.
func within(outer, dir string) bool {
	abs, err := filepath.Abs(outer)
	if err != nil {
		return false
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	rel, err := filepath.Rel(abs, dir)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// vacant refuses a folder in which something is.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	return fault.Wrap(fault.Refused, "backup.exists", map[string]any{"Dir": dir}, err)
}

func (d *draft) open() error {
	err := os.Mkdir(d.part, 0o700)
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make the folder %s: %w", d.part, err)
	}
	old := err != nil
	if old {
		if _, err := os.Stat(filepath.Join(d.part, markFile)); err != nil {
			return fault.Wrap(fault.Refused, "backup.in_the_way", map[string]any{"Dir": d.part}, err)
		}
	}
	if d.mark, err = os.OpenFile(filepath.Join(d.part, markFile), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("mark the unfinished folder: %w", err)
	}
	if err := syscall.Flock(int(d.mark.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Join(fault.Wrap(fault.Refused, "backup.under_way", map[string]any{"Dir": d.part}, err), d.mark.Close())
	}
	if !old {
		return nil
	}
	entries, err := os.ReadDir(d.part)
	for _, e := range entries {
		if e.Name() != markFile {
			err = errors.Join(err, os.RemoveAll(filepath.Join(d.part, e.Name())))
		}
	}
	if err != nil {
		return fmt.Errorf("empty the unfinished folder: %w", err)
	}
	return nil
}

// end takes an unfinished folder away and says a failure in words.
func (d *draft) end(err error) error {
	if !d.done {
		err = errors.Join(said(err, d.part), os.RemoveAll(d.part))
	}
	return errors.Join(err, d.mark.Close())
}

// finish makes the folder durable and gives it its name.
func (d *draft) finish() error {
	if err := syncTree(d.part); err != nil {
		return err
	}
	if err := vacant(d.dir); err != nil { // somebody else was quicker
		return err
	}
	if err := os.Rename(d.part, d.dir); err != nil {
		return fmt.Errorf("name the folder: %w", err)
	}
	d.done = true
	if err := os.Remove(filepath.Join(d.dir, markFile)); err != nil {
		return fmt.Errorf("take the mark of the unfinished away: %w", err)
	}
	return errors.Join(syncDir(d.dir), syncDir(filepath.Dir(d.dir)))
}

func (d *draft) place(name string) string { return filepath.Join(d.part, filepath.FromSlash(name)) }

// folders copies whole folders, by name. A folder that is not there is none; what has a name that
// begins with a dot is being written, and gets its name later.
func (d *draft) folders(ctx context.Context, list map[string]string) error {
	for name, dir := range list {
		root, err := filepath.EvalSymlinks(dir)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			err = filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
				if err == nil {
					err = ctx.Err()
				}
				if err == nil && file != root {
					err = d.entry(root, name, file, e)
				}
				if errors.Is(err, os.ErrNotExist) {
					return nil // taken away since the folder was read
				}
				return err
			})
		}
		if err != nil {
			return fmt.Errorf("copy the folder %s: %w", dir, err)
		}
	}
	return nil
}

func (d *draft) entry(root, name, file string, e fs.DirEntry) error {
	switch dot := strings.HasPrefix(e.Name(), "."); {
	case dot && e.IsDir():
		return fs.SkipDir
	case dot, e.IsDir():
		return nil
	case !e.Type().IsRegular():
		return fault.New(fault.Refused, "backup.not_plain", map[string]any{"File": file})
	}
	rel, err := filepath.Rel(root, file)
	if err != nil {
		return fmt.Errorf("name a file: %w", err)
	}
	if err := d.keys.within(file); err != nil {
		return err
	}
	return d.copy(file, path.Join(name, filepath.ToSlash(rel)), nil)
}

// copy copies one file durably, hashing what it copies; want is what the file has to be.
func (d *draft) copy(from, name string, want *Piece) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("open %s: %w", from, err)
	}
	defer func() { _ = in.Close() }() // read only
	f, err := copyFile(in, d.place(name), name)
	if err != nil {
		return err
	}
	if want != nil && (want.SHA256 != f.SHA256 || want.Size != f.Size) {
		return fault.New(fault.Refused, "backup.segment_changed", map[string]any{"File": from})
	}
	d.files = append(d.files, f)
	return nil
}

// add takes a file that was made in the folder into the list.
func (d *draft) add(name string) error {
	f, err := hashFile(d.part, name)
	if err != nil {
		return err
	}
	d.files = append(d.files, f)
	return nil
}

func copyFile(in io.Reader, place, name string) (f File, err error) {
	if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
		return f, fmt.Errorf("make a folder: %w", err)
	}
	out, err := os.OpenFile(place, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return f, fmt.Errorf("make a file: %w", err)
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, h), in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return f, fmt.Errorf("copy %s: %w", name, err)
	}
	return File{Path: name, Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

func hashFile(dir, name string) (f File, err error) {
	in, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return f, fmt.Errorf("open %s: %w", name, err)
	}
	defer func() { _ = in.Close() }() // read only
	h := sha256.New()
	n, err := io.Copy(h, in)
	if err != nil {
		return f, fmt.Errorf("read %s: %w", name, err)
	}
	return File{Path: name, Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// syncTree makes every file and name under a folder survive a power cut.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("read the folder: %w", err)
		}
		return syncDir(name)
	})
}

func syncDir(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("flush %s: %w", name, err)
	}
	return nil
}

// said gives the failures that a person can do something about their words.
func said(err error, dir string) error {
	var f *fault.Error
	switch {
	case err == nil, errors.As(err, &f):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fault.Wrap(fault.Refused, "backup.disk_full", map[string]any{"Dir": dir}, err)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.Wrap(fault.Refused, "backup.permission", map[string]any{"Dir": dir}, err)
	}
	return err
}
