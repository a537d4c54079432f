package main

import (
	"context"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"tasuke/contacts/bank"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// What the playbooks may have the program do, what people may approve in them, and what they may
// wait for. A name that is not here refuses to load.

var onIncident = map[string]playbooks.Shape{
	"incident.facts.freeze": {
		Title:         playbooks.Text{JA: "事実確認書の版を確定する", EN: "Fix the version of the fact sheet"},
		Output:        map[string]playbooks.FieldType{"version": playbooks.NumberField},
		NeedsApproval: "incident.facts",
	},
	"filing.appi.derive": {
		Title:  playbooks.Text{JA: "個人情報保護法の届出の要否を時計から洗い出す", EN: "Derive the filings under the APPI from the clocks"},
		Output: map[string]playbooks.FieldType{"created": playbooks.NumberField},
	},
	"filing.appi.draft": {
		Title:  playbooks.Text{JA: "速報の案を事実確認書から作る", EN: "Draft the preliminary report from the fact sheet"},
		Output: map[string]playbooks.FieldType{"filing": playbooks.TextField},
	},
	"http.request": httpRequest,
	"bank.letters.send": {
		Title:         playbooks.Text{JA: "確認済みの依頼書を銀行へ送る", EN: "Send the checked letters to the banks"},
		Output:        map[string]playbooks.FieldType{"sent": playbooks.NumberField},
		NeedsApproval: "bank.letters",
	},
}

var (
	approvable = []string{"incident.facts", "bank.letters"}
	awaited    = []string{"bank.checked", "bank.sent", "bank.answered", "filing.submitted", "disclosure.published",
		"sweep.hits_ready", "sweep.concluded", "share.sent", "police.consulted", "police.accepted", "notice.sent", "remedy.offered", "remedy.agreed"}
)

// kinds are the hands behind those names. All of them only write, so each is one transaction.
func (r *rooms) kinds() []workflow.Kind {
	return []workflow.Kind{
		r.httpKind(),
		{Name: "incident.facts.freeze", Tx: func(ctx context.Context, tx *db.Tx, c workflow.Call) (map[string]any, error) {
			n, err := r.incidents.FreezeFacts(ctx, tx, c.By, c.Subject.ID)
			return map[string]any{"version": n}, err
		}},
		{Name: "filing.appi.derive", Tx: func(ctx context.Context, tx *db.Tx, c workflow.Call) (map[string]any, error) {
			n, err := r.filings.Derive(ctx, tx, c.By, c.Subject.ID)
			return map[string]any{"created": int64(n)}, err
		}},
		{Name: "filing.appi.draft", Tx: func(ctx context.Context, tx *db.Tx, c workflow.Call) (map[string]any, error) {
			id, err := r.filings.Draft(ctx, tx, c.By, c.Subject.ID)
			return map[string]any{"filing": id}, err
		}},
		{Name: "bank.letters.send", Tx: func(ctx context.Context, tx *db.Tx, c workflow.Call) (map[string]any, error) {
			n, err := r.banks.SendChecked(ctx, tx, c.By, c.Subject.ID)
			return map[string]any{"sent": int64(n)}, err
		}},
	}
}

// approvables are what an approver sees, and the digest that the approval is bound to.
func (r *rooms) approvables() []workflow.Approvable {
	return []workflow.Approvable{
		{Name: "incident.facts", Digest: func(ctx context.Context, tx *db.Tx, s workflow.Subject) (string, []workflow.Shown, error) {
			digest, version, err := r.incidents.FactsDigest(ctx, tx, s.ID)
			return digest, []workflow.Shown{
				{Label: playbooks.Text{JA: "事実確認書の版", EN: "Version of the fact sheet"}, Value: strconv.FormatInt(version, 10), Ref: "fact_sheet:" + s.ID},
			}, err
		}, Makers: func(ctx context.Context, tx *db.Tx, s workflow.Subject) ([]string, error) {
			sheet, err := r.incidents.FactSheet(ctx, tx, s.ID)
			if err != nil || sheet.SavedBy == "" { // before the first version nobody has written anything
				return nil, err
			}
			return []string{sheet.SavedBy}, nil
		}},
		{Name: "bank.letters", Digest: func(ctx context.Context, tx *db.Tx, s workflow.Subject) (string, []workflow.Shown, error) {
			digest, lines, err := r.banks.Digest(ctx, tx, s.ID)
			shown := make([]workflow.Shown, len(lines))
			for i, l := range lines {
				shown[i] = shownLetter(l)
			}
			return digest, shown, err
		}, Makers: func(ctx context.Context, tx *db.Tx, s workflow.Subject) ([]string, error) {
			return r.banks.Makers(ctx, tx, s.ID)
		}},
	}
}

// still asks the room of an event whether what it told of is so now. What was submitted stays so.
func (r *rooms) still(ctx context.Context, tx *db.Tx, s workflow.Subject, name string) (bool, error) {
	if s.Kind == "incident" && strings.HasPrefix(name, "bank.") {
		return r.banks.Still(ctx, tx, s.ID, name)
	}
	if s.Kind == "incident" && name == "filing.submitted" { // an amendment under way is not handed in
		n, err := r.filings.Open(ctx, tx, s.ID)
		return n == 0, err
	}
	return true, nil
}

// enter refuses work that would begin again in an incident whose work has ended.
func (r *rooms) enter(ctx context.Context, tx *db.Tx, s workflow.Subject) error {
	if s.Kind != "incident" {
		return subjectFault(s.Kind)
	}
	return r.incidents.Enter(ctx, tx, s.ID)
}

// shownLetter is a letter to a bank as who approves it reads it: where it goes, the account masked,
// the content by its hash.
func shownLetter(l bank.ShownLine) workflow.Shown {
	note := playbooks.Text{JA: "（" + l.Mail + " へ）", EN: " (to " + l.Mail + ")"}
	switch {
	case l.Mail == "":
		note = playbooks.Text{JA: "（メール宛先なし：手渡し・FAX等で送付）", EN: " (no mail address: to be delivered by hand)"}
	case l.Stale:
		note = playbooks.Text{JA: "（宛先 " + l.Mail + " は未確認：連絡先が確かめられるまで送らない）",
			EN: " (" + l.Mail + " is not verified: not sent until somebody makes sure of the desk)"}
	}
	name := l.No + " " + l.BankName
	return workflow.Shown{
		Label: playbooks.Text{JA: name + note.JA, EN: name + note.EN},
		Value: message.NewPrinter(language.English).Sprintf("%s · ¥%d · v%d · SHA-256 %.12s…", l.Account, l.TotalYen, l.Version, l.SHA256),
		Ref:   "bank_request:" + l.ID,
	}
}
