package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tasuke/playbooks"
)

// playbookCommand is "tasuke playbook": work on the files of playbooks. It needs no database.
func playbookCommand() *cobra.Command {
	root := &cobra.Command{Use: "playbook", Short: "Playbooks: check files before they are published"}
	root.AddCommand(playbookLint(), playbookImport(), playbookVerify(), playbookExport())
	return root
}

func playbookLint() *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use:   "lint FILE...",
		Short: "Print for each file ok, or every fault with its line and what to do",
		Long: "Checks form and meaning: fields, both languages, ids and references, circles, dead ends, outcomes,\n" +
			"conditions, roles, guideline clauses and target times. Exits with 1 when a file has a fault.",
		Args:         cobra.MinimumNArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if lang != "ja" && lang != "en" {
				return fmt.Errorf("--lang %q: use ja or en", lang)
			}
			return lintPlaybooks(cmd.OutOrStdout(), lang, args)
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "ja", "language of the faults: ja or en")
	return cmd
}

func lintPlaybooks(out io.Writer, lang string, paths []string) error {
	rules, err := playbookRules()
	if err != nil {
		return err
	}
	broken := false
	for _, path := range paths {
		src, err := readAtMost(path, playbooks.MaxBytes+1)
		if err != nil {
			broken = true
			fmt.Fprintf(out, "%s: %v\n", path, err)
			continue
		}
		_, problems := playbooks.Load(src, rules)
		if len(problems) == 0 {
			fmt.Fprintf(out, "%s: ok\n", path)
		}
		for _, p := range problems {
			broken = true
			fmt.Fprintf(out, "%s:%d: %s\n", path, p.Line, p.In(lang))
		}
	}
	if broken {
		return errSaid
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
