package deadline

import (
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
)

// Bounds of a file of rules or examples. Both are far above what people write; a file beyond them is a mistake
// or an attack, and the YAML reader's time grows with the square of the nesting.
const (
	maxBytes   = 1 << 20
	maxNesting = 200
	maxAliases = 50
	maxLine    = 10_000
)

// Decode reads one bounded YAML document strictly: an unknown field and a key that is there twice are errors.
func Decode(r io.Reader, into any) error {
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return err
	}
	if len(text) > maxBytes {
		return fmt.Errorf("larger than %d bytes", maxBytes)
	}
	if err := bounded(text); err != nil {
		return err
	}
	return unmarshal(text, into)
}

// unmarshal keeps a broken file from ending the program: the YAML reader panics on some of them, e.g. on a tag
// where a list belongs.
func unmarshal(text []byte, into any) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("not readable as YAML: %v", cause)
		}
	}()
	return yaml.UnmarshalWithOptions(text, into, yaml.Strict())
}

// bounded counts without reading: brackets in texts and comments count too, which a normal file survives.
func bounded(text []byte) error {
	depth, aliases, line := 0, 0, 0
	for _, b := range text {
		line++
		switch b {
		case '\n':
			line = 0
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '*':
			aliases++
		}
		if depth > maxNesting {
			return errors.New("brackets nested too deeply")
		}
		if line > maxLine {
			return fmt.Errorf("a line is longer than %d bytes", maxLine)
		}
		if aliases > maxAliases {
			return errors.New("too many aliases")
		}
	}
	return nil
}
