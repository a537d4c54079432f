package world_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tasuke/cases/sweep/score"
	"tasuke/cases/sweep/world"
)

// parsed gives the product files of a folder beside this one.
func parsed(t *testing.T, folder string) (out []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatal(folder, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

func TestTheWorldImportsNothingOfOurs(t *testing.T) {
	t.Parallel()
	for _, f := range parsed(t, "world") {
		for _, i := range f.Imports {
			if strings.HasPrefix(i.Path.Value, `"tasuke`) {
				t.Errorf("%s imports %s", f.Name, i.Path.Value)
			}
		}
	}
}

// named gives the names of a folder's constants, but for words: logs and the sweep speak of devices
// and addresses both.
func named(t *testing.T, folder string) map[string]bool {
	out := map[string]bool{}
	for _, f := range parsed(t, folder) {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				return false
			case *ast.GenDecl:
				if n.Tok == token.CONST {
					for _, s := range n.Specs {
						v := s.(*ast.ValueSpec)
						if lit, ok := slices.Concat(v.Values, []ast.Expr{nil})[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
							continue
						}
						for _, id := range v.Names {
							out[id.Name] = true
						}
					}
				}
			}
			return true
		})
	}
	return out
}

// What the sweep weighs by must not be what the world is made by: neither a named constant nor the
// name of a pivot, a class, a verdict or a number of the model may come up again.
func TestTheWorldSharesNoConstantOfTheSweep(t *testing.T) {
	t.Parallel()
	theirs := map[string]bool{}
	for _, folder := range []string{"score", "round", "rollup", "indicator", "rollup/tables"} {
		maps.Copy(theirs, named(t, folder))
	}
	if !theirs["BaselineDays"] || !theirs["EraDays"] || len(theirs) < 20 {
		t.Fatalf("constants are not found: %v", slices.Sorted(maps.Keys(theirs)))
	}
	for name := range named(t, "world") {
		if theirs[name] {
			t.Errorf("the constant %s is also one of the sweep", name)
		}
	}
	pivots := map[string]bool{}
	for p, about := range score.Standard().Pivots {
		if about.Class == score.Behaviour {
			pivots[p] = true
		}
	}
	for _, v := range []score.Verdict{score.Probable, score.Suspect, score.Listed, score.Cleared} {
		pivots[string(v)] = true
	}
	for _, f := range parsed(t, "world") {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if theirs[n.Name] && ast.IsExported(n.Name) {
					t.Errorf("%s is a name of the sweep", n.Name)
				}
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && pivots[s] {
					t.Errorf("%q is a word of the model", s)
				}
			}
			return true
		})
	}
}

func TestNoKnobIsANumberOfTheModel(t *testing.T) {
	t.Parallel()
	m := score.Standard()
	weights := map[float64]bool{m.Fresh: true, float64(m.Burst): true, float64(m.Probable): true, float64(m.Suspect): true, m.OwnFor.Hours() / 24: true,
		m.PayoutWithin.Hours() / 24: true, score.BaselineDays: true, float64(m.Probable) / 100: true, float64(m.Suspect) / 100: true}
	for _, p := range m.Pivots {
		weights[p.Weight], weights[float64(p.Limit)], weights[p.Weight/100] = true, true, true
	}
	delete(weights, 0)
	knobs := reflect.ValueOf(world.UsualKnobs())
	for i := range knobs.NumField() {
		v := knobs.Field(i)
		n := 0.0
		if v.CanFloat() {
			n = v.Float()
		} else {
			n = float64(v.Int())
		}
		if weights[n] {
			t.Errorf("%s is %v, which is a number of the model", knobs.Type().Field(i).Name, n)
		}
	}
}
