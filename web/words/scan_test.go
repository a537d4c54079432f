package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// root is the top of the repository, seen from this folder.
const root = "../.."

// asked is what the code asks of the catalogue.
type asked struct {
	exact    map[string]string // key that must exist -> where
	prefix   map[string]string // start of a key whose end is computed -> where
	literals map[string]bool   // every text in the code, for the search of sentences nobody says
}

var keyForm = regexp.MustCompile(`^[a-z][a-z_]*(\.[a-z0-9_]+)+$`)

// scan reads the code of the product; what templ generated stands for the templates.
func scan(t *testing.T) *asked {
	t.Helper()
	a := &asked{map[string]string{}, map[string]string{}, map[string]bool{}}
	for _, dir := range []string{"cmd", "web", "cases", "contacts", "workflow", "playbooks", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files := token.NewFileSet()
			f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool { a.look(n, files); return true })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func (a *asked) look(n ast.Node, files *token.FileSet) {
	at := func(n ast.Node) string {
		p := files.Position(n.Pos())
		return strings.TrimPrefix(p.Filename, root+"/") + ":" + strconv.Itoa(p.Line)
	}
	switch n := n.(type) {
	case *ast.BasicLit:
		if s, ok := text(n); ok {
			a.literals[s] = true
		}
	case *ast.CallExpr:
		a.call(n, at(n))
	case *ast.AssignStmt: // wrong["due_at"] = "form.time"
		if len(n.Lhs) == 1 {
			if _, ok := n.Lhs[0].(*ast.IndexExpr); ok {
				a.must(n.Rhs[0], at(n), "")
			}
		}
	case *ast.ReturnStmt: // a guard's reason
		if len(n.Results) == 1 {
			a.must(n.Results[0], at(n), "")
		}
	case *ast.CompositeLit: // inquiry.Reason{"inquiry.match.same_phone", …}, view.Key{"?", "key.help"}
		before, ok := map[string]string{"Reason": "", "Key": "", "Error": "", "Line": "", "Entry": "audit.action."}[typeName(n.Type)]
		for _, e := range n.Elts {
			if kv, is := e.(*ast.KeyValueExpr); is {
				e = kv.Value
			}
			if ok {
				a.must(e, at(n), before)
			}
		}
	}
}

// call looks at the functions that take a key.
func (a *asked) call(n *ast.CallExpr, at string) {
	sel, ok := n.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	switch sel.Sel.Name {
	case "T", "Or":
		if len(n.Args) > 0 {
			a.said(n.Args[0], at)
		}
	case "New", "Wrap", "Refuse":
		for _, arg := range n.Args {
			a.must(arg, at, "")
		}
	case "Field", "add": // the field, then the key
		if len(n.Args) == 2 {
			a.must(n.Args[1], at, "")
		}
	case "Done", "after", "act":
		for _, arg := range n.Args {
			if s, ok := text(arg); ok && s != "" && !strings.ContainsAny(s, "/.") {
				a.exact["done."+s] = at
			}
		}
	case "happened": // a line of the story and an entry of the audit trail
		for _, arg := range n.Args {
			a.must(arg, at, "")
			a.must(arg, at, "audit.action.")
		}
	case "record":
		for _, arg := range n.Args {
			a.must(arg, at, "audit.action.")
		}
	}
}

// said is the argument of T: a key, or the start of one.
func (a *asked) said(e ast.Expr, at string) {
	if s, ok := text(e); ok {
		a.exact[s] = at
		return
	}
	if sum, ok := e.(*ast.BinaryExpr); ok {
		for { // a + b + c is (a + b) + c
			left, ok := sum.X.(*ast.BinaryExpr)
			if !ok {
				break
			}
			sum = left
		}
		if s, ok := text(sum.X); ok {
			a.prefix[s] = at
		}
	}
}

// must takes a text that has the form of a key.
func (a *asked) must(e ast.Expr, at, before string) {
	if s, ok := text(e); ok && keyForm.MatchString(s) && !strings.HasSuffix(s, ".templ") {
		a.exact[before+s] = at
	}
}

func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
