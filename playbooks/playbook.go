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
	Switch   Kind = "switch"   // the program chooses one of the named outcomes by its conditions
	Parallel Kind = "parallel" // several ways begin here; the program finishes it
	Join     Kind = "join"     // the ways meet here; the program finishes it
	Call     Kind = "playbook" // another playbook is worked through; its end finishes the step
	Loop     Kind = "loop"     // a block of steps is worked through again and again, at most Max times
	End      Kind = "end"      // closes the run once everything before it is finished
)

// Kinds lists every kind.
var Kinds = []Kind{Task, Decision, Approval, Action, Wait, Switch, Parallel, Join, Call, Loop, End}

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

// Outcome is one answer to a decision or a switch. GoesOn says that no step depends on this answer.
type Outcome struct {
	Named
	GoesOn bool
	// If is when a switch chooses this outcome: the first that holds is taken. The last outcome of
	// a switch has none and is taken otherwise.
	If *Condition
	// Suggest is when the program proposes this outcome of a decision; a person decides.
	Suggest *Condition
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
	For          Target           // of a wait: how long, counted from when it begins, or
	Until        string           // of a wait: where its moment comes from, "step.field" or "vars.name"; one of the three
	Timeout      Target           // from when its turn came; after this the step has timed out
	Retry        *Retry           // of an action: how often and when it is tried again; nil for the program's own
	OnFailure    string           // the step that runs when this one failed or timed out; GoOn: nothing but that it is on record
	Compensates  string           // the step whose work this one takes back when the run is given up
	Skip         *SkipRule        // who may leave the step out; nil: who leads the run
	Set          map[string]Value // variables that are given values when the step has succeeded
	Prepare      string           // of a task or a decision: what the program does for the person when the turn comes; With is its input
	Signatures   []Signature      // of an approval: who signs; none: one person of Role
	Need         int              // of a join: how many ways must have come; 0 is all of them
	Rest         Rest             // of a join that needs fewer: what becomes of the other ways
	Playbook     string           // of a call: the playbook that is worked through
	While        *Condition       // of a loop: looked at before each pass, or
	UntilTrue    *Condition       // of a loop: looked at after each pass; one of the two
	Max          int              // of a loop: the most passes there may be
	AtMax        string           // of a loop: "" the step has failed when Max passes were not enough; GoOn: it is done
	Body         *Definition      // of a loop: its steps, a graph of their own with an end
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
	// Part says that only other playbooks begin it (共通部): the common head and tail.
	Part bool
	// Inputs are given by whoever starts a run, Variables begin with their default; both are kept
	// per run and never shared. Outputs are the names that a calling playbook may read at the end.
	Inputs, Variables []Variable
	Outputs           []string
	Steps             []Step
	// Exception is the run-level exception path: it is worked through when a step failed or timed
	// out that has no path of its own. nil: a person decides about such a step.
	Exception *Definition
	// Origin is the text of another format this playbook was imported from, kept as it came.
	Origin *Imported
	// Block is "" for a whole playbook, the id of its loop for a body, ExceptionBlock for an
	// exception path.
	Block string
	// Source is the text the definition was read from; its hash is the identity of a version.
	Source []byte

	index     map[string]int
	outputsAt int // line of outputs
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
	// Playbook gives the newest text of another playbook, for calls; nil when none can be read, and
	// then calls are checked by form only.
	Playbook func(slug string) (*Definition, bool)
	Roles    []string
	Clauses  map[string][]string // guideline edition -> clause ids
	Facts    Schema
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

// GoOn says that the run goes on as if nothing were to be done about it.
const GoOn = "continue"

// ExceptionBlock names the exception path among the blocks of a definition.
const ExceptionBlock = "exception"

// MaxPasses is the most passes a loop may have.
const MaxPasses = 1000

// Retry is how an action that failed is tried again: at most Times more attempts, the first after
// Pause, each later one after Factor times the pause before it.
type Retry struct {
	Times  int
	Pause  Target
	Factor int // 1 and more
}

// SkipRule says who may leave a step out, always with a reason.
type SkipRule struct {
	Never  bool
	Role   string // "" for who leads the run
	Second bool   // another person of Role must agree
}

// Signature is a number of different persons, each of one of the roles, who sign an approval.
// A person counts once in an approval.
type Signature struct {
	Roles []string
	Count int
}

// Rest is what becomes of the ways that a join does not wait for.
type Rest string

// What becomes of them.
const (
	RestGoesOn  Rest = "continue" // they are worked through; the run ends after them
	RestStopped Rest = "cancel"   // what is not finished is cancelled
)

// Variable is a typed value that a run keeps. Personal ones are sealed, and no condition may look
// at them: what decided stays readable on record.
type Variable struct {
	ID       string
	Label    Text
	Type     FieldType
	Required bool    // of an input: whoever starts the run must give it
	Personal bool    // holds personal data: sealed
	Default  any     // int64, bool or text; nil for unknown
	Options  []Named // of a choice
	Line     int
}

// Imported is where an imported playbook comes from.
type Imported struct {
	Format string // "cacao-2.0"
	Text   string // as it was read
}

// Variable finds an input or a variable.
func (d *Definition) Variable(id string) (Variable, bool) {
	for _, list := range [][]Variable{d.Inputs, d.Variables} {
		for _, v := range list {
			if v.ID == id {
				return v, true
			}
		}
	}
	return Variable{}, false
}

// Find gives a block of a definition: the whole for "", a loop's body by the loop's id, or the
// exception path.
func (d *Definition) Find(block string) (*Definition, bool) {
	if d.Block == block {
		return d, true
	}
	for _, b := range d.Blocks() {
		if found, ok := b.Find(block); ok {
			return found, true
		}
	}
	return nil, false
}

// Blocks are the blocks directly inside a definition.
func (d *Definition) Blocks() (out []*Definition) {
	for i := range d.Steps {
		if b := d.Steps[i].Body; b != nil {
			out = append(out, b)
		}
	}
	if d.Exception != nil {
		out = append(out, d.Exception)
	}
	return out
}
