package standard_test

import (
	"testing"

	"tasuke/playbooks"
	"tasuke/playbooks/standard"
)

// TestTheDrawingsAreNarrow: drawings are read on small windows. The library together takes at most
// three quarters of what its steps take in straight columns, and no drawing is wider than that.
func TestTheDrawingsAreNarrow(t *testing.T) {
	t.Parallel()
	files, err := standard.Playbooks()
	if err != nil {
		t.Fatal(err)
	}
	size := playbooks.Size{NodeWidth: 184, NodeHeight: 56, GapX: 12, GapY: 40}
	narrow, straight := 0, 0
	for name, src := range files {
		d, problems := playbooks.Parse(src)
		if len(problems) > 0 {
			t.Fatal(name, problems)
		}
		n, s := playbooks.Plan(d, size).Width, playbooks.Layout(d, size).Width
		if n >= s {
			t.Errorf("%s is %d wide, in columns %d", name, n, s)
		}
		narrow, straight = narrow+n, straight+s
	}
	if narrow > straight*3/4 {
		t.Errorf("together they are %d wide, in columns %d", narrow, straight)
	}
}
