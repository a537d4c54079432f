// Package customer is the firm's customer register: imported, sealed column by column under a
// key per customer, found by fragments without being opened, shown masked, revealed with a
// purpose and on record, and erased by destroying the key.
//
// # What the search tables give away
//
// customer_blind holds a keyed hash of each whole value, customer_gram keyed hashes of the runs
// of two characters of names and kana and of three digits of telephone and account numbers. Who
// has the database and not the key file can see: which customers share a whole value (one
// telephone number, one birth date, one name); which share a run, and how many runs a customer
// has (about the summed length of the values); and how common each run is. Runs are hashed under
// one key per field, yet frequencies of Japanese family names are public: with the whole table
// somebody patient can guess the common runs (ナカ, 田中, 090) and from them parts of common
// names. Uncommon values stay hidden. Whoever has the key file can test any guess. Runs carry
// no position and no field name. docs/personal-data.md says the same for the firm.
package customer

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"tasuke/internal/db"
	"tasuke/internal/fulltext"
	"tasuke/internal/vault"
)

// Customer is one customer in plain text. It exists in memory only.
type Customer struct {
	ID        string
	Ref       string // 顧客番号, the firm's own key; not sealed
	Name      string
	Kana      string
	BirthDate string // 1980-01-02, or empty
	Phones    []string
	Mail      string
	Address   string
	Accounts  []Account
	Segment   string   // 区分 (個人, 法人, …); not sealed
	Flags     []string // 注意事項 (VIP, 代理人弁護士あり, …)
	// Past lists contact data that was replaced by a later import, the newest first.
	Past       []Past
	ImportedAt db.Instant
	Rev        int64
}

// Account is one securities account of a customer.
type Account struct {
	Number   string
	OpenedOn string // 口座開設日, 2019-05-01, or empty
}

// Past is contact data as it was registered until a moment. Identity is checked against what was
// registered before the incident, because an attacker changes it (operations.md 2.1, phase 2).
type Past struct {
	Until db.Instant `json:"-"`
	Contact
}

// Contact is how a customer is reached.
type Contact struct {
	Phones  []string
	Mail    string
	Address string
}

// Candidate is a customer as screens may show one without a purpose: masked.
type Candidate struct {
	ID            string
	Ref           string
	MaskedName    string
	MaskedKana    string
	MaskedAccount string // the account that matched, else the first
	MaskedPhone   string // the number that matched, else the first
	Segment       string
	Flags         []string
	// Why names the field the fragment was found in: name, kana, birth_date, phone, mail,
	// account or ref. It is empty where nothing was searched.
	Why string
	// Erased customers have nothing left but the id.
	Erased bool
}

// Store keeps the register.
type Store struct {
	d     *db.DB
	v     *vault.Vault
	texts *fulltext.Index
}

// NewStore makes the store; its tables come with the migrations.
func NewStore(d *db.DB, v *vault.Vault) *Store { return &Store{d, v, fulltext.New(v)} }

// subject names the key of a customer in the vault.
func subject(id string) string { return "customer:" + id }

// foldRef is the stored form of a customer number.
func foldRef(s string) string { return strings.TrimSpace(norm.NFKC.String(s)) }
