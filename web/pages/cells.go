package pages

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tasuke/internal/db"
	"tasuke/web/words"
)

// Tables that people paste: a line is a row, its cells are parted by a tab or an upright bar.

// rowsOf reads the rows of a text; empty lines are none.
func rowsOf(text string) (rows [][]string) {
	for line := range strings.SplitSeq(unixLines(text), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		cells := strings.Split(bars.Replace(line), "|")
		for i, c := range cells {
			cells[i] = strings.TrimSpace(c)
		}
		rows = append(rows, cells)
	}
	return rows
}

// bars are what parts cells.
var bars = strings.NewReplacer("｜", "|", "\t", "|")

// cell is one cell of a row, empty when the row is shorter; of a form too, which others than a browser
// may send with fewer of one field than of another.
func cell(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return ""
}

var cellLayouts = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", time.RFC3339, "2006-01-02"}

// cellTime reads a moment in Tokyo as people and spreadsheets write it; false when it is none. An
// empty cell is no moment.
func cellTime(s string) (db.Instant, bool) {
	s = strings.NewReplacer("/", "-", "　", " ").Replace(norm.NFKC.String(s))
	if s == "" {
		return 0, true
	}
	for _, layout := range cellLayouts {
		if t, err := time.ParseInLocation(layout, s, words.Tokyo); err == nil && t.Year() > 1900 && t.Year() < 2200 {
			return db.At(t), true
		}
	}
	return 0, false
}
