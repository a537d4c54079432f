// Package notice writes what a firm says about an incident: the notice to one affected customer
// 被害通知 and public notices 公表, from templates with typed blanks (operations.md 6
// G and H), in Japanese and English. It is pure. A notice with an empty blank, a link, words
// that must not be said, or somebody's data cannot be made.
package notice

import (
	"time"
)

// Version names the wording of the templates; it is kept with each notice, so that one can be told
// from another of the same blanks.
const Version = "2026-2"

// Language of a notice.
type Language string

// The languages; the Japanese text is the one that counts.
const (
	Japanese Language = "ja"
	English  Language = "en"
)

// Medium is how a notice reaches the customer.
type Medium string

// The media. A telephone notice is read out from the letter.
const (
	ByMail   Medium = "mail"
	ByLetter Medium = "letter"
	OnSite   Medium = "site"
)

// Event is a kind of thing that was done in the customer's name.
type Event string

// The events; their names are in the templates' words.
const (
	Login       Event = "login"       // 不正ログイン
	Trade       Event = "trade"       // 不正な売買
	Withdrawal  Event = "withdrawal"  // 不正な出金
	Destination Event = "destination" // 出金先口座の変更
	Profile     Event = "profile"     // 登録情報の変更
)

// Fact is one thing that is confirmed to have happened on the customer's account.
type Fact struct {
	At     time.Time
	Event  Event
	Yen    int64  // 0 where no money is concerned
	Detail string // may be empty
}

// Measure is something the firm did.
type Measure struct {
	At   time.Time
	Text string
}

// Desk is whom to ask, by the numbers on the firm's own site.
type Desk struct {
	Name, Phone, Hours string
}

// Victim is the blanks of a notice to one affected customer.
type Victim struct {
	Language  Language
	Medium    Medium
	Firm      string
	No        string // number of the document
	Date      time.Time
	Recipient string // name of the customer
	Facts     []Fact
	Measures  []Measure
	Plan      string    // what happens next
	Next      time.Time // day of the next contact
	Desk      Desk
	Receipt   string // 受付番号 to give when calling
}

// Notice is a text that may be approved. Its hash says which.
type Notice struct {
	Subject, Body string
	Version       string // of the template
	Hash          string // SHA-256 over version, subject and body, in hex
}
