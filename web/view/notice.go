package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/db"
	"tasuke/web/words"
)

// NoticeRow is one mailing in a list.
type NoticeRow struct {
	victim.Entry
	IncidentNo string
}

// NoticeList is a page of the list of mailings.
type NoticeList struct {
	Rows                        []NoticeRow
	State, Incident, IncidentNo string
	Next                        string
}

// NoticesOfIncident is the mailings of one incident and the form of a new one.
type NoticesOfIncident struct {
	ID, No, Title string
	Over          bool
	Rows          []NoticeRow
	Next          string
	All, Done     int // customers to be told, and told or tried
	New           bool
	Form          NoticeForm
}

// FactRow and MeasureRow are rows of a form as they were typed.
type (
	FactRow    struct{ At, What, Yen, Detail string }
	MeasureRow struct{ At, JA, EN string }
)

// NoticeForm is what a mailing says to everybody, as typed.
type NoticeForm struct {
	Rev                            int64
	Choosable                      []victim.Choosable
	Cases                          []string
	Facts                          []FactRow
	Measures                       []MeasureRow
	PlanJA, PlanEN, DeskJA, DeskEN string
	HoursJA, HoursEN, Phone, Next  string
}

// NewNoticeForm is the form of what stands.
func NewNoticeForm(s Shell, c victim.Content) NoticeForm {
	f := NoticeForm{PlanJA: c.JA.Plan, PlanEN: c.EN.Plan, DeskJA: c.JA.Desk, DeskEN: c.EN.Desk, HoursJA: c.JA.Hours, HoursEN: c.EN.Hours, Phone: c.Phone,
		Facts: factRowsOf(s, c.Facts)}
	if c.Next != 0 {
		f.Next = c.Next.In(words.Tokyo).Format("2006-01-02")
	}
	for _, m := range c.Measures {
		f.Measures = append(f.Measures, MeasureRow{typedAt(s, m.At), m.JA, m.EN})
	}
	return f
}

func factRowsOf(s Shell, facts []victim.Fact) (out []FactRow) {
	for _, x := range facts {
		r := FactRow{At: typedAt(s, x.At), What: string(x.What), Detail: x.Detail}
		if x.Yen > 0 {
			r.Yen = fmt.Sprint(x.Yen)
		}
		out = append(out, r)
	}
	return out
}

func typedAt(s Shell, i db.Instant) string {
	if i == 0 {
		return ""
	}
	return s.Input(i)
}

// padded are the rows of a form with empty ones behind, for what is still to be typed.
func padded[T any](rows []T, least int) []T {
	return append(slices.Clone(rows), make([]T, max(least-len(rows), 1))...)
}

// NoticePage is one mailing with everything that is known of it.
type NoticePage struct {
	victim.Sheet
	Form  NoticeForm
	Now   *NoticeForm // what somebody else saved meanwhile
	Why   string      // of the moves
	Batch string      // of the letters
}

func (p NoticePage) path(rest string) string { return "/notices/" + p.Mailing.ID + rest }

// choice is the button of an event, nil when the table does not offer it to this person.
func (p NoticePage) choice(e victim.Event) *victim.Choice {
	for _, c := range p.Choices {
		if c.Event == e {
			return &c
		}
	}
	return nil
}

// buttons are the moves that need no more than a reason.
func (p NoticePage) buttons() (out []victim.Choice) {
	for _, c := range p.Choices {
		if !c.Form {
			out = append(out, c)
		}
	}
	return out
}

func (p NoticePage) wantsReason() bool {
	return slices.ContainsFunc(p.buttons(), func(c victim.Choice) bool { return c.Reason })
}

// why is the sentence of what holds a button back.
func (p NoticePage) why(s Shell, key string) string {
	f := p.Facts
	return s.T(key, "Blocked", f.Blocked, "Waiting", f.Waiting, "Recipients", f.Recipients, "Alone", f.Alone, "Most", victim.FourEyes)
}

// standing are the states of the notices that occur, in the order of the work.
func (p NoticePage) standing() (out []victim.NoticeState) {
	for _, st := range victim.NoticeStates {
		if p.Counts[st] > 0 {
			out = append(out, st)
		}
	}
	return out
}

// bounced says that mail came back and the sending stands still.
func (p NoticePage) bounced() bool { return p.Mailing.State == victim.Stopped && p.Facts.Bounced > 0 }

// OwnForm is what differs for one customer, as typed.
type OwnForm struct {
	Language, Medium string
	Facts            []FactRow
}

// NewOwnForm is the form of what stands.
func NewOwnForm(s Shell, i victim.Item) OwnForm {
	return OwnForm{string(i.Language), string(i.Medium), factRowsOf(s, i.Facts)}
}

// RecipientPage is the notice to one customer.
type RecipientPage struct {
	NoticePage
	Item    victim.Item
	Own     OwnForm
	Full    *victim.Full // only on the answer to a reveal
	Purpose string
}

// Path is the address of the page and of what is done on it.
func (p RecipientPage) Path(rest string) string {
	return p.path("/recipients/" + fmt.Sprint(p.Item.Pos) + rest)
}

func (p RecipientPage) wantsReason() bool { return len(p.Item.Choices) > 0 }

// problems are the blanks that are empty or say what must not be said, in a fixed order.
func problems(i victim.Item) []string { return slices.Sorted(maps.Keys(i.Problems)) }

// findings are what the guard found, in one line.
func findings(s Shell, i victim.Item) string {
	var out []string
	for _, f := range i.Findings {
		out = append(out, s.T("notice.found."+f.Kind)+" "+f.Masked)
	}
	return strings.Join(out, s.T("list.comma"))
}

// goesTo is where a notice goes, masked.
func goesTo(i victim.Item) string {
	if i.Medium == notice.ByLetter || i.State == victim.LetterPlanned || i.State == victim.LetterSent {
		return i.Postal
	}
	return i.To
}

func noticeTone(st victim.State) string {
	switch st {
	case victim.Finished:
		return "ok"
	case victim.Stopped:
		return "bad"
	case victim.Cancelled:
		return ""
	}
	return "warn"
}

func oneTone(st victim.NoticeState) string {
	switch st {
	case victim.Sent, victim.Delivered, victim.LetterSent:
		return "ok"
	case victim.Bounced, victim.Unclear, victim.Failed, victim.Returned, victim.Unreachable:
		return "bad"
	case victim.Withdrawn:
		return ""
	}
	return "warn"
}
