package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/words"
)

// verification is what `tasuke verify` is asked: it needs no configuration and no private key,
// so that somebody who does not run the product can use it on a copy of the database.
type verification struct {
	db, key, checkpoint, lang string
}

func verifyCommand() *cobra.Command {
	var v verification
	c := &cobra.Command{
		Use:   "verify",
		Short: "Prove that the audit trail is what its checkpoints say (監査証跡の検証)",
		Long: `Recomputes the audit trees from the stored rows and compares them with the signed checkpoints.
Names what was changed or is missing and ends with status 1. Reads only.
監査証跡のハッシュの木を計算し直し、署名済みチェックポイントと照合します。データベースは変更しません。`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return v.run(c.Context(), c.OutOrStdout()) },
	}
	f := c.Flags()
	f.StringVar(&v.db, "db", "", "database: postgres://... or a SQLite file")
	f.StringVar(&v.key, "key", "", "file with the public audit key (.pub); older keys on further lines")
	f.StringVar(&v.checkpoint, "checkpoint", "", "exported checkpoint file (.note) that was kept off the machine")
	f.StringVar(&v.lang, "lang", "ja", "language of the report: ja or en")
	for _, name := range []string{"db", "key"} {
		cobra.CheckErr(c.MarkFlagRequired(name))
	}
	return c
}

func (v verification) run(ctx context.Context, out io.Writer) error {
	report, err := v.verify(ctx)
	var e *fault.Error
	if errors.As(err, &e) && e.Kind == fault.Invalid {
		book, werr := words.Load()
		if werr != nil {
			return errors.Join(err, werr)
		}
		fmt.Fprintln(out, book.In(v.lang).Fault(e))
		return errSaid
	}
	if err != nil {
		return err
	}
	if err := report.Write(out, v.lang); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if !report.OK() {
		return errSaid
	}
	return nil
}

func (v verification) verify(ctx context.Context) (r audit.Report, err error) {
	key, err := os.ReadFile(v.key)
	if err != nil {
		return r, fmt.Errorf("read the public key: %w", err)
	}
	var checkpoint []byte
	if v.checkpoint != "" {
		if checkpoint, err = os.ReadFile(v.checkpoint); err != nil {
			return r, fmt.Errorf("read the checkpoint: %w", err)
		}
	}
	if !strings.Contains(v.db, "://") { // opening would make an empty database
		if _, err := os.Stat(strings.TrimPrefix(v.db, "file:")); err != nil {
			return r, fmt.Errorf("find the database: %w", err)
		}
	}
	d, err := db.OpenReadOnly(ctx, v.db)
	if err != nil {
		return r, fmt.Errorf("verify: %w", err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return audit.Verify(ctx, d, string(key), checkpoint)
}
