package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tasuke/internal/backup"
	"tasuke/internal/fault"
	"tasuke/web/words"
)

// restoration is what `tasuke restore` is asked.
type restoration struct {
	dir, db, dbFile, keyFile, auditPub string
}

func restoreCommand() *cobra.Command {
	var r restoration
	c := &cobra.Command{
		Use:   "restore BACKUP",
		Short: "Restore a backup into an empty place, and prove it (復元と照合)",
		Long: `Checks every file of the backup, restores it into a folder that does not exist (and, with --db, into an empty
PostgreSQL database), and proves rows, audit trail, keys and evidence before the folder gets its name. The key file is in no
backup: give the copy that was kept apart. Letters are held in the outbox until the file RESTORED is removed.
バックアップの全ファイルを確かめてから新しい場所に復元し、件数・監査証跡・鍵・証拠を照合します。鍵ファイルは別に保管した控えを指定してください。`,
		Example: "  tasuke restore /mnt/backup/tasuke-2026-04-01 --dir /var/lib/tasuke-new --key-file /media/keys/data.key",
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return r.run(c.Context(), c.OutOrStdout(), args[0]) },
	}
	f := c.Flags()
	f.StringVar(&r.dir, "dir", "", "new folder of the data")
	f.StringVar(&r.db, "db", "", "postgres://… without rows (default: SQLite in DIR)")
	f.StringVar(&r.dbFile, "db-file", "", "file that holds the database address")
	f.StringVar(&r.keyFile, "key-file", "", "file of the key-encryption keys, kept apart from the backup")
	f.StringVar(&r.auditPub, "audit-pub", "", "public audit key, kept apart from the backup (default: the one in the backup)")
	cobra.CheckErr(c.MarkFlagRequired("dir"))
	return c
}

func (r restoration) run(ctx context.Context, out io.Writer, dir string) error {
	t, err := r.target(dir)
	if err != nil {
		return err
	}
	start := time.Now()
	p, err := backup.Restore(ctx, dir, t)
	if err != nil {
		return err
	}
	return r.proven(out, p, time.Since(start))
}

func (r restoration) target(dir string) (t backup.Target, err error) {
	t = backup.Target{Dir: r.dir, Cases: "tasuke.db", Options: backupOptions(filepath.Join(dir, filepath.FromSlash(backup.IndexFile)))}
	if t.DB, err = databaseAddress(r.db, r.dbFile); err != nil {
		return t, err
	}
	if t.DB != "" && !(Config{DB: t.DB}).postgres() {
		return t, fault.New(fault.Refused, "backup.only_postgres", nil)
	}
	if r.keyFile == "" {
		return t, fault.New(fault.Refused, "backup.needs_key", nil)
	}
	if r.auditPub != "" {
		b, err := os.ReadFile(r.auditPub)
		if err != nil {
			return t, fmt.Errorf("read the public audit key: %w", err)
		}
		t.PublicKey = string(b)
	}
	t.Vault, err = openVault(r.keyFile)
	return t, err
}

var errTwoAddresses = errors.New("the address and the file of the address are both given; keep one")

// databaseAddress takes an address from a flag, or from a file because it may hold a password.
func databaseAddress(address, file string) (string, error) {
	if file == "" {
		return address, nil
	}
	if address != "" {
		return "", errTwoAddresses
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the database address: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// proven prints what was shown to be true, and what is left to do.
func (r restoration) proven(out io.Writer, p backup.Proof, took time.Duration) error {
	say, err := inBoth(out)
	if err != nil {
		return err
	}
	say.line("backup.restored", "Dir", r.dir, "At", p.Manifest.At.In(words.Tokyo).Format("2006-01-02 15:04:05"))
	say.row(p.Files, "backup.proof.files", "MB", fmt.Sprintf("%.1f", float64(p.Bytes)/1e6))
	say.row(p.Rows, "backup.proof.rows", "Tables", p.Tables)
	for _, t := range p.Trees {
		say.row(t.Size, "backup.proof.tree", "Tree", t.Tree, "Root", t.Root)
	}
	say.row(p.Keys, "backup.proof.keys")
	say.row(p.LogRows, "backup.proof.logs")
	say.row(p.Segments, "backup.proof.segments")
	say.row(took.Round(time.Millisecond), "backup.row.took")
	if p.OwnKey {
		say.line("backup.own_key")
	}
	if p.Checkpoint == "" {
		say.line("backup.no_checkpoint")
	}
	db := ""
	if r.db != "" || r.dbFile != "" {
		db = " --db …"
	}
	say.line("backup.start", "Command", fmt.Sprintf("tasuke serve --dir %s --key-file %s --audit-key-file …%s", r.dir, r.keyFile, db),
		"Mark", filepath.Join(r.dir, backup.RestoredMark))
	return nil
}
