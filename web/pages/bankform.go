package pages

import (
	"net/http"
	"strconv"
	"strings"

	"tasuke/contacts/bank"
	"tasuke/contacts/bank/master"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// bankForm is a request as a browser sends it. Find and Pick are the buttons that search the list
// of banks and branches and take one of it; they save nothing.
type bankForm struct {
	Rev           int64    `form:"rev"`
	Track         string   `form:"track"`
	BankCode      string   `form:"bank_code"`
	BranchCode    string   `form:"branch_code"`
	BranchSeen    bool     `form:"branch_seen"`
	Kind          string   `form:"kind"`
	Number        string   `form:"number"`
	Kigo          string   `form:"kigo"`
	Bango         string   `form:"bango"`
	HolderKana    string   `form:"holder_kana"`
	HolderName    string   `form:"holder_name"`
	Relation      string   `form:"relation"`
	ToBank        string   `form:"to_bank"`
	ToSection     string   `form:"to_section"`
	OccurredAt    string   `form:"occurred_at"`
	KnownAt       string   `form:"known_at"`
	Method        string   `form:"method"`
	Outline       string   `form:"outline"`
	Asks          []string `form:"asks"`
	Remitter      string   `form:"remitter"`
	FromAccount   string   `form:"from_account"`
	PoliceState   string   `form:"police_state"`
	PoliceStation string   `form:"police_station"`
	PoliceOfficer string   `form:"police_officer"`
	PoliceAt      string   `form:"police_at"`
	PoliceRef     string   `form:"police_ref"`
	Enclosures    string   `form:"enclosures"`
	At            []string `form:"transfer_at"`
	Yen           []string `form:"transfer_yen"`
	Ref           []string `form:"transfer_ref"`
	Case          []string `form:"transfer_case"`
	Find          string   `form:"find"`
	Pick          string   `form:"pick"`
}

// searches reports whether the form was sent to look something up, and not to be saved.
func (f bankForm) searches() bool { return f.Find != "" || f.Pick != "" }

// shown is what was typed, on its way back to the reader. A new form says nothing of its Rev.
func (f bankForm) shown() view.BankForm {
	account := bank.AccountForm{HolderKana: f.HolderKana}
	return view.BankForm{Rev: f.Rev, Track: f.Track, BankCode: f.BankCode, BranchCode: f.BranchCode, BranchSeen: f.BranchSeen, Kind: f.Kind,
		Number: f.Number, Kigo: f.Kigo, Bango: f.Bango, HolderKana: f.HolderKana, HolderName: f.HolderName, Relation: f.Relation,
		ToBank: f.ToBank, ToSection: f.ToSection, OccurredAt: f.OccurredAt, KnownAt: f.KnownAt, Method: f.Method, Outline: unixLines(f.Outline),
		Asks: f.Asks, Remitter: f.Remitter, FromAccount: f.FromAccount, PoliceState: f.PoliceState, PoliceStation: f.PoliceStation,
		PoliceOfficer: f.PoliceOfficer, PoliceAt: f.PoliceAt, PoliceRef: f.PoliceRef, Enclosures: f.Enclosures, Transfers: f.transfers(),
		Unusable: account.Unusable()}
}

// transfers drops the lines in which nothing was typed.
func (f bankForm) transfers() (out []view.TransferForm) {
	cell := func(list []string, i int) string {
		if i < len(list) {
			return list[i]
		}
		return ""
	}
	for i := range max(len(f.At), len(f.Yen), len(f.Ref)) {
		t := view.TransferForm{At: cell(f.At, i), Yen: cell(f.Yen, i), Ref: cell(f.Ref, i), Case: cell(f.Case, i)}
		if !t.Empty() {
			out = append(out, t)
		}
	}
	return out
}

// form reads what was typed; times that are not times and amounts that are not amounts are named
// by field.
func (f bankForm) form() (bank.Form, error) {
	wrong := map[string]string{}
	at := func(field, s string) db.Instant {
		i, err := tokyo(s)
		if err != nil {
			wrong[field] = "form.time"
		}
		return i
	}
	out := bank.Form{Track: bank.Track(f.Track), ToBank: f.ToBank,
		Account: bank.AccountForm{BankCode: f.BankCode, BranchCode: f.BranchCode, Kind: f.Kind, Number: f.Number, Kigo: f.Kigo, Bango: f.Bango,
			HolderKana: f.HolderKana, HolderName: f.HolderName, Relation: f.Relation, BranchSeen: f.BranchSeen},
		Terms: bank.Terms{ToSection: f.ToSection, OccurredAt: at("occurred_at", f.OccurredAt), KnownAt: at("known_at", f.KnownAt), Method: f.Method,
			Outline: unixLines(f.Outline), Asks: typed[bank.Ask](f.Asks), Remitter: f.Remitter, FromAccount: f.FromAccount, Enclosures: f.Enclosures,
			Police: bank.Police{State: bank.PoliceState(f.PoliceState), Station: f.PoliceStation, Officer: f.PoliceOfficer,
				ConsultedAt: at("police_at", f.PoliceAt), Ref: f.PoliceRef}}}
	for i, t := range f.transfers() {
		n := strconv.Itoa(i)
		amount, err := yen(t.Yen)
		if err != nil {
			wrong["transfer_yen-"+n] = "form.yen"
		}
		out.Terms.Transfers = append(out.Terms.Transfers, bank.Transfer{At: at("transfer_at-"+n, t.At), Yen: amount, Ref: t.Ref, CaseID: t.Case})
	}
	if len(wrong) > 0 {
		return out, fault.Form(wrong)
	}
	return out, nil
}

// candidates is how many banks or branches a search shows.
const candidates = 20

// look does what a button of the form asks of the list of banks. It gives the status, and puts on
// the page what is wrong with a search.
func (h *Bank) look(v *Visit, f bankForm) (view.BankForm, int) {
	out := f.shown()
	if field, code, ok := strings.Cut(f.Pick, ":"); ok {
		pick(&out, field, code)
		return out, http.StatusOK
	}
	field := h.unsettled(f)
	if field == "" {
		return out, http.StatusOK
	}
	query := map[string]string{view.FindBank: f.BankCode, view.FindBranch: f.BranchCode, view.FindTo: f.ToBank}[field]
	if field == view.FindBranch {
		out.Found = h.Bank.Master().Branches(master.Digits(f.BankCode), query, candidates)
	} else if strings.TrimSpace(query) != "" {
		out.Found = h.Bank.Master().Banks(query, candidates)
	}
	if out.Finding = field; len(out.Found) == 0 {
		v.Shell.Problem, v.Shell.Notice = fault.Field(field, "bank.find.none"), ""
		return out, http.StatusUnprocessableEntity
	}
	return out, http.StatusOK
}

// unsettled is the field that is to be searched: the one whose button was pressed, unless it holds
// a code of the list; then the next that does not. Enter in any field presses the first button.
func (h *Bank) unsettled(f bankForm) string {
	m := h.Bank.Master()
	_, bankKnown := m.Bank(master.Digits(f.BankCode))
	_, branchKnown := m.Branch(master.Digits(f.BankCode), master.Digits(f.BranchCode))
	_, toKnown := m.Bank(master.Digits(f.ToBank))
	switch f.Find {
	case view.FindBank, view.FindBranch:
		switch {
		case !bankKnown:
			return view.FindBank
		case !branchKnown && (f.Find == view.FindBranch || f.BranchCode != "" && master.Digits(f.BranchCode) == ""):
			return view.FindBranch
		}
	case view.FindTo:
		if !toKnown {
			return view.FindTo
		}
	}
	return ""
}

// pick takes a candidate, and leads on to the next field. Another bank has other branches.
func pick(f *view.BankForm, field, code string) {
	switch field {
	case view.FindBank:
		if f.BankCode != code {
			f.BranchCode, f.BranchSeen = "", false
		}
		f.BankCode, f.Focus = code, view.FindBranch
	case view.FindBranch:
		f.BranchCode, f.BranchSeen, f.Focus = code, false, "holder_kana"
	case view.FindTo:
		f.ToBank, f.Focus = code, "to_section"
	}
}

// named puts the names beside the codes.
func (h *Bank) named(f *view.BankForm) {
	m := h.Bank.Master()
	b, _ := m.Bank(master.Digits(f.BankCode))
	branch, _ := m.Branch(master.Digits(f.BankCode), master.Digits(f.BranchCode))
	to, _ := m.Bank(master.Digits(f.ToBank))
	f.BankName, f.BranchName, f.ToName, f.MasterDate = b.Name, branch.Name, to.Name, m.Date
}

func (h *Bank) begin(v *Visit) error {
	var f bankForm
	if err := v.Form(&f); err != nil {
		return err
	}
	back := func(status int, form view.BankForm) error {
		return h.drawIncident(v, status, func(p *view.BankOfIncident) { p.Form, p.New = form, true })
	}
	if f.searches() {
		form, status := h.look(v, f)
		return back(status, form)
	}
	typed, err := f.form()
	if err == nil {
		var r bank.Request
		if r, err = h.Bank.Begin(v.Request.Context(), v.Actor, v.Param("id"), typed); err == nil {
			return v.Done("/bank/"+r.ID, "bank_begun")
		}
	}
	status, err := v.Problem(worded(v, err, bankWords))
	if err != nil {
		return err
	}
	return back(status, f.shown())
}

// editor is the form of a request whose letter has not left; afterwards there is nothing to edit.
func (h *Bank) editor(v *Visit) error {
	p, err := h.read(v)
	if err != nil {
		return err
	}
	if !p.Can(bank.Edited) {
		return v.Done("/bank/"+p.Request.ID, "")
	}
	return h.drawEditor(v, http.StatusOK, func(*view.BankForm) {})
}

// drawEditor reads the form as the request now stands; typed puts back what was typed.
func (h *Bank) drawEditor(v *Visit, status int, typed func(*view.BankForm)) error {
	p, err := h.read(v)
	if err != nil {
		return err
	}
	p.Editing, p.Form = true, view.BankFormOf(v.Shell, p.Sheet)
	typed(&p.Form)
	h.named(&p.Form)
	v.Shell.Path = "/bank/" + p.Request.ID + "/edit"
	return v.Draw(status, view.BankEdit(v.Titled(v.Shell.T("bank.edit_of", "No", p.Request.No), "bank"), p))
}

// retyped puts what was typed over the form as it stands. Where somebody saved first, both are
// shown, and the next save is of somebody who has seen both.
func retyped(form view.BankForm, seen int64) func(*view.BankForm) {
	return func(now *view.BankForm) {
		stands := *now
		form.Edit, form.Masked, form.Cases, form.Rev = true, stands.Masked, stands.Cases, stands.Rev
		if stands.Rev != seen {
			form.Now = &stands
		}
		*now = form
	}
}

func (h *Bank) edit(v *Visit) error {
	var f bankForm
	if err := v.Form(&f); err != nil {
		return err
	}
	if f.searches() {
		form, status := h.look(v, f)
		return h.drawEditor(v, status, func(now *view.BankForm) {
			rev := form.Rev
			retyped(form, now.Rev)(now)
			now.Rev = rev // who only searches has not seen what somebody saved meanwhile
		})
	}
	typed, err := f.form()
	if err == nil {
		if _, err = h.Bank.Edit(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, typed); err == nil {
			return v.Done("/bank/"+v.Param("id"), "bank_edited")
		}
	}
	status, err := v.Problem(worded(v, err, bankWords))
	if err != nil {
		return err
	}
	return h.drawEditor(v, status, retyped(f.shown(), f.Rev))
}
