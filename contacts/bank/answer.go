package bank

// Answer is what a bank said (operations.md 3.7).
type Answer string

// The answers.
const (
	Accepted      Answer = "accepted"        // 受付・対応中
	WasFrozen     Answer = "frozen"          // 凍結
	AlreadyEmpty  Answer = "already_empty"   // 払戻し済み
	FundsReturned Answer = "returned"        // 組戻し・返還
	WasRefused    Answer = "refused"         // 謝絶
	NoSuchAccount Answer = "no_such_account" // 口座なし
	NameMismatch  Answer = "name_mismatch"   // 名義相違
	NeedsPolice   Answer = "needs_police"    // 警察からの要請が必要
	NeedsDoc      Answer = "needs_doc"       // 書類の追加が必要
	NeedsConsent  Answer = "needs_consent"   // 受取人の同意が必要 (組戻し)
)

// Answers lists every answer in the order screens show them.
var Answers = []Answer{
	Accepted, WasFrozen, AlreadyEmpty, FundsReturned, WasRefused, NoSuchAccount, NameMismatch, NeedsPolice, NeedsDoc, NeedsConsent,
}

// events is what each answer does to a request.
var events = map[Answer]Event{
	Accepted: TakenUp, WasFrozen: Froze, AlreadyEmpty: FoundEmpty, FundsReturned: GaveBack,
	WasRefused: Refusal, NoSuchAccount: Refusal, NameMismatch: Refusal,
	NeedsPolice: MoreAsked, NeedsDoc: MoreAsked, NeedsConsent: MoreAsked,
}

// Amount reports whether the answer comes with an amount of yen.
func (a Answer) Amount() bool { return a == WasFrozen || a == FundsReturned }

// wantsPolice: after these a request is made again only with the reference of the police.
func (a Answer) wantsPolice() bool { return a == WasRefused || a == NeedsPolice }
