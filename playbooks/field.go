package playbooks

// FieldType is the type of what a person fills in, and of what an action takes and gives.
type FieldType string

// The types. An amount of money is yen: whole and without decimals.
const (
	TextField     FieldType = "text"
	NumberField   FieldType = "number" // a whole number
	YenField      FieldType = "yen"
	DateField     FieldType = "date"     // a local date, 2026-03-01
	DatetimeField FieldType = "datetime" // a moment
	ChoiceField   FieldType = "choice"   // the id of one of the options
	YesNoField    FieldType = "yesno"
)

// FieldTypes lists every type.
var FieldTypes = []FieldType{TextField, NumberField, YenField, DateField, DatetimeField, ChoiceField, YesNoField}

// Field is one thing that a person fills in when a task is finished.
type Field struct {
	ID       string
	Label    Text
	Type     FieldType
	Required bool    // a task that is done needs a value; one that failed does not
	Options  []Named // of a choice
	Help     Text    // what exactly to enter
	Line     int
}

// Option finds an option of a choice.
func (f *Field) Option(id string) (Named, bool) {
	for _, o := range f.Options {
		if o.ID == id {
			return o, true
		}
	}
	return Named{}, false
}

// Value is one input of an action: what is written, or where it comes from.
type Value struct {
	// From is "step.field": a field of an earlier task or what an earlier action or call gave, or
	// "vars.name". In Set, "name" alone is a field or output of the step itself.
	From    string
	Literal any // string, int64 or bool; nil beside From
	Line    int
}

// Shape is what an action is called, takes and gives. Every input is needed.
type Shape struct {
	Title         Text
	Input, Output map[string]FieldType
	NeedsApproval string // name of the approvable that is approved before; "" for none
	Open          bool   // further inputs may be given, of any type
}

// fits reports whether a value of one type can be taken as another.
func (t FieldType) fits(as FieldType) bool {
	return t == as || t == ChoiceField && as == TextField
}
