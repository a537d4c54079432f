package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"tasuke/internal/fault"
	"tasuke/playbooks/scenario"
	"tasuke/web/words"
	"tasuke/workflow"
)

// expects compares how a step stands.
func (w *rehearsal) expects(ctx context.Context, at int, name, want string) error {
	s, ok, err := w.step(ctx, name)
	if err != nil {
		return err
	}
	if !ok {
		w.add(at, "「%s」は %s のはずでしたが、始まっていません。", "%s should be %s, and was not begun.", name, want)
		return nil
	}
	if !standsAs(s, want) {
		w.add(at, "「%s」は %s のはずでしたが、%s です%s。", "%s should be %s, and is %s%s.", name, want, stands(s), because(s))
	}
	return nil
}

// standsAs compares the words of a table with how a step stands.
func standsAs(s workflow.StepView, want string) bool {
	switch {
	case want == string(workflow.Held):
		return s.State == workflow.Held
	case s.State == workflow.Finished && want == string(workflow.Finished):
		return s.Outcome == workflow.Succeeded
	}
	return stands(s) == want || s.State == workflow.Finished && s.Choice == want
}

// because is what is known of why a step stands where it does.
func because(s workflow.StepView) string {
	var out []string
	if s.State == workflow.Held {
		out = append(out, string(s.Outcome))
	}
	if s.Work != nil && s.Work.Problem != "" {
		out = append(out, s.Work.Problem)
	}
	if s.State == workflow.Waiting {
		out = append(out, s.Waits...)
	}
	if s.State == workflow.Skipped && s.Seen.When+s.Seen.Why != "" {
		out = append(out, s.Seen.When+s.Seen.Why, fmt.Sprint(s.Seen.Values))
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, ", ") + ")"
}

// gave compares what a step has given.
func (w *rehearsal) gave(ctx context.Context, at int, name string, want map[string]any) error {
	s, _, err := w.step(ctx, name)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(want)) {
		got, there := s.Fields[id]
		if !there {
			v, ok := s.Output[id]
			if got, there = asForm(v), ok; !there {
				got = "—"
			}
		}
		if got != asForm(want[id]) {
			w.add(at, "「%s」の「%s」は %v のはずでしたが、%s です。", "%s should have given %s %v, and gave %s.", name, id, want[id], got)
		}
	}
	return nil
}

// ends compares how the run ended, or which steps wait for a person when it has not.
func (w *rehearsal) ends(ctx context.Context, s scenario.Scenario) error {
	run, err := w.tried(ctx)
	if err != nil {
		return err
	}
	at := 1
	if n := len(s.Steps); n > 0 {
		at = s.Steps[n-1].At
	}
	got := scenario.Open
	if run.State == workflow.Ended {
		got = string(run.Outcome)
	}
	open, held, err := w.left(ctx)
	if err != nil {
		return err
	}
	if got != s.Ends {
		w.add(at, "終わり方は %s のはずでしたが、%s です。開いている手順: %s", "It should end %s, and is %s. Open steps: %s", s.Ends, got, strings.Join(open, ", "))
	}
	if want := slices.Sorted(slices.Values(s.Held)); !slices.Equal(want, held) {
		w.add(at, "人の判断を待つ手順は [%s] のはずでしたが、[%s] です。", "[%s] should wait for a person's word, and [%s] do.", strings.Join(want, ", "), strings.Join(held, ", "))
	}
	return nil
}

// left lists the steps that are open, and those that are held.
func (w *rehearsal) left(ctx context.Context) (open, held []string, err error) {
	names, err := w.namedRuns(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, state := range []workflow.State{workflow.Ready, workflow.Held, workflow.Working} {
		tasks, _, err := w.runs.Tasks(ctx, w.reader(), workflow.Filter{Subject: w.subject(), State: state}, workflow.Page{Limit: 200})
		if err != nil {
			return nil, nil, err
		}
		for _, t := range tasks {
			place, ours := names.place[t.RunID]
			if !ours {
				continue
			}
			open = append(open, joined(place, t.StepID)+" "+string(state))
			if state == workflow.Held {
				held = append(held, joined(place, t.StepID))
			}
		}
	}
	slices.Sort(held)
	return open, held, nil
}

var sentences = sync.OnceValues(words.Load)

// inTongue is an error in the reader's language.
func inTongue(err error, lang string) string {
	f := new(fault.Error)
	book, werr := sentences()
	switch {
	case err == nil:
		return map[string]string{"ja": "できてしまいました", "en": "it was done"}[lang]
	case !errors.As(err, &f) || werr != nil || book.In(lang).Or(f.Key, "") == "":
		return err.Error()
	}
	out := strings.TrimSpace(book.In(lang).Fault(f))
	if len(f.Fields) > 0 {
		out += fmt.Sprintf(" %v", f.Fields)
	}
	return out
}
