package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

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
	failed     int
}

// of works through the tables of files and folders.
func (t *trial) of(ctx context.Context, paths []string) (err error) {
	tables, shelf, err := openTables(paths)
	if err != nil {
		return err
	}
	stage, err := newStage(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.close()) }()
	var all []*attempt
	for _, f := range tables {
		list, err := t.attempts(f, shelf)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		all = append(all, list...)
	}
	if err := t.report(stage.works(ctx, all, shelf)); err != nil {
		return err
	}
	if len(all) == 0 && t.failed == 0 {
		t.failed++
		fmt.Fprintln(t.out, map[string]string{"ja": "試す想定がありません。", "en": "There is no scenario to work through."}[t.lang])
	}
	fmt.Fprintf(t.out, map[string]string{"ja": "想定 %d件、うち表のとおりでないもの %d件\n", "en": "%d scenarios, %d of them not as their table has it\n"}[t.lang], len(all), t.failed)
	if t.failed > 0 {
		return errSaid
	}
	return nil
}

// attempts are the scenarios of one table, none when it says what does not exist.
func (t *trial) attempts(f playbookFile, shelf *playbookShelf) (list []*attempt, err error) {
	table, problems, err := readTable(f, shelf)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		t.failed++
		t.say(f.path, problems)
		return nil, nil
	}
	for _, s := range table.Scenarios {
		if t.only == "" || s.Name == t.only {
			list = append(list, &attempt{path: f.path, slug: table.Playbook, scenario: s, over: make(chan struct{})})
		}
	}
	return list, nil
}

// report prints each attempt when it and those before it are over.
func (t *trial) report(all []*attempt) error {
	var failed error
	for _, a := range all {
		<-a.over
		switch {
		case a.err != nil:
			t.failed++
			failed = errors.Join(failed, fmt.Errorf("%s: %s: %w", a.path, a.scenario.Name, a.err))
		case len(a.problems) > 0:
			t.failed++
			fmt.Fprintf(t.out, "%s: %s\n", a.path, a.scenario.Name)
			t.say(a.path, a.problems)
		default:
			fmt.Fprintf(t.out, "%s: ok %s\n", a.path, a.scenario.Name)
		}
	}
	return failed
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
