package cacao

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"tasuke/playbooks"
)

// A condition of CACAO is a comparison expression of the STIX patterning grammar, written bare or
// in brackets. What compares variables with constants by =, !=, <, >, <=, >=, IN, NOT, AND and OR is
// written again in our own language of conditions. Everything else is for a person to answer.

var errCondition = errors.New("this condition cannot be translated")

// looked gives the variable of the run that a name means.
type looked func(name string) (v variable, ok bool)

// translate gives a condition of ours, or errCondition.
func translate(source string, look looked) (string, error) {
	p := &stix{tokens: words.FindAllString(source, -1), look: look}
	if strings.Join(p.tokens, "") != outside(source) { // a mark that is no token
		return "", errCondition
	}
	got, err := p.either()
	if err != nil || p.at < len(p.tokens) || got == "" {
		return "", errCondition
	}
	return got, nil
}

// words are the tokens of the language: references, texts, numbers, operators and words.
var words = regexp.MustCompile(`__[a-zA-Z](?:[a-zA-Z0-9-]|_[a-zA-Z0-9-])*__:value|'(?:[^'\\]|\\.)*'|-?[0-9]+(?:\.[0-9]+)?|!=|<>|<=|>=|==|[=<>()\[\],]|[A-Za-z_:.]+`)

// outside gives the source without the white space between tokens; text in quotes keeps its own.
func outside(source string) string {
	var b strings.Builder
	quoted, escaped := false, false
	for _, r := range source {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '\'':
			quoted = !quoted
		case !quoted && strings.ContainsRune(" \t\r\n", r):
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

type stix struct {
	tokens []string
	at     int
	depth  int
	look   looked
}

func (p *stix) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *stix) take(want string) bool {
	if strings.EqualFold(p.peek(), want) {
		p.at++
		return true
	}
	return false
}

func (p *stix) either() (string, error) { return p.joined("OR", "or", p.both) }

func (p *stix) both() (string, error) { return p.joined("AND", "and", p.one) }

func (p *stix) joined(word, ours string, part func() (string, error)) (string, error) {
	var all []string
	for {
		one, err := part()
		if err != nil {
			return "", err
		}
		all = append(all, one)
		if !p.take(word) {
			break
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return "(" + strings.Join(all, " "+ours+" ") + ")", nil
}

func (p *stix) one() (string, error) {
	if p.depth++; p.depth > 20 {
		return "", errCondition
	}
	defer func() { p.depth-- }()
	for open, shut := range map[string]string{"(": ")", "[": "]"} {
		if p.take(open) {
			inner, err := p.either()
			if err != nil || !p.take(shut) {
				return "", errCondition
			}
			return inner, nil
		}
	}
	if p.take("NOT") {
		inner, err := p.one()
		return "not (" + inner + ")", err
	}
	return p.comparison()
}

// comparison is: a variable, perhaps NOT, an operator, and a constant or a set of them.
func (p *stix) comparison() (string, error) {
	name, ok := strings.CutSuffix(p.peek(), ":value")
	if !ok {
		return "", errCondition
	}
	p.at++
	v, ok := p.look(name)
	if !ok || !v.comparable() {
		return "", errCondition
	}
	t := v.t
	not := p.take("NOT")
	op := strings.ToUpper(p.peek())
	p.at++
	var right string
	var err error
	switch op {
	case "=", "==", "!=", "<>":
		op = map[string]string{"=": "==", "==": "==", "!=": "!=", "<>": "!="}[op]
		right, err = p.constant(t)
	case "<", ">", "<=", ">=":
		if t != playbooks.NumberField {
			return "", errCondition // the order of texts differs between programs
		}
		right, err = p.constant(t)
	case "IN":
		op = "in"
		right, err = p.set(t)
	default:
		return "", errCondition
	}
	got := fmt.Sprintf("vars.%s %s %s", v.id, op, right)
	if not {
		got = "not (" + got + ")"
	}
	return v.guarded(got), err
}

// comparable reports whether our conditions compare values of the variable as CACAO does.
func (v variable) comparable() bool { return v.kind != "dictionary" && v.kind != "float" }

// guarded keeps a comparison from being asked while the variable is unknown: it does not hold then.
func (v variable) guarded(comparison string) string {
	if v.given {
		return comparison
	}
	return "(vars." + v.id + " != nil and " + comparison + ")"
}

func (p *stix) set(t playbooks.FieldType) (string, error) {
	if !p.take("(") {
		return "", errCondition
	}
	var all []string
	for {
		one, err := p.constant(t)
		if err != nil {
			return "", err
		}
		all = append(all, one)
		if !p.take(",") {
			break
		}
	}
	if !p.take(")") {
		return "", errCondition
	}
	return "[" + strings.Join(all, ", ") + "]", nil
}

// constant reads a value and writes it in the type of the variable. CACAO writes numbers and yes or
// no as text.
func (p *stix) constant(t playbooks.FieldType) (string, error) {
	raw := p.peek()
	p.at++
	s := raw
	if strings.HasPrefix(raw, "'") && len(raw) > 1 {
		s = unquote(raw[1 : len(raw)-1])
	} else if !plainConstant.MatchString(raw) {
		return "", errCondition
	}
	return constant(s, t)
}

var plainConstant = regexp.MustCompile(`(?i)^(-?[0-9]+(\.[0-9]+)?|true|false)$`)

func unquote(s string) string {
	return regexp.MustCompile(`\\(.)`).ReplaceAllString(s, "$1")
}

func constant(s string, t playbooks.FieldType) (string, error) {
	switch t {
	case playbooks.NumberField:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			return "", errCondition // our conditions have no sign
		}
		return strconv.FormatInt(n, 10), nil
	case playbooks.YesNoField:
		switch strings.ToLower(s) {
		case "true", "false":
			return strings.ToLower(s), nil
		}
		return "", errCondition
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return "", errCondition
	}
	return strconv.Quote(s), nil
}
