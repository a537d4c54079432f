package filing

import (
	"database/sql/driver"
	"errors"
	"strings"
)

// Items are names of items of a form; they are stored as words with commas between them.
type Items []string

// Value gives the stored form.
func (i Items) Value() (driver.Value, error) { return strings.Join(i, ","), nil }

// Scan reads the stored form.
func (i *Items) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return errors.New("the items of a filing are not stored as text")
	}
	*i = nil
	for w := range strings.SplitSeq(text, ",") {
		if w != "" {
			*i = append(*i, w)
		}
	}
	return nil
}
