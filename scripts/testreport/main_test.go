package main

import (
	"strings"
	"testing"
)

func TestTheReport(t *testing.T) {
	tests := map[string]struct {
		events string
		want   []string
		absent []string
		ok     bool
	}{
		"nothing that ran is not a success": {
			events: ``,
			want:   []string{"\n0 passed, 0 failed\n"},
		},
		"a package that does not build counts as one failure and shows the compiler's words": {
			events: `{"ImportPath":"m/p","Action":"build-output","Output":"p.go:3: undefined: x\n"}
{"ImportPath":"m/p","Action":"build-fail"}
{"Action":"fail","Package":"m/p","Elapsed":0,"FailedBuild":"m/p"}`,
			want: []string{"p.go:3: undefined: x\n", "did not build: m/p\n", "\n0 passed, 1 failed\n"},
		},
		"a panic that ends the package counts and shows the output of the test that ran": {
			events: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"panic: boom\n"}
{"Action":"fail","Package":"p","Elapsed":0.1}`,
			want: []string{"panic: boom\n", "FAIL: p\n", "\n0 passed, 1 failed\n"},
		},
		"a package that never ends counts as failed": {
			events: `{"Action":"start","Package":"p"}`,
			want:   []string{"FAIL: p (did not end)\n", "\n0 passed, 1 failed\n"},
		},
		"a failed subtest is counted once, not again in its group": {
			events: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/postgres"}
{"Action":"output","Package":"p","Test":"TestA/postgres","Output":"=== RUN   TestA/postgres\n"}
{"Action":"output","Package":"p","Test":"TestA/postgres","Output":"    a_test.go:9: no row\n"}
{"Action":"fail","Package":"p","Test":"TestA/postgres"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}`,
			want:   []string{"a_test.go:9: no row\n", "on PostgreSQL: 0 passed, 1 failed\n", "\n0 passed, 1 failed\n"},
			absent: []string{"=== RUN"},
		},
		"a group that fails by itself is counted beside its subtests": {
			events: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/b"}
{"Action":"pass","Package":"p","Test":"TestA/b"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}`,
			want: []string{"\n1 passed, 1 failed\n"},
		},
		"both databases are counted, groups are not, output of what passed is not shown, figures are": {
			events: `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/sqlite"}
{"Action":"run","Package":"p","Test":"TestA/postgres"}
{"Action":"output","Package":"p","Test":"TestA/sqlite","Output":"noise\n"}
{"Action":"attr","Package":"p","Test":"TestA","Key":"hits at tx.before_commit","Value":"12"}
{"Action":"pass","Package":"p","Test":"TestA/sqlite"}
{"Action":"pass","Package":"p","Test":"TestA/postgres"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p","Elapsed":1.5}
{"Action":"skip","Package":"q"}`,
			want: []string{"1.5s  2 passed, 0 failed, 1 skipped\n", "TestA: hits at tx.before_commit = 12\n",
				"on SQLite: 1 passed, 0 failed\n", "on PostgreSQL: 1 passed, 0 failed\n", "\n2 passed, 0 failed, 1 skipped\n"},
			absent: []string{"noise", "q "},
			ok:     true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			ok, err := report(strings.NewReader(test.events), &out)
			if err != nil || ok != test.ok {
				t.Errorf("ok = %v, error = %v, want %v", ok, err, test.ok)
			}
			for _, want := range test.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in:\n%s", want, &out)
				}
			}
			for _, absent := range test.absent {
				if strings.Contains(out.String(), absent) {
					t.Errorf("%q is in:\n%s", absent, &out)
				}
			}
		})
	}
}
