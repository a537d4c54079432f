package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

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
	Over          bool // the work on the incident has ended: no new request
	Rows          []BankRow
	Next          string
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
	MasterDate string // of the list of banks and branches
	Unusable   string // character of the holder's name that transfer records cannot carry
	Focus      string // field that a search leads on to
	// Now is the request as somebody else saved it meanwhile; both stand in the form.
	Now *BankForm
}

// TransferForm is one line of the transfers.
type TransferForm struct{ At, Yen, Ref, Case string }

// Empty reports whether nothing was typed in the line.
func (t TransferForm) Empty() bool { return strings.TrimSpace(t.At+t.Yen+t.Ref) == "" }

// BankFormOf is a request as it stands, ready to be edited.
func BankFormOf(s Shell, sh bank.Sheet) BankForm {
	t := sh.Terms
	f := BankForm{Rev: sh.Request.Rev, Track: string(sh.Request.Track), BankCode: sh.Account.BankCode, BranchCode: sh.Account.BranchCode, Kind: string(sh.Account.Kind),
		Relation: string(sh.Account.Relation), BranchSeen: !sh.Account.Listed, Edit: true, Masked: sh.Account, Cases: sh.Cases}
	if sh.Request.ToBank != sh.Account.BankCode { // left empty it follows the account, whichever that will be
		f.ToBank = sh.Request.ToBank
	}
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
type CallForm struct {
	At, Direction, Result, Person, Section, Ref, Text, Corrects string

	Open bool
}

// AnswerForm is what a bank answered.
type AnswerForm struct {
	Answer, At, Yen, Balance, Person, Section, Ref, Text string

	Open bool
}

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

// reasonFor names the moves that need a reason, "" when none does.
func reasonFor(s Shell, list []bank.Choice) string {
	var names []string
	for _, c := range list {
		if c.Reason {
			names = append(names, s.T("bank.event."+string(c.Event)))
		}
	}
	return strings.Join(names, s.T("list.comma"))
}

// astray reports whether the letter goes to another bank than the account's, which only a recall does.
func (p BankPage) astray() bool {
	return p.Request.Track != bank.Recall && p.Request.ToBank != p.Account.BankCode
}

// acts reports whether there is anything that the reader may do now.
func (p BankPage) acts() bool { return len(p.Choices) > 0 }

// earlier reports whether something happened before the present round was decided on.
func (p BankPage) earlier(at db.Instant) bool {
	decided := p.Request.DecidedAt
	return at != 0 && at < decided-decided%db.Instant(time.Minute.Microseconds())
}

// mayLog reports whether the reader may add to the telephone log now.
func (p BankPage) mayLog(s Shell) bool {
	return s.Actor.May(actor.BankWrite) && p.Request.State != bank.Void
}

// opens reports whether the reader may open the letters, which have the number in full: who may
// check one now may not.
func (p BankPage) opens(s Shell) bool {
	return s.Actor.May(actor.BankLetter) && !p.Can(bank.LetterPassed)
}

// lettersLead is the key of what the reader has to know of the letters.
func (p BankPage) lettersLead(s Shell) string {
	switch {
	case p.opens(s):
		return "bank.letters_lead"
	case p.Can(bank.LetterPassed):
		return "bank.letters_checking"
	}
	return "bank.letters_closed"
}

// stands reports whether a letter is the one that the request now goes by.
func (p BankPage) stands(l bank.LetterInfo) bool {
	return l.SHA256 == p.Request.SHA256 && l.Version == p.Request.Letter
}

// lackWords are the words for what a letter cannot do without, in the order of the form.
var lackWords = []struct{ field, word string }{
	{"asks", "bank.asks"}, {"occurred_at", "bank.occurred"}, {"known_at", "bank.known"}, {"method", "bank.how"}, {"transfers", "bank.transfers"},
	{"from_account", "bank.from_account"}, {"remitter", "bank.remitter"}, {"police_station", "bank.police"},
}

// lacks names what the letter of a draft still lacks, "" when nothing.
func (p BankPage) lacks(s Shell) string {
	var names []string
	for _, w := range lackWords {
		if p.Missing[w.field] != "" {
			names = append(names, s.T(w.word))
		}
	}
	return strings.Join(names, s.T("list.comma"))
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

// bankCodes says which words the codes in a request's history and in the story are of.
var bankCodes = map[string]string{"Answer": "bank.answer.", "Method": "bank.method.", "Track": "bank.track.", "Route": "bank.route.",
	"Direction": "bank.direction.", "Result": "bank.result."}

// bankTold is a line of the story of an incident or a case about a request, as a sentence.
func bankTold(s Shell, kind string, args map[string]string) string {
	list := []any{"Yen", ""}
	for k, v := range args {
		if prefix := bankCodes[k]; prefix != "" {
			v = s.Or(prefix+v, v)
		}
		if k == "Yen" {
			v = s.T("bank.yen", "N", v)
		}
		list = append(list, k, v)
	}
	return strings.TrimSpace(s.T(kind, list...))
}

// bankLine is a line of a request's history as a sentence.
func bankLine(s Shell, l bank.Line) string {
	word := s.T("bank.event." + string(l.Event))
	var more []string
	for _, name := range []string{"Track", "Answer", "Method", "Route"} {
		if code := l.Args[name]; code != "" {
			more = append(more, s.T(bankCodes[name]+code))
		}
	}
	if yen, err := strconv.ParseInt(l.Args["Yen"], 10, 64); err == nil {
		more = append(more, s.Yen(yen))
	}
	if len(more) == 0 {
		return word
	}
	return s.T("bank.line", "Event", word, "More", strings.Join(more, s.T("list.comma")))
}

// policeLine is how far the police were told, in one line.
func policeLine(s Shell, p bank.Police) string {
	parts := []string{p.Station, p.Officer, s.When(p.ConsultedAt), p.Ref}
	if p.State != "" {
		parts = append([]string{s.T("bank.police." + string(p.State))}, parts...)
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// spokenLine is who was spoken with at a bank, in one line.
func spokenLine(s Shell, x bank.Spoken) string {
	line := strings.TrimSpace(x.Section + " " + x.Person)
	if x.Ref != "" {
		line = strings.TrimSpace(line + " " + s.T("bank.spoken_ref") + " " + x.Ref)
	}
	return line
}

// who is the shown name of whoever did something; the program has none of its own.
func who(s Shell, id, name string) string {
	if strings.HasPrefix(id, "system:") {
		return s.T("audit.actor.system")
	}
	return name
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

// inputNow is what was typed in a field of a moment, or now.
func inputNow(s Shell, typed string) string {
	if typed != "" {
		return typed
	}
	return s.Input(s.Now)
}
