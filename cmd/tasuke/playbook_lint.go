package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tasuke/playbooks"
)

func playbookLint() *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use:   "lint FILE...",
		Short: "Print for each file ok, or every fault with its line and what to do",
		Long: "Checks form and meaning: fields, both languages, ids and references, circles, dead ends, outcomes,\n" +
			"conditions, variables, loops, calls, roles, guideline clauses and target times. A folder stands for the\n" +
			"playbooks in it. Playbooks that are called are looked for among the given files, beside them, and among\n" +
			"the standard ones. Exits with 1 when a file has a fault.",
		Args:         cobra.MinimumNArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := knownLanguage(lang); err != nil {
				return err
			}
			return lintPlaybooks(cmd.OutOrStdout(), lang, args)
		},
	}
	languageFlag(cmd, &lang)
	return cmd
}

func lintPlaybooks(out io.Writer, lang string, paths []string) error {
	shelf, err := openShelf(paths)
	if err != nil {
		return err
	}
	rules, err := shelf.rules()
	if err != nil {
		return err
	}
	broken := len(shelf.files) == 0
	if broken {
		fmt.Fprintln(out, map[string]string{"ja": "手順書のファイルがありません。", "en": "There is no file of a playbook."}[lang])
	}
	for _, f := range shelf.files {
		broken = lintFile(out, lang, f, rules) || broken
	}
	if broken {
		return errSaid
	}
	return nil
}

// lintFile prints what is wrong with one file and answers whether something is.
func lintFile(out io.Writer, lang string, f playbookFile, rules playbooks.Rules) (broken bool) {
	switch {
	case f.err != nil:
		fmt.Fprintf(out, "%s: %v\n", f.path, f.err)
		return true
	case strings.HasSuffix(f.path, tableEnding):
		fmt.Fprintf(out, "%s: %s\n", f.path, map[string]string{"ja": "シナリオの表です(tasuke playbook test で確かめます)", "en": "a table of scenarios (see tasuke playbook test)"}[lang])
		return false
	}
	_, problems := playbooks.Load(f.src, rules)
	for _, p := range problems {
		fmt.Fprintf(out, "%s:%d: %s\n", f.path, p.Line, p.In(lang))
	}
	if len(problems) == 0 {
		fmt.Fprintf(out, "%s: ok\n", f.path)
	}
	return len(problems) > 0
}
