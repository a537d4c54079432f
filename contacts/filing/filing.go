// Package filing keeps what the firm must report to an authority (届出): the duty that an
// incident raised, the form drawn from its fact sheet, the eyes that looked at it, and a frozen
// copy of what was handed in. Of the regimes it knows the first report (速報) of APPI art. 26.
package filing

import (
	"slices"

	"tasuke/cases/incident"
	"tasuke/internal/db"
)

// Regime is the duty a filing fulfils.
type Regime string

// APPISokuho is 個人情報保護法26条1項, 規則8条1項の速報.
const APPISokuho Regime = "APPI_SOKUHO"

// Duty is the rule of cases/deadline that times a regime.
func (r Regime) Duty() string { return map[Regime]string{APPISokuho: "JP-APPI-SOKUHO"}[r] }

// Regimes lists every regime.
var Regimes = []Regime{APPISokuho}

// Channel is the way a report was handed in.
type Channel string

// The channels. Which one is right follows from who supervises the firm (APPI art. 147).
const (
	PPCForm       Channel = "ppc_form"       // 個人情報保護委員会 漏えい等報告の電子フォーム
	AuthorityMail Channel = "authority_mail" // 所管官庁への電子メール
	ByHand        Channel = "hand"           // 持参
	ByPost        Channel = "post"           // 郵送
	ByFax         Channel = "fax"            // FAX
)

// Channels lists every channel in the order screens show them.
var Channels = []Channel{PPCForm, AuthorityMail, ByHand, ByPost, ByFax}

// Filing is one duty to report and where the work on it stands.
type Filing struct {
	ID         string     `db:"id"`
	No         string     `db:"no"` // FIL-2026-0001
	IncidentID string     `db:"incident_id"`
	Regime     Regime     `db:"regime"`
	State      State      `db:"state"`
	StateSince db.Instant `db:"state_since"`
	// DueAt is the last second of the duty's limit as last computed; zero for a duty without a date.
	DueAt db.Instant `db:"due_at"`
	// Version counts what is or was to be handed in: 1 is the report, 2 its first amendment; 0
	// before there is a draft.
	Version       int64  `db:"version"`
	PayloadDigest string `db:"payload_digest"`
	SheetVersion  int64  `db:"sheet_version"` // of the fact sheet the payload was taken from
	SheetDigest   string `db:"sheet_digest"`
	// StaleVersion is the version of the fact sheet that says something else in StaleItems; zero
	// while none does.
	StaleVersion   int64      `db:"stale_version"`
	StaleItems     Items      `db:"stale_items"`
	DraftedBy      string     `db:"drafted_by"`
	DraftedName    string     `db:"drafted_name"`
	DraftedAt      db.Instant `db:"drafted_at"`
	ReviewedBy     string     `db:"reviewed_by"`
	ReviewedName   string     `db:"reviewed_name"`
	ReviewedAt     db.Instant `db:"reviewed_at"`
	ReviewDigest   string     `db:"review_digest"`
	ApprovedBy     string     `db:"approved_by"`
	ApprovedName   string     `db:"approved_name"`
	ApprovedAt     db.Instant `db:"approved_at"`
	ApprovalDigest string     `db:"approval_digest"`
	WaiverBy       string     `db:"waiver_by"` // who says that the report is not required
	WaiverName     string     `db:"waiver_name"`
	WaiverAt       db.Instant `db:"waiver_at"`
	OpenedAt       db.Instant `db:"opened_at"`
	Rev            int64      `db:"rev"`
}

// Stale reports whether the fact sheet says something else than the payload was taken from.
func (f Filing) Stale() bool { return f.StaleVersion != 0 }

// Open reports whether somebody still has to act: it holds back the close of the incident.
func (f Filing) Open() bool { return slices.Contains(openStates, f.State) }

// Amends reports whether the present version corrects one that was handed in.
func (f Filing) Amends() bool { return f.Version > 1 }

// Due is the limit as long as nothing has been handed in; zero afterwards.
func (f Filing) Due() db.Instant {
	if !f.Open() || f.Amends() {
		return 0
	}
	return f.DueAt
}

// Line is one line of a filing's history.
type Line struct {
	ID        string     `db:"id"`
	FilingID  string     `db:"filing_id"`
	Version   int64      `db:"version"`
	At        db.Instant `db:"at"`
	ActorID   string     `db:"actor_id"`
	ActorName string     `db:"actor_name"`
	Event     Event      `db:"event"`
	From      State      `db:"from_state"`
	To        State      `db:"to_state"`
	Digest    string     `db:"digest"` // of the payload after it
	Items     Items      `db:"args"`   // that were changed
	Comment   string     `db:"-"`
	Erased    bool       `db:"-"`
}

// Submission is the frozen copy of one version. Neither its payload nor its PDF ever changes.
type Submission struct {
	ID            string     `db:"id"`
	FilingID      string     `db:"filing_id"`
	Version       int64      `db:"version"`
	Channel       Channel    `db:"channel"`
	SubmittedAt   db.Instant `db:"submitted_at"` // as stated by who handed it in
	RecordedAt    db.Instant `db:"recorded_at"`
	ByID          string     `db:"by_id"`
	ByName        string     `db:"by_name"`
	PayloadDigest string     `db:"payload_digest"`
	PDFSHA256     string     `db:"pdf_sha256"`
	PDFSize       int64      `db:"pdf_size"`
	SheetVersion  int64      `db:"sheet_version"`
	SheetDigest   string     `db:"sheet_digest"`
	// StaleItems are the items that the fact sheet told otherwise when it was handed in all the same.
	StaleItems Items `db:"stale_items"`
	// Receipt is the authority's number, empty until it is known.
	Receipt string `db:"-"`
}

// Receipt is the authority's number of a submission; the last one recorded counts.
type Receipt struct {
	Version int64      `db:"version"`
	Number  string     `db:"number"`
	At      db.Instant `db:"at"`
	ByName  string     `db:"by_name"`
}

// factItems puts items of the fact sheet into the stored form.
func factItems(items []incident.FactItem) Items {
	out := make(Items, len(items))
	for i, k := range items {
		out[i] = string(k)
	}
	return out
}
