package db

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Args are words, codes and amounts by name, as one column: the arguments of a sentence that is
// said later. They hold no personal data.
type Args map[string]string

// Value stores them as JSON.
func (a Args) Value() (driver.Value, error) {
	if len(a) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(map[string]string(a))
	return string(b), err
}

// Scan reads Value's form.
func (a *Args) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return json.Unmarshal([]byte(v), a)
	case []byte:
		return json.Unmarshal(v, a)
	}
	return fmt.Errorf("the arguments of a sentence are %T", v)
}
