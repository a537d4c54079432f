package main

import (
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// forms knows, from the code of the pages, which fields the handler of each post reads.
type forms struct {
	*packages.Package
	funcs map[types.Object]*ast.FuncDecl
	posts map[string]types.Object // handler by path
}

func readForms(t *testing.T) *forms {
	t.Helper()
	all, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax}, "tasuke/web/pages")
	must(t, err)
	if len(all) != 1 || len(all[0].Errors) > 0 {
		t.Fatalf("the pages cannot be read: %v", all)
	}
	f := &forms{all[0], map[types.Object]*ast.FuncDecl{}, map[string]types.Object{}}
	for _, file := range f.Syntax {
		ast.Inspect(file, func(n ast.Node) bool { f.note(n); return true })
	}
	return f
}

// note keeps a function, or a route with its handler.
func (f *forms) note(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		f.funcs[f.TypesInfo.Defs[n.Name]] = n
	case *ast.CallExpr:
		called, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || called.Sel.Name != "Post" || len(n.Args) != 3 {
			return
		}
		path := f.TypesInfo.Types[n.Args[0]].Value
		handler, ok := n.Args[2].(*ast.SelectorExpr)
		if ok && path != nil && path.Kind() == constant.String {
			f.posts[constant.StringVal(path)] = f.TypesInfo.Uses[handler.Sel]
		}
	}
}

// of gives the fields of all forms that the handler of a path speaks of, itself or through what it uses,
// with their Go types.
func (f *forms) of(path string) map[string]string {
	fields := map[string]string{}
	f.follow(f.posts[path], map[types.Object]bool{}, fields)
	return fields
}

func (f *forms) follow(o types.Object, seen map[types.Object]bool, fields map[string]string) {
	d := f.funcs[o]
	if d == nil || seen[o] {
		return
	}
	seen[o] = true
	ast.Inspect(d, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch said := f.TypesInfo.ObjectOf(id).(type) {
		case *types.Func:
			f.follow(said.Origin(), seen, fields)
		case *types.TypeName, *types.Var:
			readFields(said.Type(), fields)
		}
		return true
	})
}

// readFields adds the fields of a struct, of those in it and of those it lists.
func readFields(t types.Type, fields map[string]string) {
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i := range s.NumFields() {
		name, _, _ := strings.Cut(reflect.StructTag(s.Tag(i)).Get("form"), ",")
		switch field := s.Field(i); {
		case name != "":
			fields[name] = field.Type().String()
		case field.Embedded():
			readFields(field.Type(), fields)
		}
	}
}

// TestEveryFieldBelongsToAFormThatIsPosted: no field of a form escapes the attacks by being read in a
// way that this reading of the code does not see.
func TestEveryFieldBelongsToAFormThatIsPosted(t *testing.T) {
	t.Parallel()
	f := readForms(t)
	reached := map[string]string{}
	for path, handler := range f.posts {
		if f.funcs[handler] == nil {
			t.Errorf("the handler of %s is not found", path)
		}
		maps.Copy(reached, f.of(path))
	}
	for _, name := range slices.Sorted(maps.Keys(fields(t))) {
		if reached[name] == "" {
			t.Errorf("no route reads the field %s", name)
		}
	}
}
