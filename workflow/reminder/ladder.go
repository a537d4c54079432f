package reminder

import (
	"slices"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Ladder says when a matter is spoken of: its rungs in order, and what repeats behind the last.
type Ladder struct {
	Name  string
	Rungs []Rung
	// Then repeats until the matter is cleared; nil for a ladder that ends with its last rung.
	Then *Repeat
	// Loud is a clock of the law: no quiet hours silence it.
	Loud bool
}

// to is whom a rung tells.
func (l Ladder) to(rung string) Level {
	for _, r := range l.Rungs {
		if r.Name == rung {
			return r.To
		}
	}
	return ToRole
}

// Rung is one moment of a ladder.
type Rung struct {
	Name string
	// At is the moment within a term; zero when the term has no such moment.
	At func(from, due db.Instant) db.Instant
	// To is who is told: who has taken the matter on, the matter's role, or who stands above it.
	To Level
}

// Level is how far up a rung reaches.
type Level int

// The levels, from below.
const (
	ToRole       Level = iota // everybody of the matter's role
	ToAssignee                // who has taken it on; the role when nobody has
	ToSupervisor              // 受付責任者
	ToExecutive               // 経営
)

// role is whose the rung of a matter is.
func (l Level) role(of actor.Role) actor.Role {
	switch l {
	case ToSupervisor:
		return actor.Supervisor
	case ToExecutive:
		return actor.Executive
	}
	return of
}

// person is who alone is told, if anybody.
func (l Level) person(assignee string) string {
	if l == ToAssignee {
		return assignee
	}
	return ""
}

// Repeat is the open end of a ladder.
type Repeat struct {
	Name string
	// Next is the first moment after another.
	Next func(after db.Instant) db.Instant
}

// Names of the ladders that the product has.
const (
	Filing    = "filing"     // a duty to report: 50 %, 75 %, 24 h and 4 h before, overdue (operations.md 4); 2 h before the supervisor, an hour after it the executive
	BankChase = "bank.chase" // a bank that has not answered: 2 h, 4 h after that, then daily at 10:00
	BankCall  = "bank.call"  // a bank that was not spoken with: when the half hour is over, and as a task's then
	BankSend  = "bank.send"  // a letter that has not left: when the two hours are over, and as a task's then
	Task      = "task"       // the target of a task: when it is over, an hour later, after two the supervisor, after four the executive
	Held      = "held"       // a step that stands still until a person decides: at once, and as a task's then
)

// Standard is the ladders of the product. They are house proposals, not law.
func Standard() []Ladder {
	return []Ladder{
		{Name: Filing, Rungs: []Rung{
			{"half", part(50), ToAssignee}, {"three_quarters", part(75), ToRole},
			{"day_left", before(24 * time.Hour), ToRole}, {"hours_left", before(4 * time.Hour), ToRole},
			{"supervisor", before(2 * time.Hour), ToSupervisor}, {"overdue", behind(0), ToRole}, {"executive", behind(time.Hour), ToExecutive},
		}, Loud: true},
		{Name: BankChase, Rungs: []Rung{{"first", after(2 * time.Hour), ToRole}, {"second", after(6 * time.Hour), ToRole}}, Then: &Repeat{"daily", ten}},
		{Name: BankCall, Rungs: upwards()},
		{Name: BankSend, Rungs: upwards()},
		{Name: Task, Rungs: upwards()},
		{Name: Held, Rungs: upwards()},
	}
}

// upwards is the ladder of a target: who has taken it on, the role, the supervisor, the executive.
func upwards() []Rung {
	return []Rung{
		{"target", behind(0), ToAssignee}, {"hour_after", behind(time.Hour), ToRole},
		{"supervisor", behind(2 * time.Hour), ToSupervisor}, {"executive", behind(4 * time.Hour), ToExecutive},
	}
}

// part is a share of the term, in percent.
func part(percent int64) func(from, due db.Instant) db.Instant {
	return func(from, due db.Instant) db.Instant {
		if due <= from {
			return 0
		}
		return from + (due-from)/100*db.Instant(percent)
	}
}

// before is a time before the end of the term, in terms that are longer than that.
func before(d time.Duration) func(from, due db.Instant) db.Instant {
	return func(from, due db.Instant) db.Instant {
		if due.Add(-d) <= from {
			return 0
		}
		return due.Add(-d)
	}
}

// behind is a time behind the end of the term; it exists also in a term that was over when it began.
func behind(d time.Duration) func(from, due db.Instant) db.Instant {
	return func(_, due db.Instant) db.Instant {
		if due.IsZero() {
			return 0
		}
		return due.Add(d)
	}
}

// after is a time after the beginning.
func after(d time.Duration) func(from, due db.Instant) db.Instant {
	return func(from, _ db.Instant) db.Instant { return from.Add(d) }
}

// japan is where 10:00 is. Japan has had one offset since 1951.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// ten is the next 10:00 in Japan.
func ten(after db.Instant) db.Instant {
	y, m, d := after.In(japan).Date()
	at := time.Date(y, m, d, 10, 0, 0, 0, japan)
	if db.At(at) <= after {
		at = at.AddDate(0, 0, 1)
	}
	return db.At(at)
}

// moment is a rung of a plan.
type moment struct {
	rung string
	n    int64
	at   db.Instant
}

// history is what of a ladder was said already in this round.
type history struct {
	rungs map[string]bool
	n     int64      // how often the open end was said
	last  db.Instant // when it was last due
}

// plan gives the moments still to come of a term, as seen from now:
//   - a rung that would not lie behind the one before it (short terms) is left out;
//   - every one that is over and was not said is said once, late: a person reads what was missed;
//   - but of a matter that is new (fresh) nobody has missed anything: of what was over before there
//     was a matter, those who are told hear the last, which says what the earlier ones would have, and more;
//   - of an open end only the next moment is planned.
func (l Ladder) plan(from, due, now db.Instant, said history, fresh bool) []moment {
	var out []moment
	var last db.Instant
	for _, r := range l.Rungs {
		at := r.At(from, due)
		if at.IsZero() || at <= last {
			continue
		}
		last = at
		if !said.rungs[r.Name] {
			out = append(out, moment{r.Name, 1, at})
		}
	}
	if l.Then != nil {
		out = append(out, l.next(max(last, said.last), now, said.n, fresh))
	}
	if !fresh {
		return out
	}
	kept := out[:0]
	for i, m := range out {
		if m.at > now || !slices.ContainsFunc(out[i+1:], func(later moment) bool { return later.at <= now && l.same(m, later) }) {
			kept = append(kept, m)
		}
	}
	return kept
}

// same reports whether two rungs tell the same people: who has taken a matter on is of its role.
func (l Ladder) same(a, b moment) bool {
	return l.to(a.rung).role("") == l.to(b.rung).role("")
}

// next is the repetition behind a moment; of a fresh matter, of several that are over already, the last.
func (l Ladder) next(behind, now db.Instant, n int64, fresh bool) moment {
	at := l.Then.Next(behind)
	for following := l.Then.Next(at); fresh && following <= now; following = l.Then.Next(at) {
		at = following
	}
	return moment{l.Then.Name, n + 1, at}
}
