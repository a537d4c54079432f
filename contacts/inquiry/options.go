package inquiry

// The choices of the form. Everything but short notes is a choice (operations.md 2.1); each
// value's message key is "inquiry.<choice>.<value>".
type (
	// Relation is who calls.
	Relation string
	// Category is what the contact is about.
	Category string
	// Urgency is how soon somebody has to act.
	Urgency string
	// Language is what the caller speaks.
	Language string
	// Answer is yes, no or not known; "" was not asked.
	Answer string
	// Noticed is what made the caller notice.
	Noticed string
	// IDMethod is how the caller was identified.
	IDMethod string
	// IDItem is one thing the caller was asked for. Passwords, codes and My Number are never asked for.
	IDItem string
	// IDResult is how the identity check ended.
	IDResult string
	// Entered is what was typed into a false site.
	Entered string
	// DeviceKind is a kind of device.
	DeviceKind string
	// MFA is the state of multi-factor sign-in at the time.
	MFA string
	// Guidance is one thing the caller was told.
	Guidance string
	// ContactBy is how the caller wishes to be reached.
	ContactBy string
)

// The categories (operations.md 3.2).
const (
	FraudTrade      Category = "fraud_trade"       // 不正取引
	FraudWithdrawal Category = "fraud_withdrawal"  // 不正出金
	SuspiciousLogin Category = "suspicious_login"  // 不審ログイン
	PhishingSeen    Category = "phishing_received" // フィッシング受信
	CredentialsLost Category = "credentials_given" // 入力してしまった
	CannotLogin     Category = "cannot_login"      // ログイン不能
	AskCompensation Category = "compensation"      // 補償照会
	Complaint       Category = "complaint"         // 苦情
	Press           Category = "press"             // 報道照会
	OtherCategory   Category = "other"
)

// Categories lists the categories in the order screens show them.
var Categories = []Category{
	FraudTrade, FraudWithdrawal, SuspiciousLogin, PhishingSeen, CredentialsLost, CannotLogin,
	AskCompensation, Complaint, Press, OtherCategory,
}

// Fraud says that the category tells of damage or of stolen credentials, so that it may end in
// information alone only by a supervisor's word (3.2).
func (c Category) Fraud() bool {
	switch c {
	case FraudTrade, FraudWithdrawal, SuspiciousLogin, CredentialsLost:
		return true
	}
	return false
}

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	NotSure Answer = "unknown"
)

// The relations that some rule asks for.
const (
	Self        Relation = "self"
	Institution Relation = "financial_institution"
	PoliceForce Relation = "police"
)

// The urgencies.
const (
	Normal    Urgency = "normal"
	Urgent    Urgency = "urgent"
	Immediate Urgency = "immediate"
)

// The languages of callers.
const (
	Japanese Language = "ja"
	English  Language = "en"
)

// The results of an identity check.
const (
	IDPassed  IDResult = "passed"
	IDFailed  IDResult = "failed"
	IDNotDone IDResult = "not_done"
)

// The identity items that some rule asks for.
const (
	ItemNameKana  IDItem = "name_kana"
	ItemBirthDate IDItem = "birth_date"
	ItemAccount   IDItem = "account_no"
)

// The lists of the other choices, in the order screens show them.
var (
	Relations   = []Relation{Self, "agent", "heir", "lawyer", "family", Institution, PoliceForce, "other"}
	Urgencies   = []Urgency{Normal, Urgent, Immediate}
	Languages   = []Language{Japanese, English, "zh", "ko", "other"}
	Answers     = []Answer{Yes, No, NotSure}
	NoticedBys  = []Noticed{"trade_notice", "login_notice", "balance", "cannot_login", "family", "news", "firm", "other"}
	IDMethods   = []IDMethod{"none", "name_account", "name_birth", "full_script", "callback_old_number", "branch_document", "mandate"}
	IDItems     = []IDItem{ItemNameKana, ItemBirthDate, ItemAccount, "address", "old_phone", "opening_year", "branch", "last_statement"}
	IDResults   = []IDResult{IDPassed, IDFailed, IDNotDone}
	Entereds    = []Entered{"login_id", "password", "trading_pin", "otp", "picture_code", "personal", "card"}
	DeviceKinds = []DeviceKind{"pc", "phone", "tablet", "other"}
	MFAs        = []MFA{"none", "optional_off", "otp_mail", "otp_sms", "app", "passkey", "unknown"}
	Guidances   = []Guidance{"password_clean_device", "mail_account", "tell_banks", "police", "keep_evidence", "second_fraud", "never_ask_codes", "do_not_trade"}
	ContactBys  = []ContactBy{"phone", "mail", "letter", "agent", "site_message"}
)

// dynamicItems are those a thief with the account open before him cannot see (2.1, phase 2).
var dynamicItems = []IDItem{"opening_year", "branch", "last_statement"}

// Choice is one choice of the form with its values, for the screen and for the catalogue's test.
type Choice struct {
	Name   string
	Values []string
}

// Key is the message key of one value.
func (c Choice) Key(value string) string { return "inquiry." + c.Name + "." + value }

// Choices lists every choice of an inquiry.
func Choices() []Choice {
	return []Choice{
		choice("channel", Channels), choice("state", States), choice("event", Events), choice("disposition", Dispositions),
		choice("relation", Relations), choice("category", Categories), choice("urgency", Urgencies),
		choice("language", Languages), choice("answer", Answers), choice("noticed_by", NoticedBys),
		choice("idv_method", IDMethods), choice("idv_item", IDItems), choice("idv_result", IDResults),
		choice("entered", Entereds), choice("device", DeviceKinds), choice("mfa", MFAs),
		choice("guidance", Guidances), choice("contact_by", ContactBys), choice("decision", Decisions),
		choice("contact_result", ContactResults), choice("direction", Directions),
	}
}

func choice[T ~string](name string, values []T) Choice {
	out := Choice{Name: name}
	for _, v := range values {
		out.Values = append(out.Values, string(v))
	}
	return out
}
