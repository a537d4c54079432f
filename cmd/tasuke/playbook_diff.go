package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tasuke/playbooks"
)

func playbookDiff() *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Print what a playbook says otherwise than an older text of it, step by step",
		Long: "Compares what two files say, not how they are written: order of fields, quotes and comments make no\n" +
			"difference. A file that cannot be read as a playbook ends the command with 1.",
		Args:         cobra.ExactArgs(2),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := knownLanguage(lang); err != nil {
				return err
			}
			var books [2]*playbooks.Definition
			for i, path := range args {
				src, err := readAtMost(path, playbooks.MaxBytes+1)
				if err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				d, problems := playbooks.Parse(src)
				for _, p := range problems {
					fmt.Fprintf(cmd.OutOrStdout(), "%s:%d: %s\n", path, p.Line, p.In(lang))
				}
				if len(problems) > 0 {
					return errSaid
				}
				books[i] = d
			}
			changes := playbooks.Diff(books[0], books[1])
			for _, c := range changes {
				fmt.Fprintln(cmd.OutOrStdout(), c.In(lang))
			}
			if len(changes) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), map[string]string{"ja": "内容に違いはありません。", "en": "Both say the same."}[lang])
			}
			return nil
		},
	}
	languageFlag(cmd, &lang)
	return cmd
}
