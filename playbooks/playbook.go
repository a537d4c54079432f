// Package playbooks holds the definition of a playbook (手順書): what it may say, how it is read
// from YAML and what is wrong with it. It runs nothing; package workflow does.
package playbooks

// Kind is what a step is.
type Kind string

// The kinds of step. A kind that is not listed is refused when a playbook is read, and again
// when a run starts.
const (
	Task     Kind = "task"     // a person does it and says so
	Decision Kind = "decision" // a person chooses one of the named outcomes
	Approval Kind = "approval" // a person approves what the program shows, or sends it back
	Action   Kind = "action"   // the program does it
	Wait     Kind = "wait"     // until an event or for a time; the program finishes it
	Parallel Kind = "parallel" // several ways begin here; the program finishes it
	Join     Kind = "join"     // the ways meet here; the program finishes it
	End      Kind = "end"      // closes the run once everything before it is finished
)

// Kinds lists every kind.
var Kinds = []Kind{Task, Decision, Approval, Action, Wait, Parallel, Join, End}

// ByHand reports whether a person finishes steps of this kind.
func (k Kind) ByHand() bool { return k == Task || k == Decision || k == Approval }

// Text is one thing said in both languages.
type Text struct{ JA, EN string }

// In gives the text in a language: "en", or Japanese for everything else.
func (t Text) In(lang string) string {
	if lang == "en" {
		return t.EN
	}
	return t.JA
}

// Empty reports whether nothing is said.
func (t Text) Empty() bool { return t.JA == "" && t.EN == "" }

// Named is a readable id with its text: a checklist item, an outcome, a constant line.
type Named struct {
	ID   string
	Text Text
	Line int
}

// Outcome is one answer to a decision. GoesOn says that no step depends on this answer.
type Outcome struct {
	Named
	GoesOn bool
}

// Step is one thing to do.
type Step struct {
	ID           string
	Kind         Kind
	Row          string // where the step comes from, for example row "5" of operations.md 5, PB-01
	Title        Text
	Instructions Text // what exactly the person does; for a decision, the question
	Role         string
	Target       Target
	After        []string   // all of these are finished first; none for the first step only
	NotBy        []string   // steps before it that were done by other people (four eyes)
	When         *Condition // nil: always
	Outcomes     []Outcome  // of a decision
	Checklist    []Named
	Fields       []Field          // of a task: what the person fills in
	Do           string           // of an action: the name of what the program does, "filing.appi.draft"
	With         map[string]Value // of an action: its input
	ApprovedBy   string           // of an action: the approval that must still hold when it acts
	Of           string           // of an approval: the name of what is approved, "bank.letters"
	BackTo       string           // of an approval: the step that is done again when it is rejected
	Event        string           // of a wait: the name of the event it waits for, or
	For          Target           // of a wait: how long, counted from when it begins; one of the two
	Timeout      Target           // of a wait for an event: after this a person decides
	Document     Text             // what is produced
	Evidence     Text             // what is kept as proof
	Clauses      []string         // of the guideline the definition names
	Line         int

	lines map[string]int // line of each field, for faults
}

// Outcome finds an outcome of a decision.
func (s *Step) Outcome(id string) (Outcome, bool) {
	for _, o := range s.Outcomes {
		if o.ID == id {
			return o, true
		}
	}
	return Outcome{}, false
}

// Field finds a field of a task.
func (s *Step) Field(id string) (Field, bool) {
	for _, f := range s.Fields {
		if f.ID == id {
			return f, true
		}
	}
	return Field{}, false
}

func (s *Step) line(field string) int {
	if n, ok := s.lines[field]; ok {
		return n
	}
	return s.Line
}

// Definition is one playbook as it was written. Steps are in the order of the file.
type Definition struct {
	Slug      string // "PB-01"
	Title     Text
	Summary   Text
	Guideline string // edition whose clause ids the steps name, for example 2021-07-20
	// Constants are lines that every run shows to everybody as complete and that affect
	// nothing: what is done about them is not visible here (design.md 7, STR).
	Constants []Named
	Steps     []Step
	// Source is the text the definition was read from; its hash is the identity of a version.
	Source []byte

	index map[string]int
}

// Step finds a step by its id.
func (d *Definition) Step(id string) (*Step, bool) {
	i, ok := d.index[id]
	if !ok {
		return nil, false
	}
	return &d.Steps[i], true
}

// Rules are what a definition is checked against; whoever knows them hands them in.
type Rules struct {
	Roles   []string
	Clauses map[string][]string // guideline edition -> clause ids
	Facts   Schema
	// What this program can do, show for approval and tell of. A name that is not here is
	// refused when a playbook is loaded.
	Actions     map[string]Shape
	Approvables []string
	Events      []string
}

// FactKind is the type of a fact.
type FactKind string

// The types of facts.
const (
	BoolFact FactKind = "bool"
	IntFact  FactKind = "int"
	TextFact FactKind = "text"
)

// Schema says which facts a condition may name, and their types.
type Schema map[string]FactKind
