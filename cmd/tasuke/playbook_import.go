package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tasuke/internal/actor"
	"tasuke/playbooks/cacao"
)

type importFlags struct {
	check, report   bool
	lang, role, out string
}

// playbookImport is "tasuke playbook import": CACAO 2.0 documents become files of playbooks.
func playbookImport() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE... [--check] [--report] [--out FILE.yaml]",
		Short: "Take a CACAO 2.0 playbook, or print for each file whether it could be taken",
		Long: "Reads CACAO Security Playbooks 2.0. With --check it prints one line for each file: importable,\n" +
			"importable-with-manual-steps, or refused with the first reason, and exits with 1 when one is refused.\n" +
			"With --report it says construct by construct what runs, what becomes a person's task and what is refused.\n" +
			"Otherwise it writes the playbook as a file to look at, change and publish. Nothing is run.",
		Args:         cobra.MinimumNArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case f.lang != "ja" && f.lang != "en":
				return fmt.Errorf("--lang %q: use ja or en", f.lang)
			case !slices.Contains(actor.Roles, actor.Role(f.role)):
				return fmt.Errorf("--role %q: use one of %s", f.role, actor.List(actor.Roles))
			case f.check || f.report:
				return judge(cmd.OutOrStdout(), f, args)
			case len(args) > 1:
				return errors.New("one file at a time, or use --check")
			}
			return importCACAO(cmd.OutOrStdout(), f, args[0])
		},
	}
	cmd.Flags().BoolVar(&f.check, "check", false, "one line for each file; nothing is written")
	cmd.Flags().BoolVar(&f.report, "report", false, "everything there is to say about each file; nothing is written")
	cmd.Flags().StringVar(&f.lang, "lang", "ja", "language of the reasons: ja or en")
	cmd.Flags().StringVar(&f.role, "role", string(actor.Responder), "who does the tasks of the imported playbook")
	cmd.Flags().StringVar(&f.out, "out", "", "where the playbook is written; a file that is there is not overwritten (default: printed)")
	return cmd
}

// readCACAO reads and converts one file under the rules of this program.
func readCACAO(path, role string) (*cacao.Import, error) {
	src, err := readAtMost(path, cacao.MaxBytes+1)
	if err != nil {
		return nil, err
	}
	rules, err := playbookRules()
	if err != nil {
		return nil, err
	}
	got := cacao.Take(src, role, rules)
	got.At(time.Now())
	return got, nil
}

func judge(out io.Writer, f importFlags, paths []string) error {
	refused := false
	for _, path := range paths {
		got, err := readCACAO(path, f.role)
		if err != nil {
			refused = true
			fmt.Fprintf(out, "%s: refused: %v\n", path, err)
			continue
		}
		fmt.Fprintf(out, "%s: %s\n", path, verdict(got, f.lang))
		refused = refused || got.Definition == nil
		if f.report {
			report(out, got, f.lang)
		}
	}
	if refused {
		return errSaid
	}
	return nil
}

// verdict is the answer of one line; a refusal gives its first reason and how many more there are.
func verdict(got *cacao.Import, lang string) string {
	reasons := got.Findings.Of(cacao.Refused)
	if len(reasons) == 0 {
		return got.Verdict()
	}
	line := "refused: " + sentence(reasons[0], lang)
	if n := len(reasons) - 1; n > 0 {
		line += fmt.Sprintf(" (+%d)", n)
	}
	return line
}

func sentence(f cacao.Finding, lang string) string {
	s := strings.Join(strings.Fields(f.In(lang)), " ")
	if f.Path != "" {
		s = f.Path + ": " + s
	}
	return s
}

// report says everything, severest first, and what each step became.
func report(out io.Writer, got *cacao.Import, lang string) {
	for _, finding := range got.Findings {
		fmt.Fprintf(out, "  %-8s %-20s %s\n", finding.Severity, finding.Rule, sentence(finding, lang))
	}
	for _, line := range got.Constructs() {
		fmt.Fprintf(out, "  %-8s %-20s %s\n", line.Fate, line.Became, line.From)
	}
}

func importCACAO(out io.Writer, f importFlags, path string) error {
	got, err := readCACAO(path, f.role)
	if err != nil {
		return err
	}
	if got.Definition == nil {
		fmt.Fprintf(out, "%s: %s\n", path, verdict(got, f.lang))
		return errSaid
	}
	if f.out == "" {
		_, err := out.Write(got.Source)
		return err //nolint:wrapcheck // the terminal
	}
	if err := writeNew(f.out, got.Source); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %s -> %s (%s)\n", path, got.Verdict(), f.out, got.Definition.Slug)
	return nil
}

// writeNew writes a file that is not there yet.
func writeNew(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the caller names it
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if _, err := f.Write(content); err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), f.Close())
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
