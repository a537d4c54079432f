package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tasuke/internal/backup"
	"tasuke/web/words"
)

func backupCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "backup DIR",
		Short: "Back everything up but the keys, while the server runs (稼働中のバックアップ)",
		Long: `Writes the case database, the event logs, the checkpoints and the public pages into DIR, which must not exist.
The server goes on meanwhile. DIR appears when the backup is whole and on the disk, never before. Keys and settings are not
in it: keep the key files apart, without them nobody can read what is sealed. docs/backup.md says how to restore.
サーバーを止めずに、案件データベース・イベント記録・チェックポイント・公表ページをDIRに書き出します。鍵と設定は含みません。`,
		Example: "  tasuke backup /mnt/backup/tasuke-$(date +%F) --dir /var/lib/tasuke",
		Args:    cobra.ExactArgs(1),
	}
	s := bind(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		cfg, err := s.load()
		if err != nil {
			return err
		}
		start := time.Now()
		m, err := makeBackup(c.Context(), cfg, args[0])
		if err != nil {
			return err
		}
		return backupMade(c.OutOrStdout(), m, args[0], time.Since(start))
	}
	return c
}

func makeBackup(ctx context.Context, cfg Config, dir string) (m backup.Manifest, err error) {
	source, err := backupSource(cfg)
	if err != nil {
		return m, err
	}
	return backup.Make(ctx, source, dir)
}

// backupMade says what is in the backup. A trail that does not verify is kept, and ends with status 1.
func backupMade(out io.Writer, m backup.Manifest, dir string, took time.Duration) error {
	say, err := inBoth(out)
	if err != nil {
		return err
	}
	say.line("backup.made", "Dir", dir)
	say.row(m.At.In(words.Tokyo).Format("2006-01-02 15:04:05"), "backup.row.moment")
	say.row(len(m.Files), "backup.row.files")
	say.row(fmt.Sprintf("%.1f MB", float64(m.Bytes())/1e6), "backup.row.bytes")
	say.row(m.Rows(), "backup.row.rows", "Tables", len(m.Tables))
	say.row(m.Segments, "backup.row.segments")
	for _, t := range m.Trees {
		say.row(t.Size, "backup.row.tree", "Tree", t.Tree, "Root", t.Root)
	}
	say.row(m.Opened, "backup.row.keys")
	say.row(took.Round(time.Millisecond), "backup.row.took")
	if m.Key == "" {
		say.line("backup.no_key_tried")
	}
	if !m.Sound {
		say.line("backup.trail_unsound")
		return errSaid
	}
	return nil
}
