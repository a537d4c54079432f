package paging_test

import (
	"strings"
	"testing"

	"tasuke/internal/fault"
	"tasuke/internal/paging"
)

func TestAnAddressThatIsNoCursorIsInvalid(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"~", "1~", "x~id", "1", "1~a b", "1~\x00", "1~あ", "99999999999999999999~a", "1~" + strings.Repeat("a", 65)} {
		if _, err := paging.Parse(s); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v", s, err)
		}
	}
}

func TestACursorComesBackAsItWas(t *testing.T) {
	t.Parallel()
	for _, want := range []paging.Cursor{{}, {At: 1, ID: "a"}, {At: -5, ID: "0198e1f2-0000-7000-8000-000000000000"}} {
		if got, err := paging.Parse(want.String()); err != nil || got != want {
			t.Errorf("%q: got %v, %v", want, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1~a")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := paging.Parse(s); err == nil {
			if again, err := paging.Parse(c.String()); err != nil || again != c {
				t.Errorf("%q: %v, %v", s, again, err)
			}
		}
	})
}

func TestALimitOutsideTheBoundsIsTheUsualOne(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]int{-1: 50, 0: 50, 1: 1, 200: 200, 201: 50} {
		if got := (paging.Page{Limit: limit}).Size(); got != want {
			t.Errorf("%d: got %d, want %d", limit, got, want)
		}
	}
}
