// Package master is the list of banks and branches that transfers in Japan are addressed by
// (金融機関コード・支店コード), with the kana rules of their records. It computes nothing: the
// entries are committed facts with a date. Data: npm zengin-code, licence MIT (Copyright (c) Sho
// Kusano), whose names leave out 銀行, 信用金庫 and 支店.
package master

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"sync"

	"tasuke/internal/text"
)

//go:generate go run generate.go

//go:embed banks.tsv.gz
var packed []byte

// Entry is a bank, or a branch of one: its code, its name as published, and its name in the large
// full-width kana of the data set (ユウチヨ).
type Entry struct{ Code, Name, Kana string }

// bank is a bank with its branches, both in the order of codes.
type bank struct {
	Entry
	branches []Entry
	byCode   map[string]int
}

// Master is one edition of the list. It never changes; several goroutines may use it.
type Master struct {
	// Source names the data set and its version, Date the day it is of (YYYY-MM-DD).
	Source, Date string
	banks        []bank
	byCode       map[string]int
}

var errShape = errors.New("the bank master is damaged")

// Standard is the edition that the program was built with.
var Standard = sync.OnceValues(func() (*Master, error) { return read(packed) })

func read(packed []byte) (*Master, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the bank master: %w", err)
	}
	m := &Master{byCode: map[string]int{}}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if err := m.add(lines.Text()); err != nil {
			return nil, err
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the bank master: %w", err)
	}
	return m, nil
}

// add reads one line: the head, a bank, or a branch of the bank before it.
func (m *Master) add(line string) error {
	f := strings.Split(line, "\t")
	if len(f) != 3 || f[0] == "" {
		return fmt.Errorf("%w: %q", errShape, line)
	}
	e := Entry{f[0][1:], f[1], f[2]}
	switch {
	case f[0] == "#":
		m.Source, m.Date = f[1], f[2]
	case f[0][0] == 'B':
		m.byCode[e.Code] = len(m.banks)
		m.banks = append(m.banks, bank{Entry: e, byCode: map[string]int{}})
	case f[0][0] == 'S' && len(m.banks) > 0:
		b := &m.banks[len(m.banks)-1]
		b.byCode[e.Code] = len(b.branches)
		b.branches = append(b.branches, e)
	default:
		return fmt.Errorf("%w: %q", errShape, line)
	}
	return nil
}

// Size says how many banks and branches there are.
func (m *Master) Size() (banks, branches int) {
	for _, b := range m.banks {
		branches += len(b.branches)
	}
	return len(m.banks), branches
}

// Bank gives the bank of a code of four digits.
func (m *Master) Bank(code string) (Entry, bool) {
	i, ok := m.byCode[code]
	if !ok {
		return Entry{}, false
	}
	return m.banks[i].Entry, true
}

// Branch gives the branch of a code of three digits. One that was closed or moved is not there any
// more: a record of it stays valid, so whoever asks warns and does not refuse.
func (m *Master) Branch(bankCode, code string) (Entry, bool) {
	i, ok := m.byCode[bankCode]
	if !ok {
		return Entry{}, false
	}
	j, ok := m.banks[i].byCode[code]
	if !ok {
		return Entry{}, false
	}
	return m.banks[i].branches[j], true
}

// Banks lists at most limit banks by what somebody typed: the beginning of a code, or a part of
// the name in kanji or any kind of kana. Those that begin with it come first.
func (m *Master) Banks(query string, limit int) []Entry {
	all := make([]Entry, len(m.banks))
	for i, b := range m.banks {
		all[i] = b.Entry
	}
	return find(all, query, limit)
}

// shortened are the endings that the data set writes short.
var shortened = []struct{ short, full string }{{"信金", "信用金庫"}, {"信組", "信用組合"}, {"労金", "労働金庫"}, {"農協", "農業協同組合"}}

// Formal is the name that a letter addresses a bank by, with the ending that the data set leaves
// out or writes short. Banks incorporated in Japan are those of the codes below; of a foreign bank,
// whose name may end otherwise, the name stays as published.
func (e Entry) Formal() string {
	for _, x := range shortened {
		if stem, ok := strings.CutSuffix(e.Name, x.short); ok {
			return stem + x.full
		}
	}
	for _, r := range [][2]string{{"0001", "0199"}, {"0288", "0399"}, {"0500", "0599"}, {YuchoCode, YuchoCode}} {
		if len(e.Code) == len(r[0]) && r[0] <= e.Code && e.Code <= r[1] && !strings.HasSuffix(e.Name, "銀行") {
			return e.Name + "銀行"
		}
	}
	return e.Name
}

// Branches lists at most limit branches of a bank like Banks; without a query, the first.
func (m *Master) Branches(bankCode, query string, limit int) []Entry {
	i, ok := m.byCode[bankCode]
	if !ok {
		return nil
	}
	return find(m.banks[i].branches, query, limit)
}

// endings are what people write and the data set leaves out.
var endings = []string{"銀行", "信用金庫", "信用組合", "信金", "信組", "支店", "出張所"}

// find puts entries that begin with the query before those that only contain it.
func find(all []Entry, query string, limit int) (out []Entry) {
	q := strings.TrimSpace(text.Fold(query))
	for _, e := range endings {
		if rest, ok := strings.CutSuffix(q, e); ok && rest != "" {
			q = rest
			break
		}
	}
	kana := text.Kana(q)
	var within []Entry
	for _, e := range all {
		switch rank(e, q, kana) {
		case 1:
			out = append(out, e)
		case 2:
			within = append(within, e)
		}
	}
	out = append(out, within...)
	return out[:min(len(out), limit)]
}

// rank is 1 for an entry that begins with what was asked, 2 for one that has it within, else 0.
func rank(e Entry, q, kana string) int {
	name := text.Fold(e.Name)
	if strings.HasPrefix(e.Code, q) || strings.HasPrefix(name, q) {
		return 1
	}
	k := text.Kana(e.Kana)
	switch {
	case kana != "" && strings.HasPrefix(k, kana):
		return 1
	case strings.Contains(name, q), kana != "" && strings.Contains(k, kana):
		return 2
	}
	return 0
}
