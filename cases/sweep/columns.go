package sweep

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"

	"tasuke/cases/sweep/rollup"
)

// Value gives the stored form.
func (w Words) Value() (driver.Value, error) { return w.Text(), nil }

// Scan reads the stored form.
func (w *Words) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("classes are stored as %T", src)
	}
	*w = nil
	for s := range strings.SplitSeq(text, ",") {
		if s != "" {
			*w = append(*w, s)
		}
	}
	return nil
}

// coverages is what each source covered when a round asked. It holds names of logs and times.
type coverages []rollup.Coverage

// Value stores them as JSON.
func (c coverages) Value() (driver.Value, error) {
	if c == nil {
		c = coverages{}
	}
	b, err := json.Marshal([]rollup.Coverage(c))
	return string(b), err
}

// Scan reads Value's form.
func (c *coverages) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("coverage is stored as %T", src)
	}
	return json.Unmarshal([]byte(text), (*[]rollup.Coverage)(c))
}
