package workflow

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"
)

// column is one column of step_run that may change, and its field in StepRun.
type column struct {
	name  string
	field int
}

// columnsOfStep are all of them but those that name the row and count its revisions.
var columnsOfStep = func() (list []column) {
	t := reflect.TypeFor[StepRun]()
	for i := range t.NumField() {
		switch name := t.Field(i).Tag.Get("db"); name {
		case "-", "id", "run_id", "rev":
		default:
			list = append(list, column{name, i})
		}
	}
	return list
}()

// change is the statement that writes what is different in a row since it was read, by
// compare-and-set on its rev: a column that is named costs its indexes, changed or not. Of a row
// that this turn has not read all are written.
func (t *turn) change(row *StepRun) (query string, args []any) {
	was, known := t.was[row.ID]
	before, now := reflect.ValueOf(&was).Elem(), reflect.ValueOf(row).Elem()
	var b strings.Builder
	b.WriteString("UPDATE step_run SET ")
	for _, c := range columnsOfStep {
		v := now.Field(c.field).Interface()
		if known && reflect.DeepEqual(before.Field(c.field).Interface(), v) {
			continue
		}
		b.WriteString(c.name)
		b.WriteString(" = ?, ")
		args = append(args, v)
	}
	b.WriteString("rev = ? WHERE id = ? AND rev = ?")
	return b.String(), append(args, row.Rev+1, row.ID, row.Rev)
}

// remember notes a row as it now is in the database. What was typed in plain text is not kept.
func (t *turn) remember(row *StepRun) error {
	r := *row
	r.Comment, r.Fields = "", nil
	for _, err := range []error{
		asRead(&r.Checked, r.Checked), asRead(&r.Also, r.Also), asRead(&r.Seen, r.Seen), asRead(&r.Output, r.Output),
	} {
		if err != nil {
			return err
		}
	}
	t.was[r.ID] = r
	return nil
}

// asRead gives a value the form it has when it is read from its column: numbers come back in one
// type, whatever they were written as.
func asRead(to sql.Scanner, from driver.Valuer) error {
	v, err := from.Value()
	if err != nil {
		return fmt.Errorf("write a column: %w", err)
	}
	return to.Scan(v)
}
