// Package isac keeps what the firm tells others about an attack (情報共有, operations.md 3.9 and 4):
// the four things a share says — where the attack came from, how, what for, and what helped — with
// the values it can be known by, the eyes that looked at it, and a frozen copy of each version as a
// STIX bundle and as a sheet for people. No share holds customers' data: the guard of
// cases/customer/leak looks before a version is frozen, and again right before it leaves.
package isac

import (
	"slices"

	"tasuke/contacts/isac/stix"
	"tasuke/internal/db"
)

// Channel is whom the firm tells.
type Channel string

// The channels.
const (
	FISAC  Channel = "f_isac" // 金融ISACポータル
	JSDA   Channel = "jsda"   // 日本証券業協会の会員連絡
	JPCERT Channel = "jpcert" // JPCERT/CC
	Police Channel = "police" // 警察
	Peer   Channel = "peer"   // 個社
)

// Channels lists every channel in the order screens show them.
var Channels = []Channel{FISAC, JSDA, JPCERT, Police, Peer}

// named are the channels on which a share goes to people the firm knows: TLP:RED is for their eyes
// only, and a portal is read by a whole community.
var named = []Channel{Police, Peer}

// Method is the way a share left.
type Method string

// The methods. Mail is the program's; a portal is filled in by a person.
const (
	ByMail   Method = "mail"
	ByPortal Method = "portal"
)

// Share is one share, without what is sealed. A moment of zero means "not yet".
type Share struct {
	ID         string     `db:"id"`
	No         string     `db:"no"` // SHR-2026-0001
	IncidentID string     `db:"incident_id"`
	TLP        stix.TLP   `db:"tlp"`
	Channel    Channel    `db:"channel"`
	State      State      `db:"state"`
	StateSince db.Instant `db:"state_since"`
	Digest     string     `db:"digest"` // of the content
	// Version is the newest frozen version, 0 before the first. BundleSHA256 is empty while none
	// stands: any edit takes it away.
	Version        int64      `db:"version"`
	BundleSHA256   string     `db:"bundle_sha256"`
	SanitisedBy    string     `db:"sanitised_by"`
	SanitisedName  string     `db:"sanitised_name"`
	SanitisedAt    db.Instant `db:"sanitised_at"`
	ApprovedBy     string     `db:"approved_by"`
	ApprovedName   string     `db:"approved_name"`
	ApprovedAt     db.Instant `db:"approved_at"`
	ApprovalDigest string     `db:"approval_digest"` // of content, bundle, sheet and address
	MailID         string     `db:"mail_id"`
	Sendings       int64      `db:"sendings"`
	SentAt         db.Instant `db:"sent_at"`
	Method         Method     `db:"method"`
	Reference      string     `db:"reference"` // the number the portal gave
	OpenedBy       string     `db:"opened_by"`
	OpenedName     string     `db:"opened_name"`
	OpenedAt       db.Instant `db:"opened_at"`
	Rev            int64      `db:"rev"`
}

// Ref names a share to other rooms.
func Ref(id string) string { return "share:" + id }

// Version is one frozen version, without its bytes.
type Version struct {
	ID           string     `db:"id"`
	Version      int64      `db:"version"`
	Digest       string     `db:"digest"` // of the content
	BundleSHA256 string     `db:"bundle_sha256"`
	BundleSize   int64      `db:"bundle_size"` // bytes
	PDFSHA256    string     `db:"pdf_sha256"`
	PDFSize      int64      `db:"pdf_size"`
	MadeBy       string     `db:"made_by"`
	MadeName     string     `db:"made_name"`
	MadeAt       db.Instant `db:"made_at"`
}

// Args are codes and numbers by name; they hold no personal data.
type Args = db.Args

// Line is one line of a share's history.
type Line struct {
	ID        string     `db:"id"`
	Version   int64      `db:"version"`
	At        db.Instant `db:"at"`
	ActorID   string     `db:"actor_id"`
	ActorName string     `db:"actor_name"`
	Event     Event      `db:"event"`
	From      State      `db:"from_state"`
	To        State      `db:"to_state"`
	Args      Args       `db:"args"`
	Comment   string     `db:"-"`
	Erased    bool       `db:"-"`
}

func known[T comparable](all []T, v T) bool { return slices.Contains(all, v) }
