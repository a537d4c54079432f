// Package sweep keeps the impact sweep 影響調査 of an incident as a record (operations.md 3.15, 8):
// the indicators, each round with what it was asked and what it found, the verdicts that people
// gave, what the logs did not cover, and the cases that were made of confirmed hits.
package sweep

import (
	"strings"

	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/score"
	"tasuke/internal/db"
)

// Sweep is the record of one incident.
type Sweep struct {
	ID         string     `db:"id"`
	No         string     `db:"no"` // SWP-2026-0001
	IncidentID string     `db:"incident_id"`
	State      State      `db:"state"`
	StateSince db.Instant `db:"state_since"`
	// Round is the number of the last round that was started, Answered that of the last one with an
	// answer; 0 before the first.
	Round         int64      `db:"round"`
	Answered      int64      `db:"answered"`
	ConcludedBy   string     `db:"concluded_by"`
	ConcludedName string     `db:"concluded_name"`
	ConcludedAt   db.Instant `db:"concluded_at"`
	OpenedBy      string     `db:"opened_by"`
	OpenedName    string     `db:"opened_name"`
	OpenedAt      db.Instant `db:"opened_at"`
	Rev           int64      `db:"rev"`
	// GuardRev is raised by everything a guard looks at; it is never shown.
	GuardRev int64 `db:"guard_rev"`
}

// Source is who named an indicator (operations.md 3.4).
type Source string

// Sources lists every source in the order screens show them.
var Sources = []Source{"own", "isac", "bank", "police", "jsda", "member_firm", "vendor", "osint"}

// vouches reports whether an indicator of this source counts as one a peer or the police stands for.
func (s Source) vouches() bool { return s != "own" && s != "vendor" && s != "osint" }

// TLP says to whom an indicator may be passed on (Traffic Light Protocol 2.0).
type TLP string

// TLPs lists every colour, the freest first. A colour is only ever raised.
var TLPs = []TLP{"clear", "green", "amber", "amber_strict", "red"}

// Indicator is one value the attack can be known by.
type Indicator struct {
	ID      string         `db:"id"`
	SweepID string         `db:"sweep_id"`
	Kind    indicator.Kind `db:"kind"`
	// Shown is what screens may show without a purpose: the value, or its mask when it is personal data.
	Shown      string     `db:"shown"`
	Source     Source     `db:"source"`
	TLP        TLP        `db:"tlp"`
	Confidence int64      `db:"confidence"` // 0 to 100
	ValidUntil db.Instant `db:"valid_until"`
	Status     Status     `db:"status"`
	BenignBy   string     `db:"benign_by"`
	BenignName string     `db:"benign_name"`
	Overridden bool       `db:"overridden"`
	AddedBy    string     `db:"added_by"`
	AddedName  string     `db:"added_name"`
	AddedAt    db.Instant `db:"added_at"`
	Rev        int64      `db:"rev"`
	Note       string     `db:"-"`
	Erased     bool       `db:"-"`
}

// Personal reports whether values of this kind are personal data.
func Personal(k indicator.Kind) bool {
	return k == indicator.Account || k == indicator.Mail || k == indicator.Destination
}

// Kinds lists every kind of indicator in the order screens show them.
var Kinds = []indicator.Kind{indicator.IP, indicator.Network, indicator.Account, indicator.Destination, indicator.Mail, indicator.Domain, indicator.URL, indicator.Device}

// Stage is where a round stands.
type Stage string

// The stages of a round.
const (
	RoundRunning  Stage = "running"
	RoundBroken   Stage = "failed"
	RoundComplete Stage = "answered"
)

// Stages lists every stage.
var Stages = []Stage{RoundRunning, RoundBroken, RoundComplete}

// Round is one round of questions. What it was asked is frozen when it starts, what it found when
// it is answered.
type Round struct {
	ID           string     `db:"id"`
	SweepID      string     `db:"sweep_id"`
	N            int64      `db:"n"`
	Stage        Stage      `db:"stage"`
	AttackAt     db.Instant `db:"attack_at"` // when the attack began, as it was stated
	LookbackDays int64      `db:"lookback_days"`
	Since        db.Instant `db:"since"` // AttackAt less the look-back: sightings count from then
	Model        string     `db:"model"`
	Attempt      int64      `db:"attempt"`
	EffectID     string     `db:"effect_id"`
	Problem      string     `db:"problem"` // a message key, of the last attempt that failed
	StartedBy    string     `db:"started_by"`
	StartedName  string     `db:"started_name"`
	StartedAt    db.Instant `db:"started_at"`
	AnsweredAt   db.Instant `db:"answered_at"`
	Coverage     coverages  `db:"coverage"`
	Manifest     string     `db:"manifest"`
	Segments     int64      `db:"segments"`
	RowsHeld     int64      `db:"rows_held"`
	SignedBy     string     `db:"signed_by"`
	SignedName   string     `db:"signed_name"`
	SignedAt     db.Instant `db:"signed_at"`
	SignedDigest string     `db:"signed_digest"`
	Remark       string     `db:"-"`
}

// Measured is an indicator as one round saw it.
type Measured struct {
	Indicator
	Vouched    bool   `db:"vouched"`
	Override   bool   `db:"asked_over"` // it was asked for although it is common
	Pivot      string `db:"pivot"`      // empty until the round is answered
	Baseline   int64  `db:"baseline"`   // customers on the days before the attack
	Attack     int64  `db:"attack"`     // customers since
	Cap        int64  `db:"cap"`        // of the baseline: above it a value says nothing
	Suppressed bool   `db:"suppressed"`
	Unheld     bool   `db:"unheld"` // the logs hold no such values
}

// Delta is how a hit stands to the round before.
type Delta string

// The deltas of a hit. That one is gone is seen in the round before.
const (
	NewHit     Delta = "new"
	SameHit    Delta = "same"
	ChangedHit Delta = "changed"
)

// Hit is a customer whom a round found 影響口座.
type Hit struct {
	ID          string        `db:"id"`
	SweepID     string        `db:"sweep_id"`
	RoundID     string        `db:"round_id"`
	CustomerRef string        `db:"customer_ref"` // the firm's number
	CustomerID  string        `db:"customer_id"`  // empty when the number is not in the register
	Score       int64         `db:"score"`
	Proposed    score.Verdict `db:"proposed"`
	Hard        bool          `db:"hard"`
	Classes     Words         `db:"classes"`
	Events      int64         `db:"events"`
	FirstAt     db.Instant    `db:"first_at"`
	LastAt      db.Instant    `db:"last_at"`
	Delta       Delta         `db:"delta"`
	Due         bool          `db:"due"`
	Reshown     bool          `db:"reshown"`
	CarriedFrom string        `db:"carried_from"`
	Verdict     Verdict       `db:"verdict"`
	Reason      Clearing      `db:"reason"`
	VerdictBy   string        `db:"verdict_by"`
	VerdictName string        `db:"verdict_name"`
	VerdictAt   db.Instant    `db:"verdict_at"`
	Rev         int64         `db:"rev"`
	// CaseID is the case that was made of this customer's hit; empty while there is none.
	CaseID string `db:"case_id"`
	CaseNo string `db:"case_no"`
}

// Registered reports whether the customer is in the register. Others stay listed and cannot become
// a case.
func (h Hit) Registered() bool { return h.CustomerID != "" }

// Said is one line of the history of a hit's verdict.
type Said struct {
	ID        string     `db:"id"`
	HitID     string     `db:"hit_id"`
	At        db.Instant `db:"at"`
	ActorID   string     `db:"actor_id"`
	ActorName string     `db:"actor_name"`
	Event     Judgement  `db:"event"`
	Verdict   Verdict    `db:"verdict"`
	Reason    Clearing   `db:"reason"`
	Stated    bool       `db:"stated"`
	Comment   string     `db:"-"`
	Erased    bool       `db:"-"`
}

// Line is one line of the history of a sweep or of one of its indicators.
type Line struct {
	ID          string     `db:"id"`
	SweepID     string     `db:"sweep_id"`
	IndicatorID string     `db:"indicator_id"`
	Round       int64      `db:"round"`
	At          db.Instant `db:"at"`
	ActorID     string     `db:"actor_id"`
	ActorName   string     `db:"actor_name"`
	Event       string     `db:"event"` // an Event or a Change
	From        string     `db:"from_state"`
	To          string     `db:"to_state"`
	Args        db.Args    `db:"args"`
	Comment     string     `db:"-"`
	Erased      bool       `db:"-"`
}

// Detail is why a hit was found: the reasons, the rows that matched and what the customer usually
// uses. It is sealed.
type Detail struct {
	Reasons []Reason `json:"reasons"`
	Rows    []Shown  `json:"rows"`
	Usual   []Usual  `json:"usual"`
}

// Reason is why a value counts or not, the weightiest first.
type Reason struct {
	Pivot string `json:"pivot"`
	// IndicatorID is the indicator whose value it is; empty for what the customer's acts say.
	IndicatorID string         `json:"indicator_id,omitempty"`
	Key         string         `json:"key"` // a message key "sweep.reason.*"
	Args        map[string]int `json:"args"`
	Points      int            `json:"points"`
	Used        bool           `json:"used"`
}

// Shown is a row of a log as evidence, with the place it stands at.
type Shown struct {
	At       db.Instant    `json:"at"`
	Kind     rollup.Kind   `json:"kind"`
	Source   string        `json:"source"`
	Segment  rollup.Digest `json:"segment"`
	Line     int           `json:"line"`
	Result   string        `json:"result,omitempty"`
	Channel  string        `json:"channel,omitempty"`
	IP       string        `json:"ip,omitempty"`
	Device   string        `json:"device,omitempty"`
	Agent    string        `json:"agent,omitempty"`
	Domain   string        `json:"domain,omitempty"`
	Branch   string        `json:"branch,omitempty"`   // bank and branch money went to
	Contacts string        `json:"contacts,omitempty"` // which contact data the row holds as hashes
	Symbol   string        `json:"symbol,omitempty"`
	Amount   int64         `json:"amount,omitempty"`
	Change   string        `json:"change,omitempty"`
	Ref      string        `json:"ref,omitempty"`
}

// Usual is a value the customer used in the baseline.
type Usual struct {
	Field string     `json:"field"` // ip or device
	Value string     `json:"value"`
	N     int        `json:"n"`
	Last  db.Instant `json:"last"`
}

// Words are codes, stored with commas between them.
type Words []string

// Text is the stored form.
func (w Words) Text() string { return strings.Join(w, ",") }
