package view

import (
	"fmt"
	"strconv"
	"strings"

	"tasuke/contacts/bank"
	"tasuke/contacts/bank/master"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// BankRow is one request in a list.
type BankRow struct {
	bank.Entry
	IncidentNo string // "" where the whole list belongs to one incident
}

// BankList is a page of the list of requests.
type BankList struct {
	Rows      []BankRow
	State     string
	Due, Open bool
	Next      string
}

// BankOfIncident is the requests of one incident, and the form for a new one.
type BankOfIncident struct {
	ID, No, Title string
	Rows          []BankRow
	More          bool
	Form          BankForm
	New           bool // the form is open
}

// BankForm is a request as somebody types it; every field is text, so that nothing is lost on the
// way back.
type BankForm struct {
	Rev                                int64
	Track, BankCode, BranchCode        string
	Kind, Number, Kigo, Bango          string
	HolderKana, HolderName, Relation   string
	BranchSeen                         bool
	ToBank, ToSection                  string
	OccurredAt, KnownAt                string
	Method, Outline                    string
	Asks                               []string
	Remitter, FromAccount              string
	PoliceState, PoliceStation         string
	PoliceOfficer, PoliceAt, PoliceRef string
	Enclosures                         string
	Transfers                          []TransferForm

	Cases []bank.CaseRef
	// Edit says that an account is on file: what is left empty stays.
	Edit   bool
	Masked bank.Shown
	// Found are the candidates of a search, and Finding is what was searched: bank, branch or to.
	Found      []master.Entry
	Finding    string
	BankName   string
	BranchName string
	ToName     string
	MasterDate string
	Unusable   string // character of the holder's name that transfer records cannot carry
}

// TransferForm is one line of the transfers.
type TransferForm struct{ At, Yen, Ref, Case string }

// Empty reports whether nothing was typed in the line.
func (t TransferForm) Empty() bool { return strings.TrimSpace(t.At+t.Yen+t.Ref) == "" }

// BankFormOf is a request as it stands, ready to be edited.
func BankFormOf(s Shell, sh bank.Sheet) BankForm {
	t := sh.Terms
	f := BankForm{Rev: sh.Request.Rev, Track: string(sh.Request.Track), BankCode: sh.Account.BankCode, BranchCode: sh.Account.BranchCode, Kind: string(sh.Account.Kind),
		Relation: string(sh.Account.Relation), BranchSeen: !sh.Account.Listed, ToBank: sh.Request.ToBank, Edit: true, Masked: sh.Account, Cases: sh.Cases}
	f.terms(s, t)
	return f
}

// NewBankForm is the form of a new request.
func NewBankForm(s Shell, defaults bank.Terms) BankForm {
	f := BankForm{Track: string(bank.Freeze), Kind: string(master.Ordinary), Relation: "unknown"}
	f.terms(s, defaults)
	return f
}

func (f *BankForm) terms(s Shell, t bank.Terms) {
	f.ToSection, f.OccurredAt, f.KnownAt, f.Method, f.Outline = t.ToSection, s.Input(t.OccurredAt), s.Input(t.KnownAt), t.Method, t.Outline
	f.Remitter, f.FromAccount, f.Enclosures, f.Asks = t.Remitter, t.FromAccount, t.Enclosures, choices(t.Asks)
	f.PoliceState, f.PoliceStation, f.PoliceOfficer, f.PoliceAt, f.PoliceRef = string(t.Police.State), t.Police.Station, t.Police.Officer, s.Input(t.Police.ConsultedAt), t.Police.Ref
	for _, x := range t.Transfers {
		f.Transfers = append(f.Transfers, TransferForm{s.Input(x.At), strconv.FormatInt(x.Yen, 10), x.Ref, x.CaseID})
	}
}

// transferRows are the lines of the form: what is there, and two more to type in.
func (f BankForm) transferRows() []TransferForm {
	return append(append([]TransferForm{}, f.Transfers...), TransferForm{}, TransferForm{})
}

// BankPage is one request with everything that is known of it.
type BankPage struct {
	bank.Sheet
	IncidentNo string
	Form       BankForm
	Editing    bool
	// Plain is the account, on the answer to a reveal only.
	Plain   *bank.Account
	Purpose string
	// What was typed, when a form has to be shown again. A number that was retyped never comes back.
	Why    string
	Hand   DeliveryForm
	Call   CallForm
	Answer AnswerForm
	Return ReturnForm
}

// DeliveryForm is the delivery of a letter that a person records.
type DeliveryForm struct{ Method, At, Note string }

// CallForm is an entry of the telephone log.
type CallForm struct{ At, Direction, Result, Person, Section, Ref, Text, Corrects string }

// AnswerForm is what a bank answered.
type AnswerForm struct{ Answer, At, Yen, Balance, Person, Ref, Text string }

// ReturnForm is what came back of the money.
type ReturnForm struct{ Yen, Route string }

func (p BankPage) path(rest string) string { return "/bank/" + p.Request.ID + rest }

// answers reports whether a bank's answer may be kept now.
func (p BankPage) answers() bool {
	return p.Can(bank.Froze) || p.Can(bank.TakenUp)
}

// plainMoves are the buttons that need nothing but a reason.
func (p BankPage) plainMoves() (out []bank.Choice) {
	for _, c := range p.Choices {
		if !c.Form {
			out = append(out, c)
		}
	}
	return out
}

// held are the moves of the reader's role that a guard holds back.
func (p BankPage) held() (out []bank.Choice) {
	for _, c := range p.Choices {
		if c.Why != "" && c.Event != bank.CheckFailed {
			out = append(out, c)
		}
	}
	return out
}

func wantsReason(list []bank.Choice) bool {
	for _, c := range list {
		if c.Reason {
			return true
		}
	}
	return false
}

// correctable are the entries of the log that another may take the place of.
func (p BankPage) correctable() (out []bank.Call) {
	for _, c := range p.Calls {
		if c.CorrectedBy == "" {
			out = append(out, c)
		}
	}
	return out
}

func bankTone(state bank.State) string {
	switch state {
	case bank.Frozen, bank.Returned, bank.Recovered, bank.Checked, bank.Closed:
		return "ok"
	case bank.Unclear, bank.Drained, bank.Refused:
		return "bad"
	case bank.Void, bank.Released:
		return ""
	}
	return "warn"
}

// bankDue is how the next thing to do stands: a tone and the words that say the same.
func bankDue(s Shell, r bank.Request) (tone, word string) {
	due := r.Due()
	if due == 0 {
		return "", ""
	}
	what := s.T("bank.due." + string(r.DueWhat))
	if left := due.Sub(s.Now); left < 0 {
		return "bad", s.T("bank.due.late", "What", what, "By", s.Span(left))
	}
	return "warn", s.T("bank.due.at", "What", what, "At", s.When(due))
}

// bankName is a bank with its code; one that the master lacks has its code only.
func bankName(code, name string) string { return strings.TrimSpace(code + " " + name) }

// accountLine is an account in one line, masked.
func accountLine(s Shell, a bank.Shown) string {
	if a.Erased {
		return s.T("bank.account.erased")
	}
	return strings.Join([]string{bankName(a.BankCode, a.BankName), bankName(a.BranchCode, a.BranchName), s.T("bank.kind." + string(a.Kind)), a.Number}, " ")
}

// toldYen is an amount that a bank may not have told.
func toldYen(s Shell, n int64) string {
	if n < 0 {
		return s.T("bank.not_told")
	}
	return s.Yen(n)
}

// bankLine is a line of a request's history as a sentence.
func bankLine(s Shell, l bank.Line) string {
	word := s.T("bank.event." + string(l.Event))
	if a := l.Args["Answer"]; a != "" {
		word = s.T("bank.answer." + a)
	}
	if yen, err := strconv.ParseInt(l.Args["Yen"], 10, 64); err == nil {
		word += " " + s.Yen(yen)
	}
	if m := l.Args["Method"]; m != "" {
		word += " (" + s.T("bank.method."+m) + ")"
	}
	return word
}

// caseNo is the number of a case of the incident, "" for one that is not among them.
func caseNo(all []bank.CaseRef, id string) string {
	for _, c := range all {
		if c.ID == id {
			return c.No
		}
	}
	return ""
}

func indexed(name string, i int) string { return fmt.Sprintf("%s-%d", name, i) }

func mayReveal(s Shell) bool { return s.Actor.May(actor.CustomerReveal) }

func inputNow(s Shell, typed string, now db.Instant) string {
	if typed != "" {
		return typed
	}
	return s.Input(now)
}
