// Package stix writes and reads what firms share about an attack: STIX 2.1 bundles of indicators,
// marked with TLP 2.0 (FIRST, August 2022) by the marking definitions OASIS published for it. It is
// pure; what may be shared, and with whom, is decided elsewhere.
//
// The same input gives the same bytes: ids are UUIDv5 of the content (of cyber observables as STIX
// 2.1 section 2.9 asks, of everything else in a namespace of our own), and JSON is canonical
// (RFC 8785). So a share that is sent again after a crash is the same share, and what was approved
// can be compared by its hash.
package stix

import (
	"time"
)

// Kind is what an indicator is a value of.
type Kind string

// The kinds. A device is the firm's fingerprint of a browser or telephone; STIX has no object for
// it, so that it travels as our own (docs/stix.md).
const (
	IP     Kind = "ip"
	Domain Kind = "domain"
	URL    Kind = "url"
	Mail   Kind = "mail"
	Device Kind = "device"
)

// Kinds lists all of them.
var Kinds = []Kind{IP, Domain, URL, Mail, Device}

// TLP is a label of the Traffic Light Protocol 2.0, which says how far a share may travel.
type TLP string

// The labels, the widest first.
const (
	Clear       TLP = "TLP:CLEAR"
	Green       TLP = "TLP:GREEN"
	Amber       TLP = "TLP:AMBER"
	AmberStrict TLP = "TLP:AMBER+STRICT"
	Red         TLP = "TLP:RED"
)

// TLPs lists the labels, the widest first: a later one is stricter.
var TLPs = []TLP{Clear, Green, Amber, AmberStrict, Red}

// Indicator is one value that tells of the attack.
type Indicator struct {
	Kind  Kind
	Value string
	Name  string // empty: the value
	Note  string // what it was used for
	// From and Until say when the value told of the attack; Until may be zero: no end is known.
	From, Until time.Time
	Confidence  int // 確度, 0 to 100
	// Seen is how often the value was met; with 0 nothing observed is shared.
	Seen                int
	FirstSeen, LastSeen time.Time
}

// Share is what one firm tells others.
type Share struct {
	ID       string // of the share in our records; makes the ids of the bundle
	Firm     string // name of the firm that shares
	Contact  string // how to reach it, may be empty
	Title    string
	Text     string // what happened, in words: 手口, 目的, 対策と効果
	Language string // "ja" or "en"
	TLP      TLP
	Created  time.Time // when the share was begun
	Modified time.Time // when it was last changed
	// Published is when it was approved. Until then the bundle holds a grouping, afterwards a report.
	Published  time.Time
	Indicators []Indicator
}
