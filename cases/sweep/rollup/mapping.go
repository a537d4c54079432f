package rollup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"tasuke/internal/fault"
	"tasuke/internal/text"
)

// Format is how rows lie in a file.
type Format string

// The formats.
const (
	CSV    Format = "csv"
	NDJSON Format = "ndjson" // one JSON object in a line
)

// Names are the headers or JSON paths (user.id) a field may have; in YAML one or a list.
type Names []string

// UnmarshalYAML reads one name or a list.
func (n *Names) UnmarshalYAML(b []byte) error {
	var one string
	if err := yaml.Unmarshal(b, &one); err == nil {
		*n = Names{one}
		return nil
	}
	var many []string
	if err := yaml.Unmarshal(b, &many); err != nil {
		return fmt.Errorf("one name or a list of names: %w", err)
	}
	*n = many
	return nil
}

// Mapping says how the log of one source is to be read.
type Mapping struct {
	Format   Format `yaml:"format"`
	Encoding string `yaml:"encoding"` // utf-8 or cp932
	Comma    string `yaml:"comma"`
	// Zone is that of times that name none. Times are layouts as Go writes them, or rfc3339, unix
	// (seconds), unix_ms.
	Zone  string `yaml:"zone"`
	Times Names  `yaml:"times"`
	// Quiet is the longest time without an event that is usual; a longer one is a gap.
	Quiet string `yaml:"quiet"`
	// Kind is the kind of all rows, when there is no column for it. Kinds and Results say what the
	// source calls them.
	Kind    Kind             `yaml:"kind"`
	Kinds   map[Kind]Names   `yaml:"kinds"`
	Results map[string]Names `yaml:"results"`
	Columns map[string]Names `yaml:"columns"`

	zone  *time.Location
	quiet time.Duration
	kinds map[string]Kind
	oks   map[string]string
}

// DefaultMapping knows usual Japanese and English headers.
func DefaultMapping() Mapping {
	return Mapping{
		Format: CSV, Encoding: "utf-8", Comma: ",", Zone: "Asia/Tokyo", Quiet: "12h",
		Times: Names{"rfc3339", "2006-01-02 15:04:05", "2006/01/02 15:04:05", "2006-01-02T15:04:05", "2006/1/2 15:04:05", "2006/1/2 15:04"},
		Kinds: map[Kind]Names{
			Login: {"ログイン"}, Order: {"注文"}, Execution: {"約定"}, Withdrawal: {"出金"},
			DestinationChange: {"出金先変更", "出金先口座変更"}, ProfileChange: {"登録情報変更", "属性変更"},
		},
		Columns: map[string]Names{
			"at": {"日時", "発生日時", "timestamp", "time", "at"}, "kind": {"種別", "イベント", "event", "kind", "type"},
			"customer": {"顧客番号", "顧客コード", "customer_no", "customer_id", "customer"}, "account": {"口座番号", "account_no", "account"},
			"result": {"結果", "result"}, "channel": {"チャネル", "channel"}, "ip": {"IPアドレス", "接続元", "ip", "ip_address", "src_ip"},
			"device": {"端末ID", "device_id", "device"}, "session": {"セッション", "session_id", "session"}, "agent": {"user_agent", "ua"},
			"referrer": {"referer", "referrer", "遷移元"}, "destination": {"出金先口座", "destination"}, "bank": {"銀行コード", "bank"},
			"branch": {"支店コード", "branch"}, "number": {"出金先番号", "destination_no"}, "mail": {"新メール", "mail", "email"},
			"phone": {"新電話番号", "phone"}, "symbol": {"銘柄コード", "symbol"}, "side": {"売買", "side"}, "quantity": {"数量", "quantity", "qty"},
			"amount": {"金額", "amount"}, "change": {"変更項目", "change"}, "ref": {"イベントID", "event_id", "ref"},
		},
	}
}

// ReadMapping reads a mapping file (YAML). What it does not name keeps its default. It fails with
// fault.Invalid "sweep.mapping.*".
func ReadMapping(b []byte) (Mapping, error) {
	m, usual := DefaultMapping(), DefaultMapping()
	m.Columns, m.Kinds = map[string]Names{}, map[Kind]Names{}
	if len(bytes.TrimSpace(b)) > 0 {
		if err := yaml.UnmarshalWithOptions(b, &m, yaml.DisallowUnknownField()); err != nil {
			return Mapping{}, fault.Wrap(fault.Invalid, "sweep.mapping.invalid", nil, err)
		}
	}
	for field, names := range m.Columns {
		if _, ok := usual.Columns[field]; !ok {
			return Mapping{}, fault.New(fault.Invalid, "sweep.mapping.column", map[string]any{"Column": field})
		}
		usual.Columns[field] = names
	}
	for kind, names := range m.Kinds {
		usual.Kinds[kind] = names
	}
	m.Columns, m.Kinds = usual.Columns, usual.Kinds
	return m, m.check()
}

// check completes the mapping.
func (m *Mapping) check() (err error) {
	if m.Format != CSV && m.Format != NDJSON || m.Encoding != "utf-8" && m.Encoding != "cp932" {
		return fault.New(fault.Invalid, "sweep.mapping.format", nil)
	}
	if c := []rune(m.Comma); len(c) != 1 || c[0] >= 0x80 || strings.ContainsAny(m.Comma, "\"\r\n\x00") {
		return fault.New(fault.Invalid, "sweep.mapping.comma", nil)
	}
	if m.zone, err = time.LoadLocation(m.Zone); err != nil {
		return fault.Wrap(fault.Invalid, "sweep.mapping.zone", nil, err)
	}
	if m.quiet, err = time.ParseDuration(m.Quiet); err != nil || m.quiet < time.Hour {
		return fault.New(fault.Invalid, "sweep.mapping.quiet", nil)
	}
	if len(m.Times) == 0 {
		return fault.New(fault.Invalid, "sweep.mapping.times", nil)
	}
	return m.checkKinds()
}

func (m *Mapping) checkKinds() error {
	if m.Kind != "" && !slices.Contains(Kinds, m.Kind) {
		return fault.New(fault.Invalid, "sweep.mapping.kind", map[string]any{"Kind": string(m.Kind)})
	}
	m.kinds, m.oks = map[string]Kind{}, map[string]string{}
	for _, k := range Kinds {
		m.kinds[plain(string(k))] = k
	}
	for k, names := range m.Kinds {
		if !slices.Contains(Kinds, k) {
			return fault.New(fault.Invalid, "sweep.mapping.kind", map[string]any{"Kind": string(k)})
		}
		for _, n := range names {
			m.kinds[plain(n)] = k
		}
	}
	for ours, names := range m.Results {
		for _, n := range names {
			m.oks[plain(n)] = ours
		}
	}
	return nil
}

// digest tells two mappings apart that would make other events of the same rows.
func (m Mapping) digest() (Digest, error) {
	m.Quiet = ""
	b, err := json.Marshal(m) // maps in the order of their keys
	if err != nil {
		return "", fmt.Errorf("hash a mapping: %w", err)
	}
	sum := sha256.Sum256(b)
	return Digest(hex.EncodeToString(sum[:])), nil
}

// plain is a header or word without regard to width, case and spaces.
func plain(s string) string { return strings.Join(strings.Fields(text.Fold(s)), "") }
