package view

import (
	"strings"

	"tasuke/contacts/bank"
)

// The fields that a search of the master is about, as the form's buttons name them.
const (
	FindBank   = "bank_code"
	FindBranch = "branch_code"
	FindTo     = "to_bank"
)

// said is the form as a reader sees it, by field, to tell two versions apart. What is sealed more
// tightly, the account's number and holder, is not among it.
func (f BankForm) said(s Shell) map[string]string {
	var asks, transfers []string
	for _, a := range bank.Asks {
		if has(f.Asks, string(a)) {
			asks = append(asks, s.T("bank.ask."+string(a)))
		}
	}
	for _, t := range f.Transfers {
		transfers = append(transfers, strings.TrimSpace(strings.Join([]string{strings.Replace(t.At, "T", " ", 1), t.Yen, t.Ref, caseNo(f.Cases, t.Case)}, " ")))
	}
	return map[string]string{
		"track": s.Or("bank.track."+f.Track, f.Track), "bank_code": f.BankCode, "branch_code": f.BranchCode, "kind": s.Or("bank.kind."+f.Kind, f.Kind),
		"relation": s.Or("bank.relation."+f.Relation, f.Relation), "to_bank": f.ToBank, "to_section": f.ToSection,
		"occurred_at": strings.Replace(f.OccurredAt, "T", " ", 1), "known_at": strings.Replace(f.KnownAt, "T", " ", 1), "method": f.Method, "outline": f.Outline,
		"asks": strings.Join(asks, s.T("list.comma")), "remitter": f.Remitter, "from_account": f.FromAccount,
		"police_state": s.Or("bank.police."+f.PoliceState, f.PoliceState), "police_station": f.PoliceStation, "police_officer": f.PoliceOfficer,
		"police_at": strings.Replace(f.PoliceAt, "T", " ", 1), "police_ref": f.PoliceRef, "enclosures": f.Enclosures,
		"transfers": strings.Join(transfers, s.T("list.comma")),
	}
}

// differs is what somebody else saved in a field meanwhile, "" where it is what was typed.
func (f BankForm) differs(s Shell, field string) string {
	if f.Now == nil {
		return ""
	}
	now := f.Now.said(s)[field]
	switch {
	case now == f.said(s)[field]:
		return ""
	case now == "":
		return s.T("bank.form.blank")
	}
	return now
}

// found is the name beside a code, or what the list of banks says of it.
func (f BankForm) found(field string) string {
	return map[string]string{FindBank: f.BankName, FindBranch: f.BranchName, FindTo: f.ToName}[field]
}

// about names the hint or the error line of a field for those who cannot see it.
func about(s Shell, field, hint string) string {
	if hint == "" && s.Wrong(field) == "" {
		return ""
	}
	return "w-" + field
}
