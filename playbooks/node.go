package playbooks

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

const maxText = 4000 // characters in one text

// fields is one block of "name: value" lines.
type fields struct {
	line  int
	what  string
	value map[string]ast.Node
	at    map[string]int
}

// reader walks the tree of a file and notes everything that is wrong instead of stopping.
type reader struct {
	problems Problems
	ids      map[string]int // line of each step of the file
	depth    int            // of blocks inside blocks
}

// root parses the text. The parser is other people's code and meets hostile text: when it
// panics, the text is what is refused.
func (r *reader) root(src []byte) (n ast.Node) {
	defer func() {
		if e := recover(); e != nil {
			n = nil
			r.problems.add(1, "yaml", fmt.Sprint(e))
		}
	}()
	tokens, bad := scan(src)
	if len(bad) > 0 {
		r.problems = append(r.problems, bad...)
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.problems.add(lineOf(err), "yaml", cause(err))
		return nil
	}
	for _, d := range file.Docs {
		if d.Body != nil {
			return d.Body
		}
	}
	r.problems.add(1, "empty")
	return nil
}

// block reads a mapping and refuses every field that is not allowed.
func (r *reader) block(n ast.Node, what string, allowed ...string) fields {
	return r.mapping(n, what, func(key string, at int) bool {
		if has(allowed, key) {
			return true
		}
		r.problems.add(at, "field_unknown", clip(key), strings.Join(allowed, ", "))
		return false
	})
}

// mapping reads a mapping; allow answers whether a field is kept.
func (r *reader) mapping(n ast.Node, what string, allow func(key string, at int) bool) fields {
	f := fields{line: line(n), what: what, value: map[string]ast.Node{}, at: map[string]int{}}
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		r.problems.add(f.line, "want_fields", what)
		return f
	}
	for _, p := range pairs {
		key, at := p.Key.GetToken().Value, line(p.Key)
		if len(f.value) == 0 {
			f.line = at
		}
		switch _, twice := f.value[key]; {
		case twice:
			r.problems.add(at, "field_twice", key)
		case allow(key, at):
			f.value[key], f.at[key] = p.Value, at
		}
	}
	return f
}

func has(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}

// word reads one text of a field; a field that is not there is "".
func (r *reader) word(f fields, key string) string {
	n, ok := f.value[key]
	if !ok {
		return ""
	}
	return r.scalar(n, key)
}

// need is word, and a fault when the field is missing or empty.
func (r *reader) need(f fields, key string) string {
	s := r.word(f, key)
	if n, ok := f.value[key]; s == "" && (!ok || isText(n)) {
		r.problems.add(max(f.line, f.at[key]), "field_missing", key)
	}
	return s
}

func isText(n ast.Node) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		return true
	}
	return false
}

func (r *reader) scalar(n ast.Node, key string) string {
	var s string
	switch n := n.(type) {
	case *ast.StringNode:
		s = n.Value
	case *ast.LiteralNode:
		s = n.Value.Value
	default:
		r.problems.add(line(n), "want_text", key)
		return ""
	}
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > maxText {
		r.problems.add(line(n), "text_long", key, maxText)
		return ""
	}
	if strings.ContainsFunc(s, control) || !utf8.ValidString(s) {
		r.problems.add(line(n), "text_control", key)
		return ""
	}
	return s
}

// text reads {ja: …, en: …}; both are needed when the field is there.
func (r *reader) text(f fields, key string) Text {
	n, ok := f.value[key]
	if !ok {
		return Text{}
	}
	b := r.block(n, key, "ja", "en")
	t := Text{r.word(b, "ja"), r.word(b, "en")}
	for _, lang := range []string{"ja", "en"} {
		if v, ok := b.value[lang]; t.In(lang) == "" && (!ok || isText(v)) {
			r.problems.add(max(f.at[key], b.at[lang]), "text_missing", key, lang)
		}
	}
	return t
}

// needText is text, and a fault when the field is missing.
func (r *reader) needText(f fields, key string) Text {
	if _, ok := f.value[key]; !ok {
		r.problems.add(f.line, "field_missing", key)
	}
	return r.text(f, key)
}

// list gives the entries of a list of at most limit.
func (r *reader) list(f fields, key string, limit int) []ast.Node {
	n, ok := f.value[key]
	if !ok {
		return nil
	}
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.problems.add(f.at[key], "want_list", key)
		return nil
	}
	if len(s.Values) > limit {
		r.problems.add(f.at[key], "list_many", key, limit)
		return s.Values[:limit]
	}
	return s.Values
}

// words reads a list of texts.
func (r *reader) words(f fields, key string, limit int) (out []string) {
	for _, n := range r.list(f, key, limit) {
		if s := r.scalar(n, key); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (r *reader) flag(f fields, key string) bool {
	n, ok := f.value[key]
	if !ok {
		return false
	}
	b, ok := n.(*ast.BoolNode)
	if !ok {
		r.problems.add(f.at[key], "want_flag", key)
		return false
	}
	return b.Value
}

func line(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 1
	}
	return n.GetToken().Position.Line
}

// clip keeps a hostile name from filling a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

func lineOf(err error) int {
	var s *yaml.SyntaxError
	if errors.As(err, &s) && s.Token != nil && s.Token.Position != nil {
		return s.Token.Position.Line
	}
	return 1
}

func cause(err error) string {
	var s *yaml.SyntaxError
	if errors.As(err, &s) {
		return clip(s.Message)
	}
	return clip(firstLine(err))
}
