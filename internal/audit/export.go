package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tasuke/internal/db"
)

// export writes the checkpoints as DIR/2026-11-23/20261123T073300Z-main12-access3.note. The name
// follows from the checkpoints, so a file that a crash prevented is written by the next call
// and one that is there is left alone. The file appears whole or not at all.
func export(dir string, all []signedPoint, file []byte) error {
	var newest db.Instant
	sizes := ""
	for _, p := range all {
		newest = max(newest, p.at)
		sizes += fmt.Sprintf("-%s%d", p.tree, p.size)
	}
	t := newest.Time()
	day := filepath.Join(dir, t.Format("2006-01-02"))
	name := filepath.Join(day, t.Format("20060102T150405Z")+sizes+".note")
	if _, err := os.Stat(name); err == nil {
		return nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("look for the exported checkpoint: %w", err)
	}
	if err := os.MkdirAll(day, 0o755); err != nil { //nolint:gosec // checkpoints are meant to be read and copied by others
		return fmt.Errorf("make the checkpoint folder: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	if err := writeWhole(day, name, file); err != nil {
		return fmt.Errorf("export the checkpoint: %w", err)
	}
	return nil
}

func writeWhole(dir, name string, content []byte) (err error) {
	f, err := os.CreateTemp(dir, ".checkpoint-*")
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // already failing; the half file has no name that counts
		}
	}()
	if _, err := f.Write(content); err != nil {
		return errors.Join(fmt.Errorf("write: %w", err), f.Close())
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("rename: %w", err)
	}
	return syncDir(dir)
}

// syncDir makes the name of a new file survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open the folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("flush the folder: %w", err)
	}
	return nil
}
