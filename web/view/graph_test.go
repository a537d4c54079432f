package view

import (
	"testing"

	"tasuke/playbooks"
	"tasuke/playbooks/standard"
)

func standardBook(t *testing.T) *playbooks.Definition {
	t.Helper()
	files, err := standard.Playbooks()
	if err != nil {
		t.Fatal(err)
	}
	d, problems := playbooks.Parse(files["PB-01.yaml"])
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return d
}

func TestTitlesFitTheirNodes(t *testing.T) {
	t.Parallel()
	for _, s := range standardBook(t).Steps {
		for _, title := range []string{s.Title.JA, s.Title.EN} {
			lines := wrap(title)
			if len(lines) > 2 {
				t.Errorf("%q takes %d lines", title, len(lines))
			}
			for _, l := range lines {
				n := 0
				for _, r := range l {
					n += runeWidth(r)
				}
				if n > lineWidth+1 { // the ellipsis may hang over by a half
					t.Errorf("%q is %d wide", l, n)
				}
			}
		}
	}
}

func TestWhatAStepIsGivenIsReadable(t *testing.T) {
	t.Parallel()
	x := &playbooks.Step{With: map[string]playbooks.Value{"a": {Literal: int64(3)}, "b": {From: "vars.left"}}}
	if got := given(Shell{}, &playbooks.Definition{}, x); len(got) != 2 || got[0] != "a = 3" || got[1] != "b = ${vars.left}" {
		t.Errorf("%v", got)
	}
}
