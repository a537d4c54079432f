package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/web/words"
	"tasuke/workflow"
)

// simulation is what "simulate" was asked for.
type simulation struct {
	lang, start                                string
	choose, facts, inputs, gives, fail, expire []string
}

func playbookSimulate() *cobra.Command {
	var o simulation
	cmd := &cobra.Command{
		Use:   "simulate FILE",
		Short: "Walk through a playbook by its rules: order, roles, targets with dates, what is left out and why",
		Long: "Uses the rules of the engine with people who need all of the time a step is given. Nothing is done, sent\n" +
			"or written: what actions give and what people fill in is only known where --give says it. Whatever was\n" +
			"not said is assumed and listed at the end.",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := knownLanguage(o.lang); err != nil {
				return err
			}
			d, rules, err := openBook(args[0], o.lang, func(s string) { fmt.Fprint(cmd.ErrOrStderr(), s) })
			if err != nil {
				return err
			}
			trial, err := o.trial(d, rules)
			if err != nil {
				return err
			}
			tried, err := workflow.Simulate(d, trial)
			if err != nil {
				return err
			}
			return printTried(cmd.OutOrStdout(), o.lang, d, trial, tried)
		},
	}
	languageFlag(cmd, &o.lang)
	cmd.Flags().StringVar(&o.start, "start", "", "when it begins, in Japan: 2026-03-01T09:00 (now when left out)")
	cmd.Flags().StringArrayVar(&o.choose, "choose", nil, "DECISION=OUTCOME: what a person chooses; may be repeated")
	cmd.Flags().StringArrayVar(&o.facts, "fact", nil, "NAME=VALUE: a fact of the case; may be repeated")
	cmd.Flags().StringArrayVar(&o.inputs, "input", nil, "NAME=VALUE: an input or a variable at the start; may be repeated")
	cmd.Flags().StringArrayVar(&o.gives, "give", nil, "STEP.FIELD=VALUE: what a person fills in or an action gives; may be repeated")
	cmd.Flags().StringArrayVar(&o.fail, "fail", nil, "STEP: it fails; may be repeated")
	cmd.Flags().StringArrayVar(&o.expire, "expire", nil, "STEP: its time runs out; may be repeated")
	return cmd
}

// trial turns the flags into what the playbook is tried with.
func (o simulation) trial(d *playbooks.Definition, rules playbooks.Rules) (t workflow.Trial, err error) {
	t = workflow.Trial{Start: db.At(time.Now()), OpenDay: openDay, Rules: rules, Ends: map[string]workflow.Outcome{}, Choices: map[string]string{}}
	if o.start != "" {
		at, err := time.ParseInLocation("2006-01-02T15:04", o.start, words.Tokyo)
		if err != nil {
			return t, fmt.Errorf("--start %q: write it like 2026-03-01T09:00", o.start)
		}
		t.Start = db.At(at)
	}
	if err := pairs("--choose", o.choose, func(name, value string) error {
		t.Choices[name] = value
		return nil
	}); err != nil {
		return t, err
	}
	if t.Facts, err = typed("--fact", o.facts, func(name string) string { return string(rules.Facts[name]) }); err != nil {
		return t, err
	}
	if t.Inputs, err = typed("--input", o.inputs, func(name string) string {
		v, _ := d.Variable(name)
		return string(v.Type)
	}); err != nil {
		return t, err
	}
	if t.Gives, err = typed("--give", o.gives, func(string) string { return "" }); err != nil {
		return t, err
	}
	for _, id := range o.fail {
		t.Ends[id] = workflow.Failed
	}
	for _, id := range o.expire {
		t.Ends[id] = workflow.TimedOut
	}
	return t, nil
}

// pairs reads NAME=VALUE.
func pairs(flag string, list []string, each func(name, value string) error) error {
	for _, one := range list {
		name, value, ok := strings.Cut(one, "=")
		if !ok || name == "" {
			return fmt.Errorf("%s %q: write it like name=value", flag, one)
		}
		if err := each(name, value); err != nil {
			return fmt.Errorf("%s %q: %w", flag, one, err)
		}
	}
	return nil
}

// typed reads NAME=VALUE with values of the type of the name; of an unknown type a number, true and
// false are what they look like.
func typed(flag string, list []string, typeOf func(name string) string) (map[string]any, error) {
	out := map[string]any{}
	err := pairs(flag, list, func(name, value string) error {
		number, notNumber := strconv.ParseInt(value, 10, 64)
		yes, notYes := strconv.ParseBool(value)
		switch kind := typeOf(name); {
		case kind == "int" || kind == "number" || kind == "yen" || kind == "" && notNumber == nil:
			out[name] = number
			if notNumber != nil {
				return fmt.Errorf("%q is no whole number", value)
			}
		case kind == "bool" || kind == "yesno" || kind == "" && (value == "true" || value == "false"):
			out[name] = yes
			if notYes != nil {
				return fmt.Errorf("%q is neither true nor false", value)
			}
		default:
			out[name] = value
		}
		return nil
	})
	return out, err
}

// printTried prints the way step by step, and then what was assumed.
func printTried(out io.Writer, lang string, d *playbooks.Definition, t workflow.Trial, tried workflow.Tried) error {
	book, err := words.Load()
	if err != nil {
		return err
	}
	p := triedPrinter{out: out, lang: lang, say: book.In(lang)}
	p.line("simulated", d.Slug, d.Title.In(lang), p.at(t.Start))
	for _, s := range tried.Steps {
		p.step(s)
	}
	fmt.Fprintln(out)
	if tried.Outcome == "" {
		p.line("stands_still", p.at(tried.End))
	} else {
		p.line("ended", p.at(tried.End), p.say.Span(tried.End.Sub(t.Start)), p.say.Or("task.outcome."+string(tried.Outcome), string(tried.Outcome)))
	}
	p.line("not_run")
	p.assumptions(tried.Assumed)
	return nil
}

type triedPrinter struct {
	out  io.Writer
	lang string
	say  words.Words
}

func (p triedPrinter) line(key string, args ...any) {
	fmt.Fprintf(p.out, triedWords[key].In(p.lang)+"\n", args...)
}

func (p triedPrinter) at(i db.Instant) string { return i.In(words.Tokyo).Format("2006-01-02 15:04") }

// step prints one step on a line: when, what, who, its target, and why it was left out.
func (p triedPrinter) step(s *workflow.TriedStep) {
	parts := []string{p.when(s) + strings.Repeat("  ", s.Depth), fmt.Sprintf("%s (%s)", s.Step.Title.In(p.lang), s.Step.ID)}
	if s.Pass > 0 {
		parts[1] += " #" + strconv.FormatInt(s.Pass, 10)
	}
	parts = append(parts, p.say.Or("step.kind."+string(s.Step.Kind), string(s.Step.Kind)))
	if s.Step.Role != "" {
		parts = append(parts, p.say.Or("role."+s.Step.Role, s.Step.Role))
	}
	if s.Step.Do != "" || s.Step.Playbook != "" || s.Step.Event != "" {
		parts = append(parts, s.Step.Do+s.Step.Playbook+s.Step.Event)
	}
	if !s.Due.IsZero() {
		parts = append(parts, fmt.Sprintf(triedWords["target"].In(p.lang), s.Step.Target, p.at(s.Due)))
	}
	if s.Late() {
		parts = append(parts, triedWords["late"].In(p.lang))
	}
	if o, ok := s.Step.Outcome(s.Choice); ok {
		parts = append(parts, "→ "+o.Text.In(p.lang))
	}
	parts = append(parts, p.ended(s)...)
	fmt.Fprintln(p.out, strings.Join(parts, "  "))
}

func (p triedPrinter) when(s *workflow.TriedStep) string {
	if s.State == workflow.Skipped {
		return fmt.Sprintf("%-35s", p.at(s.Ready)+" –")
	}
	return fmt.Sprintf("%-35s", p.at(s.Ready)+" → "+p.at(s.Over))
}

// ended says how a step ended when it was not simply done, and why.
func (p triedPrinter) ended(s *workflow.TriedStep) (out []string) {
	switch {
	case s.State == workflow.Skipped:
		out = append(out, triedWords["skipped"].In(p.lang))
	case s.State == workflow.Held:
		out = append(out, triedWords["held"].In(p.lang))
	case s.Outcome != workflow.Succeeded && s.Outcome != "":
		out = append(out, p.say.Or("task.outcome."+string(s.Outcome), string(s.Outcome)))
	}
	if s.Seen.When != "" && (s.State == workflow.Skipped || s.Step.Kind == playbooks.Switch || s.Step.Kind == playbooks.Loop || s.State == workflow.Held) {
		out = append(out, "["+s.Seen.When+"]")
	}
	if len(s.Seen.Values) > 0 {
		var values []string
		for name, v := range s.Seen.Values {
			values = append(values, fmt.Sprintf("%s = %v", name, shown(v)))
		}
		slices.Sort(values)
		out = append(out, "("+strings.Join(values, ", ")+")")
	}
	return out
}

func shown(v any) any {
	if v == nil || v == "" {
		return "–"
	}
	return v
}

func (p triedPrinter) assumptions(list []workflow.Assumption) {
	if len(list) == 0 {
		return
	}
	p.line("assumed")
	for _, a := range list {
		name, value := a.Name, a.Value
		if value == "" {
			value = "–"
		}
		fmt.Fprintf(p.out, "- "+triedWords["assumed_"+string(a.Kind)].In(p.lang)+"\n", name, value)
	}
}

var triedWords = map[string]playbooks.Text{
	"simulated":    {JA: "%s %s を %s に始めたとして:", EN: "%s %s, begun at %s:"},
	"target":       {JA: "目標 %s(%s まで)", EN: "target %s (by %s)"},
	"late":         {JA: "目標を過ぎてから番が来る", EN: "its turn comes after its target"},
	"skipped":      {JA: "飛ばす", EN: "left out"},
	"held":         {JA: "止まる: 人が決める", EN: "held: a person decides"},
	"ended":        {JA: "%s に終わる。かかる時間: %s。結果: %s", EN: "It ends at %s after %s. Outcome: %s"},
	"stands_still": {JA: "%s に止まる。人が決めるまで先へ進まない。", EN: "It stands still at %s until a person decides."},
	"not_run":      {JA: "これは規則だけで歩いた結果です。自動処理、通知、承認の中身、休暇や引き継ぎは動かしていません。", EN: "This followed the rules alone: no action, message or approval was run, and nobody was away."},
	"assumed":      {JA: "言われなかったので、次のように仮定しました。", EN: "What was not said was taken as follows:"},

	"assumed_fact":    {JA: "事実 %[1]s は %[2]s(--fact で指定)", EN: "the fact %[1]s is %[2]s (say it with --fact)"},
	"assumed_input":   {JA: "入力 %[1]s は空か 0 か最初の選択肢(--input で指定)", EN: "the input %[1]s is empty, 0 or its first option (say it with --input)"},
	"assumed_choice":  {JA: "判断 %[1]s で %[2]s を選ぶ(--choose で指定)", EN: "at %[1]s a person chooses %[2]s (say it with --choose)"},
	"assumed_event":   {JA: "%[1]s が待つ出来事 %[2]s はすぐに来る", EN: "%[2]s, which %[1]s waits for, comes at once"},
	"assumed_moment":  {JA: "%[1]s が待つ時刻 %[2]s はもう過ぎている(--give か --input で指定)", EN: "%[2]s, which %[1]s waits for, is over (say it with --give or --input)"},
	"assumed_value":   {JA: "%[2]s が何になるか分からないので、変数 %[1]s は変わらない(--give で指定)", EN: "the variable %[1]s stays as it is: nobody knows %[2]s (say it with --give)"},
	"assumed_passes":  {JA: "繰り返し %[1]s は %[2]s 回で終わる: 分かっている値では条件が変わらない", EN: "the loop %[1]s ends after pass %[2]s: nothing that is known changes its condition"},
	"assumed_call":    {JA: "%[1]s が呼び出す手順書 %[2]s は読めないので、すぐに終わる", EN: "the playbook %[2]s of %[1]s cannot be read and takes no time"},
	"assumed_no_time": {JA: "目標の無い %[2]s 個の手順には時間がかからない", EN: "%[2]s steps without a target take no time"},
	"assumed_person":  {JA: "%[1]s は人が失敗と言い、実行は続く(%[2]s)", EN: "a person says that %[1]s failed, and the run goes on (%[2]s)"},
	"assumed_failing": {JA: "%[1]s が失敗したときのことが書かれていないので、人が決めるまで止まる(%[2]s)", EN: "nothing says what follows when %[1]s fails, so it is held for a person (%[2]s)"},
}
