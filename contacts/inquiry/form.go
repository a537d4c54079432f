package inquiry

import (
	"slices"

	"tasuke/contacts/inquiry/speech"
	"tasuke/internal/db"
)

// Form is everything the operator typed or chose: the script of operations.md 2.1 and the
// fields of 3.2. It is kept whole and sealed; times are moments in UTC.
type Form struct {
	CallerRelation Relation `json:"caller_relation,omitempty"`
	CallerName     string   `json:"caller_name,omitempty"`
	// CallbackPhone is a number that is safe to call, as said.
	CallbackPhone string `json:"callback_phone,omitempty"`
	// CalledFakeNumber: false hotline numbers circulate, so the script opens with it.
	CalledFakeNumber Answer `json:"called_fake_number,omitempty"`
	// CustomerID is the candidate the operator chose from the register, never one picked for him.
	CustomerID string `json:"customer_id,omitempty"`
	// CustomerUnknown says in so many words that nobody in the register fits.
	CustomerUnknown bool `json:"customer_unknown,omitempty"`
	// AccountNo is as the caller said it.
	AccountNo string   `json:"account_no,omitempty"`
	Identity  Identity `json:"identity"`
	// LockAsked asks for the protective lock L1; weak identification is enough, because a lock
	// can be undone and data once told cannot.
	LockAsked bool `json:"lock_asked,omitempty"`

	NoticedAt     db.Instant `json:"noticed_at,omitempty"`
	NoticedBy     Noticed    `json:"noticed_by,omitempty"`
	Category      Category   `json:"category,omitempty"`
	WhatHappened  string     `json:"what_happened,omitempty"`
	CustomerActed Answer     `json:"customer_acted,omitempty"`
	// ActedDetail: what the customer sold, cancelled or moved since.
	ActedDetail string   `json:"acted_detail,omitempty"`
	Phishing    Phishing `json:"phishing"`

	Devices       []Device `json:"devices,omitempty"`
	MFA           MFA      `json:"mfa_state,omitempty"`
	PasswordReuse Answer   `json:"pw_reuse,omitempty"`
	OtherFirms    []string `json:"other_firms,omitempty"`
	LinkedBank    bool     `json:"linked_bank,omitempty"`
	LinkedCard    bool     `json:"linked_card,omitempty"`
	LinkedMail    bool     `json:"linked_mail,omitempty"`

	Guidance []Guidance  `json:"guidance,omitempty"`
	Contact  ContactPref `json:"contact_pref"`
	// Promise is what the caller was told will happen, and NextContactDue by when.
	Promise        string     `json:"promise_text,omitempty"`
	NextContactDue db.Instant `json:"next_contact_due,omitempty"`
	Urgency        Urgency    `json:"urgency,omitempty"`
	// RecordingRef is the id of the call's recording 通話録音ID.
	RecordingRef string   `json:"recording_ref,omitempty"`
	Language     Language `json:"language,omitempty"`
}

// Identity is the identity check 本人確認. Level 0 is none, 1 weak (a name and an account number
// or a birth date), 2 the script's items, 3 enough to disclose or to unlock.
type Identity struct {
	Level          int      `json:"level,omitempty"`
	Method         IDMethod `json:"method,omitempty"`
	Items          []IDItem `json:"items,omitempty"`
	Result         IDResult `json:"result,omitempty"`
	FailedAttempts int      `json:"failed_attempts,omitempty"`
}

// Phishing is what is known of the false message or site.
type Phishing struct {
	Received Answer     `json:"received,omitempty"`
	Clicked  Answer     `json:"clicked,omitempty"`
	Entered  []Entered  `json:"entered,omitempty"`
	URL      string     `json:"url,omitempty"`
	Sender   string     `json:"sender,omitempty"`
	At       db.Instant `json:"at,omitempty"`
}

// Device is one device of the caller.
type Device struct {
	Kind     DeviceKind `json:"kind,omitempty"`
	OS       string     `json:"os,omitempty"`
	Browser  string     `json:"browser,omitempty"`
	Security string     `json:"security,omitempty"`
	Shared   Answer     `json:"shared,omitempty"`
	// SavedPasswords: the browser keeps the password.
	SavedPasswords Answer `json:"saved_passwords,omitempty"`
	RemoteSupport  Answer `json:"remote_support,omitempty"`
	MalwareAlert   Answer `json:"malware_alert,omitempty"`
}

// ContactPref is how, when and through whom the caller wishes to be reached.
type ContactPref struct {
	By   ContactBy `json:"by,omitempty"`
	Time string    `json:"time,omitempty"`
	// Proxy is the agent, heir or lawyer who speaks for the customer.
	Proxy   string `json:"proxy,omitempty"`
	Hearing bool   `json:"hearing,omitempty"`
	Note    string `json:"note,omitempty"`
}

// Lint warns about the free texts of a form, its promise first.
func (s *Store) Lint(f Form) []speech.Hit {
	return slices.Concat(
		s.speech.Lint("promise_text", f.Promise), s.speech.Lint("what_happened", f.WhatHappened),
		s.speech.Lint("acted_detail", f.ActedDetail), s.speech.Lint("contact_pref.note", f.Contact.Note),
	)
}
