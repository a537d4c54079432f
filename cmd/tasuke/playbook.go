package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// playbookCommand is "tasuke playbook": work on the files of playbooks. It needs no database.
func playbookCommand() *cobra.Command {
	root := &cobra.Command{Use: "playbook", Short: "Playbooks: check, compare, draw and try files before they are published"}
	root.AddCommand(playbookLint())
	root.AddCommand(playbookDiff())
	root.AddCommand(playbookExport())
	root.AddCommand(playbookSimulate())
	root.AddCommand(playbookTest())
	root.AddCommand(playbookImport(), playbookVerify())
	return root
}

// languageFlag gives a command of playbooks its --lang.
func languageFlag(cmd *cobra.Command, lang *string) {
	cmd.Flags().StringVar(lang, "lang", "ja", "language of what is printed: ja or en")
}

func knownLanguage(lang string) error {
	if lang != "ja" && lang != "en" {
		return fmt.Errorf("--lang %q: use ja or en", lang)
	}
	return nil
}

// readAtMost reads a file; one byte more than the cap is enough to see that it is too large.
func readAtMost(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	src, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return src, nil
}
