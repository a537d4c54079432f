package incident

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"tasuke/internal/db"
)

// The number ledger (件数断面): what a firm says about how many is a snapshot with a moment, a unit and
// a stage for each number, counted by the rooms and by nobody's hand (operations.md 0.5, 3.1).

// CountUnit is what is counted; accounts and persons are never the same number (operations.md 0.6).
type CountUnit string

// The units.
const (
	CountAccounts    CountUnit = "accounts"            // 口座
	CountPersons     CountUnit = "persons"             // 人
	CountAccess      CountUnit = "unauthorised_access" // 不正アクセス 件
	CountTrades      CountUnit = "fraudulent_trades"   // 不正取引 件
	CountWithdrawals CountUnit = "withdrawals"         // 不正出金 件
	CountYen         CountUnit = "yen"                 // 円: what was lost, and of the last stage what was agreed
)

// CountUnits lists every unit in the order screens show them.
var CountUnits = []CountUnit{CountAccounts, CountPersons, CountAccess, CountTrades, CountWithdrawals, CountYen}

// CountStage is how sure a number is.
type CountStage string

// The stages.
const (
	CountClaimed     CountStage = "claimed"     // 申出
	CountSuspected   CountStage = "suspected"   // 疑い
	CountConfirmed   CountStage = "confirmed"   // 確認済み
	CountExcluded    CountStage = "excluded"    // 被害なしと確認
	CountCompensated CountStage = "compensated" // 補償合意: agreed with the customer, which is not yet paid
)

// CountStages lists every stage in the order screens show them.
var CountStages = []CountStage{CountClaimed, CountSuspected, CountConfirmed, CountExcluded, CountCompensated}

// Figure is a number that a room counts. Count reads in the caller's transaction.
type Figure struct {
	Unit   CountUnit
	Stage  CountStage
	Source string // the room, as a word of the catalogue: counts.source.<it>
	Count  func(ctx context.Context, tx *db.Tx, incidentID string) (int64, error)
}

// Typed is a number that no room counts yet, as a person states it.
type Typed struct {
	Unit   CountUnit
	Stage  CountStage
	N      int64
	Reason string // where it comes from; sealed
}

// CountKey names a number: its unit and its stage.
type CountKey struct {
	Unit  CountUnit
	Stage CountStage
}

// String is the key as it is stored and as forms carry it: accounts.confirmed.
func (k CountKey) String() string { return string(k.Unit) + "." + string(k.Stage) }

// ParseCountKey reads String's form; false for anything else.
func ParseCountKey(s string) (CountKey, bool) {
	unit, stage, _ := strings.Cut(s, ".")
	k := CountKey{CountUnit(unit), CountStage(stage)}
	return k, slices.Contains(CountUnits, k.Unit) && slices.Contains(CountStages, k.Stage)
}

// Count is one number, of a snapshot or as it would be counted now.
type Count struct {
	Unit      CountUnit  `db:"unit" json:"unit"`
	Stage     CountStage `db:"stage" json:"stage"`
	N         int64      `db:"n" json:"n"`
	Source    string     `db:"source" json:"source"`
	TypedBy   string     `db:"typed_by" json:"typed_by,omitempty"` // account id; empty for what a room counted
	TypedName string     `db:"typed_name" json:"-"`
	Reason    string     `db:"-" json:"reason,omitempty"`
	Erased    bool       `db:"-" json:"-"` // the key of the reason was destroyed
}

// Key names the number.
func (c Count) Key() CountKey { return CountKey{c.Unit, c.Stage} }

// Snapshot is every number of an incident at one moment 件数断面. It never changes.
type Snapshot struct {
	ID         string     `db:"id"`
	IncidentID string     `db:"incident_id"`
	No         int64      `db:"no"` // 1, 2, ... within the incident
	AsOf       db.Instant `db:"as_of"`
	TakenBy    string     `db:"taken_by"`
	TakenName  string     `db:"taken_name"`
	Digest     string     `db:"digest"` // sha256 over the moment and every line, in hex
	Counts     []Count    `db:"-"`
	// Published is where it was published, the oldest first.
	Published []Publication `db:"-"`
}

// Publication says that numbers of a snapshot stand in a published document.
type Publication struct {
	SnapshotID string     `db:"snapshot_id"`
	Ref        string     `db:"ref"` // "disclosure:<id>"
	No         string     `db:"no"`  // of the document
	Figures    string     `db:"figures"`
	At         db.Instant `db:"at"`
}

// Keys are the numbers that stand in the document.
func (p Publication) Keys() (out []CountKey) {
	for s := range strings.SplitSeq(p.Figures, ",") {
		if k, ok := ParseCountKey(s); ok {
			out = append(out, k)
		}
	}
	return out
}

// Count gives a number of the snapshot; false when it has none for the key.
func (s Snapshot) Count(k CountKey) (Count, bool) {
	i := slices.IndexFunc(s.Counts, func(c Count) bool { return c.Key() == k })
	if i < 0 {
		return Count{}, false
	}
	return s.Counts[i], true
}

// sum is the digest of a snapshot's moment and lines, in the order of units and stages.
func (s Snapshot) sum() string {
	b, err := json.Marshal(struct {
		Incident string     `json:"incident"`
		AsOf     db.Instant `json:"as_of"`
		Counts   []Count    `json:"counts"`
	}{s.IncidentID, s.AsOf, s.Counts})
	if err != nil { // texts and numbers always have a JSON form
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// ordered puts numbers in the order in which screens and documents show them.
func ordered(all []Count) []Count {
	slices.SortFunc(all, func(a, b Count) int {
		if d := slices.Index(CountUnits, a.Unit) - slices.Index(CountUnits, b.Unit); d != 0 {
			return d
		}
		return slices.Index(CountStages, a.Stage) - slices.Index(CountStages, b.Stage)
	})
	return all
}
