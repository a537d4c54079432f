package pages

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tasuke/contacts/inquiry"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/words"
)

// deskForm is the call desk's form as a browser sends it; every field is text, so that nothing
// that was typed can be lost on the way back.
type deskForm struct {
	Rev           string   `form:"rev"`
	Relation      string   `form:"caller_relation"`
	CallerName    string   `form:"caller_name"`
	Phone         string   `form:"callback_phone"`
	FakeNumber    string   `form:"called_fake_number"`
	CustomerID    string   `form:"customer_id"`
	Unknown       bool     `form:"customer_unknown"`
	AccountNo     string   `form:"account_no"`
	IDLevel       string   `form:"identity.level"`
	IDMethod      string   `form:"identity.method"`
	IDItems       []string `form:"identity.items"`
	IDResult      string   `form:"identity.result"`
	IDFailed      string   `form:"identity.failed_attempts"`
	Lock          bool     `form:"lock_asked"`
	NoticedAt     string   `form:"noticed_at"`
	NoticedBy     string   `form:"noticed_by"`
	Category      string   `form:"category"`
	WhatHappened  string   `form:"what_happened"`
	Acted         string   `form:"customer_acted"`
	ActedDetail   string   `form:"acted_detail"`
	PhishReceived string   `form:"phishing.received"`
	PhishClicked  string   `form:"phishing.clicked"`
	PhishEntered  []string `form:"phishing.entered"`
	PhishURL      string   `form:"phishing.url"`
	PhishSender   string   `form:"phishing.sender"`
	PhishAt       string   `form:"phishing.at"`
	DevKind       []string `form:"device.kind"`
	DevOS         []string `form:"device.os"`
	DevBrowser    []string `form:"device.browser"`
	DevSecurity   []string `form:"device.security"`
	DevSaved      []string `form:"device.saved_passwords"`
	DevRemote     []string `form:"device.remote_support"`
	MFA           string   `form:"mfa_state"`
	Reuse         string   `form:"pw_reuse"`
	OtherFirms    string   `form:"other_firms"`
	LinkedBank    bool     `form:"linked_bank"`
	LinkedCard    bool     `form:"linked_card"`
	LinkedMail    bool     `form:"linked_mail"`
	Guidance      []string `form:"guidance"`
	ContactBy     string   `form:"contact_pref.by"`
	ContactTime   string   `form:"contact_pref.time"`
	ContactProxy  string   `form:"contact_pref.proxy"`
	ContactNote   string   `form:"contact_pref.note"`
	Hearing       bool     `form:"contact_pref.hearing"`
	Promise       string   `form:"promise_text"`
	NextDue       string   `form:"next_contact_due"`
	Urgency       string   `form:"urgency"`
	Recording     string   `form:"recording_ref"`
	Language      string   `form:"language"`
}

// parse gives the inquiry's form; times that are not times and numbers that are not numbers are
// named by field.
func (f deskForm) parse() (inquiry.Form, error) {
	wrong := map[string]string{}
	at := func(field, s string) db.Instant {
		i, err := tokyo(s)
		if err != nil {
			wrong[field] = "form.time"
		}
		return i
	}
	count := func(field, s string) int {
		n, err := number(s)
		if err != nil {
			wrong[field] = "form.range"
		}
		return int(n)
	}
	out := inquiry.Form{
		CallerRelation: inquiry.Relation(f.Relation), CallerName: f.CallerName, CallbackPhone: f.Phone,
		CalledFakeNumber: inquiry.Answer(f.FakeNumber), CustomerID: f.CustomerID, CustomerUnknown: f.Unknown, AccountNo: f.AccountNo,
		Identity: inquiry.Identity{Level: count("identity.level", f.IDLevel), Method: inquiry.IDMethod(f.IDMethod), Items: typed[inquiry.IDItem](f.IDItems),
			Result: inquiry.IDResult(f.IDResult), FailedAttempts: count("identity.failed_attempts", f.IDFailed)},
		LockAsked: f.Lock, NoticedAt: at("noticed_at", f.NoticedAt), NoticedBy: inquiry.Noticed(f.NoticedBy),
		Category: inquiry.Category(f.Category), WhatHappened: unixLines(f.WhatHappened),
		CustomerActed: inquiry.Answer(f.Acted), ActedDetail: f.ActedDetail,
		Phishing: inquiry.Phishing{Received: inquiry.Answer(f.PhishReceived), Clicked: inquiry.Answer(f.PhishClicked),
			Entered: typed[inquiry.Entered](f.PhishEntered), URL: f.PhishURL, Sender: f.PhishSender, At: at("phishing.at", f.PhishAt)},
		Devices: f.devices(), MFA: inquiry.MFA(f.MFA), PasswordReuse: inquiry.Answer(f.Reuse), OtherFirms: lines(f.OtherFirms),
		LinkedBank: f.LinkedBank, LinkedCard: f.LinkedCard, LinkedMail: f.LinkedMail, Guidance: typed[inquiry.Guidance](f.Guidance),
		Contact: inquiry.ContactPref{By: inquiry.ContactBy(f.ContactBy), Time: f.ContactTime, Proxy: f.ContactProxy, Hearing: f.Hearing, Note: f.ContactNote},
		Promise: unixLines(f.Promise), NextContactDue: at("next_contact_due", f.NextDue), Urgency: inquiry.Urgency(f.Urgency),
		RecordingRef: f.Recording, Language: inquiry.Language(f.Language),
	}
	if len(wrong) > 0 {
		return out, fault.Form(wrong)
	}
	return out, nil
}

// devices drops rows in which nothing was said.
func (f deskForm) devices() (out []inquiry.Device) {
	cell := func(list []string, i int) string {
		if i < len(list) {
			return list[i]
		}
		return ""
	}
	for i := range f.DevKind {
		d := inquiry.Device{
			Kind: inquiry.DeviceKind(f.DevKind[i]), OS: cell(f.DevOS, i), Browser: cell(f.DevBrowser, i), Security: cell(f.DevSecurity, i),
			SavedPasswords: inquiry.Answer(cell(f.DevSaved, i)), RemoteSupport: inquiry.Answer(cell(f.DevRemote, i)),
		}
		if d != (inquiry.Device{}) {
			out = append(out, d)
		}
	}
	return out
}

// number reads a whole number; a field that was left empty is 0.
func number(s string) (int64, error) {
	if s = strings.TrimSpace(s); s == "" {
		return 0, nil
	}
	return strconv.ParseInt(s, 10, 32)
}

// unixLines ends lines as scripts send them: a submitted form ends them with CR LF, and the same
// text must be the same draft.
func unixLines(s string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}

func typed[T ~string](list []string) (out []T) {
	for _, s := range list {
		out = append(out, T(s))
	}
	return out
}

// lines splits a list that people type with commas or line ends.
func lines(s string) (out []string) {
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("\n\r,、，", r) }) {
		if p := strings.TrimSpace(part); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// tokyo reads the value of a datetime-local field, which has no zone: the firm's.
func tokyo(s string) (db.Instant, error) {
	if s == "" {
		return 0, nil
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, words.Tokyo); err == nil && t.Year() > 1900 && t.Year() < 2200 {
			return db.At(t), nil
		}
	}
	return 0, fmt.Errorf("%q is not a time", s)
}
