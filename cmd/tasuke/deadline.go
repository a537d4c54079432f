package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tasuke/cases/deadline"
	"tasuke/cases/deadline/example"
)

// deadlineCommand is "tasuke deadline": the rules of notification duties, worked examples, explanations.
// It needs no database and no configuration.
func deadlineCommand() *cobra.Command {
	root := &cobra.Command{Use: "deadline", Short: "Deadlines of notification duties: check examples, explain, list rules"}
	root.AddCommand(deadlineCheck(), deadlineExplain(), deadlineRules())
	return root
}

func deadlineCheck() *cobra.Command {
	var duty string
	cmd := &cobra.Command{
		Use:   "check FILE.yaml",
		Short: "Compare worked examples with what the rules give",
		Long: "Compares every field under expected of every example. A field that an example leaves out is not compared;\n" +
			"an unknown field, and a duty without a rule, is a failure. Alternatives are found by their reading.",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			return checkExamples(cmd.OutOrStdout(), args[0], duty)
		},
	}
	cmd.Flags().StringVar(&duty, "duty", "*", "only examples whose duty matches this pattern, e.g. 'JP-APPI-*'")
	return cmd
}

func checkExamples(out io.Writer, path, duty string) error {
	pack, err := deadline.Standard()
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open examples: %w", err)
	}
	defer func() { _ = file.Close() }() // read only: nothing can be lost
	examples, err := example.Read(file, pack)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	passed, failed := 0, 0
	for _, e := range examples {
		fits, err := filepath.Match(duty, e.Duty)
		if err != nil {
			return fmt.Errorf("--duty %q is not a pattern: %w", duty, err)
		}
		if !fits {
			continue
		}
		if writeVerdict(out, example.Check(pack, e)) {
			passed++
		} else {
			failed++
		}
	}
	_, _ = fmt.Fprintf(out, "%d passed, %d failed\n", passed, failed)
	switch {
	case passed+failed == 0:
		return fmt.Errorf("no example matches --duty %q", duty)
	case failed > 0:
		return fmt.Errorf("%d of %d examples failed", failed, passed+failed)
	}
	return nil
}

func writeVerdict(out io.Writer, v example.Verdict) (passed bool) {
	word := "ok  "
	if !v.Passed() {
		word = "FAIL"
	}
	_, _ = fmt.Fprintf(out, "%s %s %s expected: %s | got: %s\n", word, v.Example.ID, v.Example.Duty, v.Expectation(), v.Result())
	for _, difference := range v.Differences {
		_, _ = fmt.Fprintf(out, "     %s\n", difference)
	}
	return v.Passed()
}

func deadlineExplain() *cobra.Command {
	var duty, lang string
	var events, params []string
	cmd := &cobra.Command{
		Use:   "explain --duty ID --event TYPE=INSTANT [--event …] [--param NAME=VALUE]",
		Short: "Say when a duty is due, and why, in a sentence that a lawyer can check",
		Example: "  tasuke deadline explain --duty JP-APPI-KAKUHO --event became_aware=2026-11-30T23:59:00+09:00 --param appi_rule7_items=2\n" +
			"  tasuke deadline explain --duty JP-APPI-KAKUHO --event became_aware=2026-11-05 \\\n" +
			"    --param appi_rule7_items=1 --event 'reclassified=2026-12-03T11:00:00+09:00;appi_rule7_items=1,3' --lang en",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return explainDuty(cmd.OutOrStdout(), duty, deadline.Lang(lang), events, params)
		},
	}
	cmd.Flags().StringVar(&duty, "duty", "", "id of the duty, or a pattern such as 'JP-APPI-*' (required)")
	cmd.Flags().StringArrayVar(&events, "event", nil, "clock event as type=instant with its offset, or type=date where only the day is known; changed facts follow after ';'")
	cmd.Flags().StringArrayVar(&params, "param", nil, "fact before the first event as name=value, e.g. appi_rule7_items=2,3")
	cmd.Flags().StringVar(&lang, "lang", string(deadline.JA), "language: ja or en")
	return cmd
}

func explainDuty(out io.Writer, duty string, lang deadline.Lang, events, params []string) error {
	pack, err := deadline.Standard()
	if err != nil {
		return err
	}
	if lang != deadline.JA && lang != deadline.EN {
		return fmt.Errorf("--lang %q: ja or en", lang)
	}
	if duty == "" || len(events) == 0 {
		return errors.New("--duty and at least one --event are needed; 'tasuke deadline rules' lists the duties")
	}
	duties, err := pack.Match(duty)
	if err != nil {
		return err
	}
	if len(duties) == 0 {
		return fmt.Errorf("%w: %s; there are rules for %s", deadline.ErrUnknownDuty, duty, strings.Join(pack.Duties(), ", "))
	}
	facts, err := readFacts(pack, params)
	if err != nil {
		return err
	}
	happened, err := readEvents(pack, events)
	if err != nil {
		return err
	}
	for _, id := range duties {
		if err := explainOne(out, pack, id, lang, happened, facts); err != nil {
			return err
		}
	}
	return nil
}

// explainOne writes the explanation of one duty; where the facts leave its length open, it names the
// parameters that decide and explains each length.
func explainOne(out io.Writer, pack *deadline.Pack, duty string, lang deadline.Lang, events []deadline.Event, facts deadline.Params) error {
	clock, err := pack.Assess(duty, events, facts)
	if err != nil {
		return err
	}
	variants := clock.Rule.OpenVariants(facts)
	if !clock.Undecided || len(variants) == 0 {
		_, _ = fmt.Fprintln(out, clock.Explain(lang))
		return nil
	}
	ask := map[deadline.Lang]string{
		deadline.JA: "%s の期間は次の事実で決まる: %s（--param 名前=値 で指定）。場合ごとに示す。\n",
		deadline.EN: "The period of %s depends on: %s (give them as --param name=value). Each case is shown.\n",
	}
	_, _ = fmt.Fprintf(out, ask[lang], duty, strings.Join(clock.Rule.Deciding(), ", "))
	for _, variant := range variants {
		for name, fact := range variant {
			_, _ = fmt.Fprintf(out, "[%s=%s] ", name, fact)
		}
		maps.Copy(variant, facts)
		if clock, err = pack.Assess(duty, events, variant); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(out, clock.Explain(lang))
	}
	return nil
}

func readFacts(pack *deadline.Pack, written []string) (deadline.Params, error) {
	facts := deadline.Params{}
	for _, pair := range written {
		name, value, ok := strings.Cut(pair, "=")
		declared, known := pack.Parameter(strings.TrimSpace(name))
		if !ok || !known {
			return nil, fmt.Errorf("parameter %q is not name=value of a parameter that the rules know", pair)
		}
		fact, err := declared.Read(value)
		if err != nil {
			return nil, err
		}
		facts[declared.Name] = fact
	}
	return facts, nil
}

func readEvents(pack *deadline.Pack, written []string) ([]deadline.Event, error) {
	var events []deadline.Event
	for _, text := range written {
		head, changes, _ := strings.Cut(text, ";")
		name, at, ok := strings.Cut(head, "=")
		event := deadline.Event{Type: deadline.EventType(strings.TrimSpace(name))}
		if !ok || !pack.Knows(event.Type) {
			return nil, fmt.Errorf("event %q is not type=instant of an event that the rules know", text)
		}
		var err error
		if event.At, err = time.Parse(time.RFC3339, at); err != nil {
			if event.At, err = time.Parse(time.DateOnly, at); err != nil {
				return nil, fmt.Errorf("event %q: %q is neither an instant such as 2026-11-30T23:59:00+09:00 nor a date", text, at)
			}
			event.DateOnly = true
		}
		if changes != "" {
			if event.Set, err = readFacts(pack, strings.Split(changes, ";")); err != nil {
				return nil, err
			}
		}
		events = append(events, event)
	}
	return events, nil
}

func deadlineRules() *cobra.Command {
	return &cobra.Command{
		Use:          "rules",
		Short:        "List the rules with version, force, confidence and what is to be reviewed",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			pack, err := deadline.Standard()
			if err != nil {
				return err
			}
			return listRules(cmd.OutOrStdout(), pack)
		},
	}
}

func listRules(out io.Writer, pack *deadline.Pack) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "ID\tVERSION\tFORCE\tCONFIDENCE\tFROM\tREVIEW\tTITLE")
	for _, r := range pack.Rules {
		var doubts []string
		for _, d := range r.Doubts() {
			doubts = append(doubts, d.Part)
		}
		review := "-"
		if r.Review {
			review = "required: " + strings.Join(doubts, ", ")
		}
		_, _ = fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\t%s\t%s / %s\n", r.ID, r.Version, r.Force, r.Conf, r.EffectiveFrom, review, r.Title.JA, r.Title.EN)
	}
	return table.Flush()
}
