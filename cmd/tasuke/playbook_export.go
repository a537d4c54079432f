package main

import (
<<<<<<< HEAD
	"errors"
	"fmt"
	"io"
	"time"
=======
	"fmt"
	"maps"
	"slices"
	"strings"
>>>>>>> main

	"github.com/spf13/cobra"

	"tasuke/playbooks"
<<<<<<< HEAD
	"tasuke/playbooks/cacao"
)

type exportFlags struct {
	format, key, signee, identity, out, lang string
}

// playbookExport is "tasuke playbook export": a playbook in another format.
func playbookExport() *cobra.Command {
	var f exportFlags
	cmd := &cobra.Command{
		Use:   "export FILE --format cacao [--sign KEY.pem --signee NAME] [--out FILE.json]",
		Short: "Write a playbook as a CACAO 2.0 document",
		Long: "A playbook that was imported and not changed comes out as it came in. Otherwise everything CACAO cannot say\n" +
			"is carried in an extension, and what that is is said on the error output. The document stays the same for the\n" +
			"same playbook but for its times.",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.format != "cacao":
				return fmt.Errorf("--format %q: use cacao", f.format)
			case f.key != "" && f.signee == "":
				return errors.New("--sign needs --signee: the name of who signs")
			case f.lang != "ja" && f.lang != "en":
				return fmt.Errorf("--lang %q: use ja or en", f.lang)
			}
			return exportCACAO(cmd.OutOrStdout(), cmd.ErrOrStderr(), f, args[0], time.Now())
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "cacao", "the format: cacao")
	cmd.Flags().StringVar(&f.key, "sign", "", "PEM file with a private key (RSA, P-256, P-384, P-521 or Ed25519, without a passphrase) to sign with")
	cmd.Flags().StringVar(&f.signee, "signee", "", "name of who signs")
	cmd.Flags().StringVar(&f.identity, "identity", "", "STIX identity of who exports (identity--UUID)")
	cmd.Flags().StringVar(&f.out, "out", "", "where the document is written; a file that is there is not overwritten (default: printed)")
	cmd.Flags().StringVar(&f.lang, "lang", "ja", "language of what is said: ja or en")
	return cmd
}

func exportCACAO(out, said io.Writer, f exportFlags, path string, at time.Time) error {
	def, err := loadFile(out, f.lang, path)
	if err != nil {
		return err
	}
	text, found, err := cacao.Export(def, cacao.Exporting{At: at, CreatedBy: f.identity})
	if err != nil {
		return fmt.Errorf("export %s: %w", path, err)
	}
	for _, one := range found {
		fmt.Fprintf(said, "%s: %s\n", path, sentence(one, f.lang))
	}
	if f.key != "" {
		if text, err = signCACAO(text, f, at); err != nil {
			return err
		}
	}
	if f.out != "" {
		return writeNew(f.out, text)
	}
	_, err = out.Write(text)
	return err //nolint:wrapcheck // the terminal
}

func signCACAO(text []byte, f exportFlags, at time.Time) ([]byte, error) {
	key, err := signingKey(f.key)
	if err != nil {
		return nil, err
	}
	doc, found := cacao.Read(text)
	if len(found) > 0 {
		return nil, found
	}
	signed, err := cacao.Sign(doc, key, cacao.Signing{Signee: f.signee, CreatedBy: f.identity, At: at})
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signed, nil
}

// loadFile reads a playbook under the rules of this program; its faults are printed.
func loadFile(out io.Writer, lang, path string) (*playbooks.Definition, error) {
	src, err := readAtMost(path, playbooks.MaxBytes+1)
	if err != nil {
		return nil, err
	}
	rules, err := playbookRules()
	if err != nil {
		return nil, err
	}
	def, problems := playbooks.Load(src, rules)
	for _, p := range problems {
		fmt.Fprintf(out, "%s:%d: %s\n", path, p.Line, p.In(lang))
	}
	if len(problems) > 0 {
		return nil, errSaid
	}
	return def, nil
}
=======
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
	formats := strings.Join(slices.Sorted(maps.Keys(exportFormats)), ", ")
	cmd := &cobra.Command{
		Use:   "export --format FORMAT FILE",
		Short: "Write a playbook to the standard output in another form: " + formats,
		Long: "yaml is the same playbook in the usual order and layout, without its comments; svg is its drawing.\n" +
			"A file with a fault is not exported: the faults are printed and the command ends with 1.",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := knownLanguage(lang); err != nil {
				return err
			}
			export, ok := exportFormats[format]
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
			if _, err := cmd.OutOrStdout().Write(out); err != nil {
				return fmt.Errorf("write: %w", err)
			}
			return nil
		},
	}
	languageFlag(cmd, &lang)
	cmd.Flags().StringVar(&format, "format", "yaml", "the form: "+formats)
	return cmd
}
>>>>>>> main
