package inquiry

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tasuke/internal/db"
)

// Sizes, in characters (runes); a long story belongs in evidence.
const (
	maxLine = 200
	maxNote = 2000
	maxTale = 4000
	maxList = 20
)

// The spans in which a time can be true.
const (
	longestAgo  = 10 * 365 * 24 * time.Hour
	furthestDue = 92 * 24 * time.Hour
)

type faults map[string]string

func (f faults) add(field, key string) {
	if f[field] == "" {
		f[field] = key
	}
}

func (f faults) text(field, s string, limit int) {
	switch {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		f.add(field, "form.not_text")
	case utf8.RuneCountInString(s) > limit:
		f.add(field, "form.too_long")
	}
}

func oneOf[T ~string](f faults, field string, v T, list []T) {
	if v != "" && !slices.Contains(list, v) {
		f.add(field, "form.choice")
	}
}

func someOf[T ~string](f faults, field string, vs, list []T) {
	if len(vs) > len(list) {
		f.add(field, "form.choice")
	}
	for _, v := range vs {
		if v == "" || !slices.Contains(list, v) {
			f.add(field, "form.choice")
		}
	}
}

// CheckDraft gives field → message key for what may not even be kept as a draft: texts too long
// or not text, choices that do not exist. Nothing needs to be filled in yet.
func CheckDraft(form Form) map[string]string {
	f := faults{}
	f.texts(form)
	f.choices(form)
	f.identityRange(form.Identity)
	return f
}

func (f faults) texts(form Form) {
	for field, s := range map[string]string{
		"caller_name": form.CallerName, "callback_phone": form.CallbackPhone, "customer_id": form.CustomerID,
		"account_no": form.AccountNo, "recording_ref": form.RecordingRef, "phishing.sender": form.Phishing.Sender,
		"contact_pref.time": form.Contact.Time, "contact_pref.proxy": form.Contact.Proxy,
	} {
		f.text(field, s, maxLine)
	}
	f.text("phishing.url", form.Phishing.URL, maxNote)
	f.text("what_happened", form.WhatHappened, maxTale)
	f.text("acted_detail", form.ActedDetail, maxNote)
	f.text("promise_text", form.Promise, maxNote)
	f.text("contact_pref.note", form.Contact.Note, maxNote)
	if len(form.OtherFirms) > maxList {
		f.add("other_firms", "form.too_many")
	}
	for _, s := range form.OtherFirms {
		f.text("other_firms", s, maxLine)
	}
	if len(form.Devices) > maxList {
		f.add("devices", "form.too_many")
	}
	for i, d := range form.Devices {
		for _, s := range []string{d.OS, d.Browser, d.Security} {
			f.text(fmt.Sprintf("devices.%d", i), s, maxLine)
		}
	}
}

func (f faults) choices(form Form) {
	oneOf(f, "caller_relation", form.CallerRelation, Relations)
	oneOf(f, "called_fake_number", form.CalledFakeNumber, Answers)
	oneOf(f, "identity.method", form.Identity.Method, IDMethods)
	someOf(f, "identity.items", form.Identity.Items, IDItems)
	oneOf(f, "identity.result", form.Identity.Result, IDResults)
	oneOf(f, "noticed_by", form.NoticedBy, NoticedBys)
	oneOf(f, "category", form.Category, Categories)
	oneOf(f, "customer_acted", form.CustomerActed, Answers)
	oneOf(f, "phishing.received", form.Phishing.Received, Answers)
	oneOf(f, "phishing.clicked", form.Phishing.Clicked, Answers)
	someOf(f, "phishing.entered", form.Phishing.Entered, Entereds)
	oneOf(f, "mfa_state", form.MFA, MFAs)
	oneOf(f, "pw_reuse", form.PasswordReuse, Answers)
	someOf(f, "guidance", form.Guidance, Guidances)
	oneOf(f, "contact_pref.by", form.Contact.By, ContactBys)
	oneOf(f, "urgency", form.Urgency, Urgencies)
	oneOf(f, "language", form.Language, Languages)
	for i, d := range form.Devices {
		field := fmt.Sprintf("devices.%d", i)
		oneOf(f, field, d.Kind, DeviceKinds)
		for _, a := range []Answer{d.Shared, d.SavedPasswords, d.RemoteSupport, d.MalwareAlert} {
			oneOf(f, field, a, Answers)
		}
	}
}

func (f faults) identityRange(id Identity) {
	if id.Level < 0 || id.Level > 3 {
		f.add("identity.level", "form.range")
	}
	if id.FailedAttempts < 0 || id.FailedAttempts > 99 {
		f.add("identity.failed_attempts", "form.range")
	}
}

// Check gives field → message key for what keeps a form from being saved as an inquiry at the
// moment now; an empty map means that it may be. It is CheckDraft and what must be filled in.
func Check(form Form, now db.Instant) map[string]string {
	f := faults(CheckDraft(form))
	if form.Category == "" {
		f.add("category", "inquiry.category.missing")
	}
	if strings.TrimSpace(form.WhatHappened) == "" {
		f.add("what_happened", "inquiry.what_happened.missing")
	}
	f.who(form)
	f.identity(form)
	f.times(form, now)
	return f
}

// who: a customer chosen from the register, an account as said, or "unknown" in so many words.
func (f faults) who(form Form) {
	named := form.CustomerID != "" || strings.TrimSpace(form.AccountNo) != ""
	switch {
	case !named && !form.CustomerUnknown:
		f.add("customer_id", "inquiry.customer.missing")
	case form.CustomerID != "" && form.CustomerUnknown:
		f.add("customer_id", "inquiry.customer.both")
	case form.LockAsked && !named:
		f.add("lock_asked", "inquiry.lock.whose")
	}
}

// identity: level 1 needs a name and an account number or birth date, level 2 and 3 a passed
// check, level 3 three items of which the thief cannot see one. A lock needs level 1, except
// from a bank or the police, who speak for somebody else.
func (f faults) identity(form Form) {
	id := form.Identity
	has := func(i IDItem) bool { return slices.Contains(id.Items, i) }
	weak := has(ItemNameKana) && (has(ItemAccount) || has(ItemBirthDate))
	dynamic := slices.ContainsFunc(dynamicItems, has)
	switch {
	case id.Level >= 1 && !weak:
		f.add("identity.items", "inquiry.idv.weak_items")
	case id.Level >= 2 && id.Result != IDPassed:
		f.add("identity.result", "inquiry.idv.not_passed")
	case id.Level == 3 && (len(id.Items) < 3 || !dynamic):
		f.add("identity.items", "inquiry.idv.strong_items")
	case id.Level >= 1 && id.Result == IDFailed:
		f.add("identity.level", "inquiry.idv.failed")
	}
	official := form.CallerRelation == Institution || form.CallerRelation == PoliceForce
	if form.LockAsked && id.Level == 0 && !official {
		f.add("lock_asked", "inquiry.lock.identify")
	}
}

func (f faults) times(form Form, now db.Instant) {
	for field, at := range map[string]db.Instant{"noticed_at": form.NoticedAt, "phishing.at": form.Phishing.At} {
		switch {
		case at.IsZero():
		case at > now:
			f.add(field, "form.future")
		case at < now.Add(-longestAgo):
			f.add(field, "inquiry.time.long_ago")
		}
	}
	switch due := form.NextContactDue; {
	case due.IsZero() && strings.TrimSpace(form.Promise) != "":
		f.add("next_contact_due", "inquiry.promise.no_due")
	case due.IsZero():
	case due <= now:
		f.add("next_contact_due", "inquiry.promise.past")
	case due > now.Add(furthestDue):
		f.add("next_contact_due", "inquiry.promise.far")
	}
}
