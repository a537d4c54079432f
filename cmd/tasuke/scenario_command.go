package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tasuke/playbooks"
	"tasuke/playbooks/scenario"
)

func playbookTest() *cobra.Command {
	var lang, only string
	cmd := &cobra.Command{
		Use:   "test FILE...",
		Short: "Work through the scenario tables beside playbooks and print what is not as they say",
		Long: "Works each scenario of PB-x.test.yaml through with the engine and the rooms of this program, in a database of its\n" +
			"own that is removed afterwards, with a clock that the table moves and people, banks, police and post that are made\n" +
			"up (docs/playbook-tests.md). FILE is a playbook, a table, or a folder. Playbooks that are called are looked for\n" +
			"among the given files, beside them, and among the standard ones. Exits with 1 when anything is not as a table has it.",
		Args:         cobra.MinimumNArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := knownLanguage(lang); err != nil {
				return err
			}
			logTo(os.Stderr, "error") // what fails in a scenario is said by the scenario
			return (&trial{out: cmd.OutOrStdout(), lang: lang, only: only}).of(cmd.Context(), args)
		},
	}
	languageFlag(cmd, &lang)
	cmd.Flags().StringVar(&only, "scenario", "", "work through the scenario of this name only")
	return cmd
}

// trial prints what came of the scenarios of several tables.
type trial struct {
	out        io.Writer
	lang, only string
	stage      *stage
	worked     int
	failed     int
}

// of works through the tables of files and folders.
func (t *trial) of(ctx context.Context, paths []string) (err error) {
	tables, shelf, err := openTables(paths)
	if err != nil {
		return err
	}
	if t.stage, err = newStage(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.stage.close()) }()
	for _, f := range tables {
		if err := t.table(ctx, f, shelf); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	if t.worked == 0 && t.failed == 0 {
		t.failed++
		fmt.Fprintln(t.out, map[string]string{"ja": "試す想定がありません。", "en": "There is no scenario to work through."}[t.lang])
	}
	fmt.Fprintf(t.out, map[string]string{"ja": "想定 %d件、うち表のとおりでないもの %d件\n", "en": "%d scenarios, %d of them not as their table has it\n"}[t.lang], t.worked, t.failed)
	if t.failed > 0 {
		return errSaid
	}
	return nil
}

// table works through one table, unless it says what does not exist.
func (t *trial) table(ctx context.Context, f playbookFile, shelf *playbookShelf) error {
	table, problems, err := readTable(f, shelf)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		t.failed++
		t.say(f.path, problems)
		return nil
	}
	for _, s := range table.Scenarios {
		if t.only != "" && s.Name != t.only {
			continue
		}
		t.worked++
		problems, err := t.stage.tries(ctx, strconv.Itoa(t.worked), table.Playbook, s, shelf)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		if len(problems) == 0 {
			fmt.Fprintf(t.out, "%s: ok %s\n", f.path, s.Name)
			continue
		}
		t.failed++
		fmt.Fprintf(t.out, "%s: %s\n", f.path, s.Name)
		t.say(f.path, problems)
	}
	return nil
}

func (t *trial) say(path string, problems []scenario.Problem) {
	for _, p := range problems {
		fmt.Fprintf(t.out, "%s:%d: %s\n", path, p.Line, p.Text.In(t.lang))
	}
}

// readTable reads a table and checks what it means.
func readTable(f playbookFile, shelf *playbookShelf) (scenario.Table, []scenario.Problem, error) {
	if f.err != nil {
		return scenario.Table{}, nil, f.err
	}
	rules, err := shelf.rules()
	if err != nil {
		return scenario.Table{}, nil, err
	}
	table, problems := scenario.Read(f.src)
	if len(problems) == 0 {
		problems = scenario.Check(table, rules.Playbook, rules)
	}
	return table, problems, nil
}

// openTables finds the tables of playbooks, tables and folders, and the playbooks around them.
func openTables(paths []string) (tables []playbookFile, shelf *playbookShelf, err error) {
	if shelf, err = openShelf(paths); err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	take := func(path string, must bool) {
		if _, err := os.Stat(path); err != nil && !must || seen[path] {
			return
		}
		seen[path] = true
		src, err := readAtMost(path, scenario.MaxBytes+1)
		tables = append(tables, playbookFile{path, src, err})
	}
	for _, f := range shelf.files {
		if strings.HasSuffix(f.path, tableEnding) {
			take(f.path, true)
			continue
		}
		if f.err != nil {
			return nil, nil, f.err
		}
		take(strings.TrimSuffix(f.path, filepath.Ext(f.path))+tableEnding, false)
	}
	return tables, shelf, nil
}

// tries works through one scenario in a firm of its own, with the playbooks as they are in the files.
func (s *stage) tries(ctx context.Context, name, slug string, table scenario.Scenario, shelf *playbookShelf) (problems []scenario.Problem, err error) {
	w, err := s.rehearsal(ctx, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.end()) }()
	if err := w.publishes(ctx, slug, shelf); err != nil {
		return nil, err
	}
	return w.works(ctx, slug, table)
}

// publishes makes the playbook and all that it calls the newest versions.
func (w *rehearsal) publishes(ctx context.Context, slug string, shelf *playbookShelf) error {
	var defs []*playbooks.Definition
	placed := map[string]bool{}
	var place func(slug string)
	place = func(slug string) {
		d, ok := shelf.books[slug]
		if !ok || placed[slug] {
			return
		}
		placed[slug] = true
		for _, called := range d.Calls() {
			place(called)
		}
		defs = append(defs, d)
	}
	place(slug)
	_, err := w.runs.PublishAll(ctx, librarian, defs) // in place of the standard texts
	return err
}
