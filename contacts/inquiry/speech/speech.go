// Package speech holds what the desk may say and must not say (operations.md 2.1 and 0, item 8):
// versioned data for the panel beside the form, and rules that warn about free text. It never blocks.
package speech

import (
	_ "embed" // the standard rules
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"tasuke/internal/text"
)

//go:embed speech.yaml
var standardData []byte

// Phrase is a sentence in both languages.
type Phrase struct {
	JA string `yaml:"ja"`
	EN string `yaml:"en"`
}

// Rule is one thing the desk must not say (operations.md 2.1) with the reason why.
type Rule struct {
	ID       string   `yaml:"id"`
	Say      Phrase   `yaml:"say"`
	Reason   Phrase   `yaml:"reason"`
	Patterns []string `yaml:"patterns"`
	compiled []*regexp.Regexp
}

// Panel is what stands fixed beside the form: what may and what must not be said about a category.
type Panel struct {
	Version    string
	MaySay     []Phrase
	MustNotSay []Rule
}

// Hit is one warning: the text reads like something that must not be said. It never blocks.
type Hit struct {
	Rule   string
	Field  string
	Found  string
	Reason Phrase
}

type block struct {
	MaySay     []Phrase `yaml:"may_say"`
	MustNotSay []string `yaml:"must_not_say"`
}

// Speech is the versioned rules of what the desk says.
type Speech struct {
	Version string `yaml:"version"`
	Rules   []Rule `yaml:"rules"`
	Blocks  struct {
		Common     block            `yaml:"common"`
		Categories map[string]block `yaml:"categories"`
	} `yaml:"panel"`
}

// Standard is the speech that ships with the product, read once.
var Standard = sync.OnceValues(func() (*Speech, error) { return Read(standardData) })

// Read reads and checks rules of speech: every pattern compiles, every id is known and
// used once, every sentence stands in both languages.
func Read(data []byte) (*Speech, error) {
	s := &Speech{}
	if err := yaml.UnmarshalWithOptions(data, s, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read the rules of speech: %w", err)
	}
	if s.Version == "" || len(s.Rules) == 0 {
		return nil, fmt.Errorf("the rules of speech have no version or no rules")
	}
	seen := map[string]bool{}
	for i := range s.Rules {
		r := &s.Rules[i]
		if r.ID == "" || seen[r.ID] || r.Say.blank() || r.Reason.blank() || len(r.Patterns) == 0 {
			return nil, fmt.Errorf("rule %d %q of speech is incomplete or twice there", i, r.ID)
		}
		seen[r.ID] = true
		for _, p := range r.Patterns {
			c, err := regexp.Compile(p)
			if err != nil {
				return nil, fmt.Errorf("rule %s of speech: %w", r.ID, err)
			}
			r.compiled = append(r.compiled, c)
		}
	}
	return s, s.checkPanel(seen)
}

func (p Phrase) blank() bool { return p.JA == "" || p.EN == "" }

func (s *Speech) checkPanel(rules map[string]bool) error {
	blocks := map[string]block{"": s.Blocks.Common}
	maps.Copy(blocks, s.Blocks.Categories)
	for c, b := range blocks {
		if slices.ContainsFunc(b.MaySay, Phrase.blank) {
			return fmt.Errorf("the panel of %q has a sentence in one language only", c)
		}
		for _, id := range b.MustNotSay {
			if !rules[id] {
				return fmt.Errorf("the panel of %q names an unknown rule %q", c, id)
			}
		}
	}
	return nil
}

// Categories lists the categories of inquiry that have sentences of their own.
func (s *Speech) Categories() []string { return slices.Sorted(maps.Keys(s.Blocks.Categories)) }

// Panel gives what may and must not be said about a category of inquiry; the category's own
// sentences come first.
func (s *Speech) Panel(c string) Panel {
	own, common := s.Blocks.Categories[c], s.Blocks.Common
	p := Panel{Version: s.Version, MaySay: slices.Concat(own.MaySay, common.MaySay)}
	for _, r := range s.Rules {
		if slices.Contains(own.MustNotSay, r.ID) || slices.Contains(common.MustNotSay, r.ID) {
			p.MustNotSay = append(p.MustNotSay, r)
		}
	}
	return p
}

// Lint warns about one text.
func (s *Speech) Lint(field, t string) (hits []Hit) {
	folded := squeeze(t)
	for _, r := range s.Rules {
		for _, p := range r.compiled {
			if found := p.FindString(folded); found != "" {
				hits = append(hits, Hit{Rule: r.ID, Field: field, Found: found, Reason: r.Reason})
				break
			}
		}
	}
	return hits
}

// squeeze folds a text and takes out white space and what people put between letters, so that
// a spaced-out spelling is no way around a rule.
func squeeze(t string) string {
	if !utf8.ValidString(t) {
		t = strings.ToValidUTF8(t, "")
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '・' || r == '、' || r == ',' {
			return -1
		}
		return r
	}, text.Fold(t))
}
