package remedy

import (
	"encoding/csv"
	"slices"
	"strings"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/text"
)

// Columns are the columns of pasted rows, in this order.
var Columns = []string{"kind", "occurred_at", "external_id", "symbol", "side", "qty", "price", "gross_yen", "fee_yen", "tax_yen", "claim", "verdict"}

// needed are the columns that a row cannot do without; the rest may be left off at its end.
const needed = 8

// maxRows bounds one pasting.
const maxRows = 500

// Row is one pasted row: the entry, or what is wrong with it.
type Row struct {
	Number int // of the line in the text, from 1
	Entry  Entry
	Bad    map[string]string // field -> message key
}

// Preview is what a pasted text says, before anything is kept.
type Preview struct {
	Rows     []Row
	Rejected int
	// TooMany says that the text has more rows than are read at once.
	TooMany bool
}

// Good reports whether every row can be kept, and there is one.
func (p Preview) Good() bool { return len(p.Rows) > 0 && p.Rejected == 0 && !p.TooMany }

// said are the words that people and other systems write for a value.
var said = map[string]map[string]string{
	"kind": {"約定": "execution", "処分": "disposal", "処分売り": "disposal", "出金": "withdrawal", "ログイン": "login", "注文": "order", "取消": "cancel",
		"即時入金": "instant_deposit", "移管": "transfer_out", "出庫": "transfer_out", "為替": "fx", "信用新規": "margin_open", "投信売却": "fund_sell",
		"登録変更": "profile_change", "出金先変更": "dest_change", "認証変更": "mfa_change"},
	"side":    {"買": "buy", "買付": "buy", "売": "sell", "売却": "sell", "売付": "sell"},
	"claim":   {"本人": "own", "覚えなし": "not_mine", "不明": "unsure"},
	"verdict": {"不正": "fraud", "本人": "own", "未判定": "undetermined"},
}

// moments are the ways a moment is written; all are of Tokyo.
var moments = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006/01/02 15:04:05", "2006/01/02 15:04", "2006/1/2 15:04:05", "2006/1/2 15:04"}

// Parse reads pasted rows: one transaction a line, columns divided by commas or, as spreadsheets
// copy them, by tabs. A line of headings is passed over. Nothing is guessed: a row that cannot be
// read is named with what is wrong with it.
func Parse(input string, now db.Instant) (p Preview) {
	seen := map[string]bool{}
	n := 0
	for line := range strings.Lines(input) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if len(p.Rows) == maxRows {
			p.TooMany = true
			return p
		}
		cells, ok := split(line)
		if ok && len(p.Rows) == 0 && heading(cells) {
			continue
		}
		row := Row{Number: n, Bad: map[string]string{"row": "remedy.paste.columns"}}
		if ok && len(cells) >= needed && len(cells) <= len(Columns) {
			row = read(cells, now)
			row.Number = n
		}
		if key := string(row.Entry.Kind) + " " + row.Entry.ExternalID; len(row.Bad) == 0 && seen[key] {
			row.Bad = map[string]string{"external_id": "remedy.paste.twice"}
		} else {
			seen[key] = true
		}
		if len(row.Bad) > 0 {
			p.Rejected++
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

func split(line string) ([]string, bool) {
	r := csv.NewReader(strings.NewReader(line))
	if strings.Contains(line, "\t") {
		r.Comma = '\t'
	}
	cells, err := r.Read()
	return cells, err == nil
}

func heading(cells []string) bool {
	first := strings.TrimSpace(text.Fold(cells[0]))
	return slices.Contains([]string{"kind", "種別", "取引種別"}, first)
}

func read(cells []string, now db.Instant) Row {
	at := map[string]string{}
	for i, c := range cells {
		at[Columns[i]] = strings.TrimSpace(c)
	}
	word := func(column string) string {
		w := text.Fold(at[column])
		if code, ok := said[column][w]; ok {
			return code
		}
		return w
	}
	bad := map[string]string{}
	yen := func(column string) int64 {
		n, ok := ParseYen(at[column])
		if !ok {
			bad[column] = "remedy.txn.bad_yen"
		}
		return n
	}
	e := Entry{Kind: Kind(word("kind")), OccurredAt: moment(at["occurred_at"]), ExternalID: at["external_id"], Symbol: at["symbol"], Side: Side(word("side")),
		Qty: at["qty"], Price: at["price"], GrossYen: yen("gross_yen"), FeeYen: yen("fee_yen"), TaxYen: yen("tax_yen"),
		Claim: Claim(word("claim")), Verdict: Verdict(word("verdict"))}.Tidied()
	if e.OccurredAt == 0 && at["occurred_at"] != "" {
		bad["occurred_at"] = "form.time"
	}
	for field, key := range e.Problems(now) {
		if bad[field] == "" {
			bad[field] = key
		}
	}
	return Row{Entry: e, Bad: bad}
}

func moment(s string) db.Instant {
	for _, layout := range moments {
		if t, err := time.ParseInLocation(layout, s, tokyo); err == nil && t.Year() > 1900 && t.Year() < 2200 {
			return db.At(t)
		}
	}
	return 0
}
