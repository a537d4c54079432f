package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tasuke/playbooks"
	"tasuke/web/words"
)

// exportFormats are the forms a playbook without fault can be given out in. lang is that of the
// texts where the form has room for one language only.
var exportFormats = map[string]func(d *playbooks.Definition, rules playbooks.Rules, lang string) ([]byte, error){
	"yaml": func(d *playbooks.Definition, _ playbooks.Rules, _ string) ([]byte, error) {
		return playbooks.Write(d), nil
	},
	"svg": drawPlaybook,
}

// drawPlaybook draws a playbook with the names of the roles.
func drawPlaybook(d *playbooks.Definition, _ playbooks.Rules, lang string) ([]byte, error) {
	book, err := words.Load()
	if err != nil {
		return nil, err
	}
	said := book.In(lang)
	return playbooks.Draw(d, lang, func(role string) string { return said.Or("role."+role, role) }), nil
}

func playbookExport() *cobra.Command {
	var lang, format string
	var asCACAO cacaoFlags
	formats := strings.Join(append(slices.Sorted(maps.Keys(exportFormats)), "cacao"), ", ")
	cmd := &cobra.Command{
		Use:   "export --format FORMAT FILE",
		Short: "Write a playbook to the standard output in another form: " + formats,
		Long: "yaml is the same playbook in the usual order and layout, without its comments; svg is its drawing.\n" +
			"cacao is a CACAO 2.0 document: one that was imported and not changed comes out as it came in; otherwise what\n" +
			"CACAO cannot say is carried in an extension, and what that is is said on the error output.\n" +
			"A file with a fault is not exported: the faults are printed and the command ends with 1.",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := knownLanguage(lang); err != nil {
				return err
			}
			export, ok := exportFormats[format]
			if format == "cacao" {
				export, ok = asCACAO.exporter(cmd.ErrOrStderr(), args[0], time.Now()), true
			}
			if !ok {
				return fmt.Errorf("--format %q: use one of %s", format, formats)
			}
			d, rules, err := openBook(args[0], lang, func(s string) { fmt.Fprint(cmd.ErrOrStderr(), s) })
			if err != nil {
				return err
			}
			out, err := export(d, rules, lang)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if asCACAO.out != "" {
				return writeNew(asCACAO.out, out)
			}
			if _, err := cmd.OutOrStdout().Write(out); err != nil {
				return fmt.Errorf("write: %w", err)
			}
			return nil
		},
	}
	languageFlag(cmd, &lang)
	asCACAO.on(cmd)
	cmd.Flags().StringVar(&format, "format", "yaml", "the form: "+formats)
	return cmd
}
