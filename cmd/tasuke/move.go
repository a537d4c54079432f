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
)

// removal is what `tasuke move` is asked.
type removal struct{ from, to, toFile, auditPub string }

func moveCommand() *cobra.Command {
	var r removal
	c := &cobra.Command{
		Use:   "move",
		Short: "Move the case database from SQLite to PostgreSQL (データベースの移行)",
		Long: `Carries every row of a SQLite database that is not being served into an empty PostgreSQL database, compares all of it
row by row, and verifies the audit trail on both sides. Numbers, revisions and proofs stay as they are. The source is not
changed; a file beside it keeps it from being served by mistake. Sightings of the event logs go with them;
keys, segments and checkpoints stay where they are: serve
with the same --dir and the new --db. To go back, back up and restore without --db.
停止中のSQLiteの全行を空のPostgreSQLへ移し、1行ずつ照合します。番号・版・監査証跡の根は変わりません。`,
		Example: "  tasuke move --from /var/lib/tasuke/tasuke.db --to-file /etc/tasuke/postgres",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return r.run(c.Context(), c.OutOrStdout()) },
	}
	f := c.Flags()
	f.StringVar(&r.from, "from", "", "SQLite file of a server that was stopped")
	f.StringVar(&r.to, "to", "", "postgres://… without rows")
	f.StringVar(&r.toFile, "to-file", "", "file that holds the address, for one with a password")
	f.StringVar(&r.auditPub, "audit-pub", "", "public audit key (default: keys/audit.key.pub beside the database)")
	cobra.CheckErr(c.MarkFlagRequired("from"))
	return c
}

func (r removal) run(ctx context.Context, out io.Writer) error {
	from := strings.TrimPrefix(r.from, "file:")
	to, err := databaseAddress(r.to, r.toFile)
	if err != nil {
		return err
	}
	if r.auditPub == "" {
		r.auditPub = filepath.Join(filepath.Dir(from), "keys", "audit.key.pub")
	}
	key, err := os.ReadFile(r.auditPub)
	if err != nil {
		return fmt.Errorf("read the public audit key, --audit-pub: %w", err)
	}
	if err := notMoved(Config{DB: from}); err != nil {
		return err
	}
	release, err := alone(Config{DB: from})
	if err != nil {
		return err
	}
	defer release()
	start := time.Now()
	m, err := backup.Move(ctx, from, to, string(key), backupOptions(filepath.Join(filepath.Dir(from), "sweep", "rollup.db")))
	if err != nil {
		return err
	}
	return errors.Join(markMoved(from, start), r.moved(out, m, from, time.Since(start)))
}

// markMoved keeps the source from being served; it holds no address, which may have a password.
func markMoved(file string, at time.Time) error {
	text := fmt.Sprintf("The rows of %s were moved to PostgreSQL at %s.\n", filepath.Base(file), at.UTC().Format(time.RFC3339))
	if err := os.WriteFile(file+backup.MovedMark, []byte(text), 0o600); err != nil {
		return fmt.Errorf("mark the database that was moved; do not serve it again: %w", err)
	}
	return nil
}

func (r removal) moved(out io.Writer, m backup.Moved, from string, took time.Duration) error {
	say, err := inBoth(out)
	if err != nil {
		return err
	}
	say.line("backup.moved", "File", from)
	say.row(m.Rows, "backup.proof.moved", "Tables", m.Tables)
	for _, t := range m.Trees {
		say.row(t.Size, "backup.proof.tree", "Tree", t.Tree, "Root", t.Root)
	}
	say.row(took.Round(time.Millisecond), "backup.row.took")
	say.line("backup.moved_next", "Dir", filepath.Dir(from), "Mark", from+backup.MovedMark)
	return nil
}
