package playbooks

import (
	"unicode/utf8"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// The caps on a definition. They bound the reader's memory and stack before the parser runs.
const (
	MaxBytes  = 512 << 10
	MaxSteps  = 500
	maxColumn = 40 // deepest indentation
	maxFlow   = 4  // brackets inside brackets
)

// marks are the parts of YAML a playbook may not use: what is written is what is meant.
var marks = map[token.Type]bool{
	token.AnchorType: true, token.AliasType: true, token.TagType: true, token.MergeKeyType: true,
	token.DirectiveType: true, token.DocumentEndType: true, token.MappingKeyType: true,
}

// scan refuses text that is too large, not UTF-8 or nested too deeply for the parser.
func scan(src []byte) (tokens token.Tokens, p Problems) {
	if len(src) > MaxBytes {
		p.add(1, "too_big", MaxBytes)
		return nil, p
	}
	if line := badByte(src); line > 0 {
		p.add(line, "encoding")
		return nil, p
	}
	tokens = lexer.Tokenize(string(src))
	flow, line := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		}
		first := t.Position.Line != line || t.Type == token.SequenceEntryType
		line = t.Position.Line
		switch {
		case marks[t.Type], t.Type == token.DocumentHeaderType && t != tokens[0]:
			p.add(line, "yaml_mark", t.Value)
		case flow > maxFlow, first && t.Position.Column > maxColumn && t.Type != token.CommentType:
			p.add(line, "too_deep", maxColumn)
			return nil, p
		}
	}
	return tokens, p
}

// badByte gives the line of the first byte that is not UTF-8 or is a control character other
// than a line break or a tab, or 0.
func badByte(src []byte) int {
	line := 1
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRune(src[i:])
		switch {
		case r == utf8.RuneError && n == 1, control(r) && r != '\t' && r != '\r':
			return line
		case r == '\n':
			line++
		}
		i += n
	}
	return 0
}

// control reports a control character other than the line break.
func control(r rune) bool {
	return r != '\n' && (r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff)
}
