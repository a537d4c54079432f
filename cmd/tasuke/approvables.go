package main

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"tasuke/cases/remedy"
	"tasuke/contacts/bank"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/victim"
	"tasuke/contacts/filing"
	"tasuke/contacts/isac"
	"tasuke/contacts/police"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// approvables are what an approver sees, and the digest that the approval is bound to. Where a room
// has signatures of its own the lines say where they stand; the approval here stands beside them and
// takes the place of none.
func (r *rooms) approvables() []workflow.Approvable {
	return []workflow.Approvable{
		r.factsApproved(),
		waits("bank.letters", r.banks.Digest, r.banks.Makers, shownLetter),
		waits("isac.share", r.shares.Digest, r.shares.Makers, shownShare),
		waits("police.summary", r.polices.Digest, r.polices.Makers, shownSummary),
		waits("disclosure.notice", r.disclosures.Digest, r.disclosures.Makers, shownNotice),
		waits("victim.notice", r.victims.Digest, r.victims.Makers, shownMailing),
		waits("filing.report", r.filings.Digest, r.filings.Makers, shownFiling),
		waits("remedy.offer", r.remedies.Digest, r.remedies.Makers, shownAssessment),
	}
}

// waits is what a room has waiting, one line for each record.
func waits[T any](name string, digest func(context.Context, *db.Tx, string) (string, []T, error), makers func(context.Context, *db.Tx, string) ([]string, error), show func(T) workflow.Shown) workflow.Approvable {
	return workflow.Approvable{
		Name: name,
		Digest: func(ctx context.Context, tx *db.Tx, s workflow.Subject) (string, []workflow.Shown, error) {
			d, lines, err := digest(ctx, tx, s.ID)
			shown := make([]workflow.Shown, len(lines))
			for i, l := range lines {
				shown[i] = show(l)
			}
			return d, shown, err
		},
		Makers: func(ctx context.Context, tx *db.Tx, s workflow.Subject) ([]string, error) {
			return makers(ctx, tx, s.ID)
		},
	}
}

func (r *rooms) factsApproved() workflow.Approvable {
	return workflow.Approvable{Name: "incident.facts", Digest: func(ctx context.Context, tx *db.Tx, s workflow.Subject) (string, []workflow.Shown, error) {
		digest, version, err := r.incidents.FactsDigest(ctx, tx, s.ID)
		return digest, []workflow.Shown{
			{Label: playbooks.Text{JA: "事実確認書の版", EN: "Version of the fact sheet"}, Value: decimal(version), Ref: "fact_sheet:" + s.ID},
		}, err
	}, Makers: func(ctx context.Context, tx *db.Tx, s workflow.Subject) ([]string, error) {
		sheet, err := r.incidents.FactSheet(ctx, tx, s.ID)
		if err != nil || sheet.SavedBy == "" { // before the first version nobody has written anything
			return nil, err
		}
		return []string{sheet.SavedBy}, nil
	}}
}

// shownLine is a record by its number, with what is to be known of it in both languages.
func shownLine(no, ja, en, value, ref string) workflow.Shown {
	return workflow.Shown{Label: playbooks.Text{JA: no + "（" + ja + "）", EN: no + " (" + en + ")"}, Value: value, Ref: ref}
}

// approvedBy says in both languages who has approved or signed in the room itself.
func approvedBy(doneJA, doneEN, name string) (ja, en string) {
	if name == "" {
		return "未" + doneJA, "not " + doneEN
	}
	return doneJA + "：" + name, doneEN + " by " + name
}

func shownShare(x isac.ShownShare) workflow.Shown {
	ja, en := approvedBy("承認", "approved", x.ApprovedBy)
	return shownLine(x.No, ja, en, fmt.Sprintf("TLP:%s · %s · v%d · SHA-256 %.12s…", strings.ToUpper(string(x.TLP)), x.Channel, x.Version, x.SHA256), isac.Ref(x.ID))
}

func shownSummary(x police.ShownSummary) workflow.Shown {
	ja, en := "警察相談の概要", "summary for the police"
	switch {
	case x.Version == 0:
		ja, en = "概要は未作成", "no summary drawn yet"
	case !x.Fresh:
		ja, en = "概要が現在の内容と異なる", "the summary says something else than is on file"
	}
	return shownLine(x.No, ja, en, fmt.Sprintf("v%d · 実名/named %d · SHA-256 %.12s…", x.Version, x.Named, x.SHA256), police.Ref(x.ID))
}

// stepNames are the signatures of a public notice in both languages.
var stepNames = map[disclosure.Step]playbooks.Text{disclosure.FactsStep: {JA: "事実", EN: "facts"}, disclosure.LawStep: {JA: "法務", EN: "law"}, disclosure.ExecutiveStep: {JA: "経営", EN: "executive"}}

func shownNotice(x disclosure.ShownNotice) workflow.Shown {
	ja, en := "署名なし", "no signature"
	if len(x.Signed) > 0 {
		var a, b []string
		for _, s := range x.Signed {
			a, b = append(a, stepNames[s.Step].JA+" "+s.ByName), append(b, stepNames[s.Step].EN+" "+s.ByName)
		}
		ja, en = "署名："+strings.Join(a, "、"), "signed: "+strings.Join(b, ", ")
	}
	if x.Digest == "" {
		ja, en = "未完成", "not complete"
	}
	return shownLine(x.No, ja, en, fmt.Sprintf("第%d報 · 断面/snapshot %d · SHA-256 %.12s…", x.Ordinal, x.Snapshot, x.Digest), "disclosure:"+x.ID)
}

func shownMailing(x victim.ShownMailing) workflow.Shown {
	ja, en := approvedBy("承認", "approved", x.ApprovedBy)
	if x.Blocked > 0 {
		ja, en = fmt.Sprintf("未完成の通知 %d件", x.Blocked), fmt.Sprintf("%d notices are not complete", x.Blocked)
	}
	return shownLine(x.No, ja, en, fmt.Sprintf("宛先/recipients %d · SHA-256 %.12s…", x.Customers, x.Digest), "notice:"+x.ID)
}

func shownFiling(x filing.ShownFiling) workflow.Shown {
	ja, en := approvedBy("承認", "approved", x.Approved)
	rj, re := approvedBy("法務確認", "reviewed", x.Reviewed)
	ja, en = rj+"、"+ja, re+", "+en
	if x.Stale {
		ja, en = ja+"、事実確認書が更新されている", en+", the fact sheet has changed"
	}
	return shownLine(x.No, ja, en, fmt.Sprintf("v%d · 事実確認書/fact sheet v%d · SHA-256 %.12s…", x.Version, x.Sheet, x.Digest), "filing:"+x.ID)
}

func shownAssessment(x remedy.ShownAssessment) workflow.Shown {
	ja, en := approvedBy("検算", "checked", x.Checked)
	aj, ae := approvedBy("承認", "approved", x.Approved)
	return shownLine(x.No+" "+x.CaseNo, ja+"、"+aj, en+", "+ae, message.NewPrinter(language.English).Sprintf("¥%d · v%d", x.OfferYen, x.Version), "remedy:"+x.ID)
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
