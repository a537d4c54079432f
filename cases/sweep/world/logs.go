package world

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"
)

// Create opens a file of the world by its name.
type Create func(name string) (io.WriteCloser, error)

// source is a system of the firm that keeps a log.
type source int

const (
	web source = iota
	app
	trade
	backOffice
	sources
)

// logs writes the files of all sources.
type logs struct {
	create Create
	w      *world
	now    [sources]*file
	order  []int32
	buf    []byte
}

// file is one log file under way.
type file struct {
	entry  int // in Truth.Files
	line   int
	out    io.Writer
	closes []func() error
}

func newLogs(create Create, w *world) *logs { return &logs{create: create, w: w} }

// turn ends the files and begins the next ones.
func (l *logs) turn(from time.Time) error {
	if err := l.end(); err != nil {
		return err
	}
	for s := range sources {
		about := systems[s]
		name := fmt.Sprintf("%s-%s.%s", about.Name, from.Format("20060102"), about.ending)
		to, err := l.create(name)
		if err != nil {
			return fmt.Errorf("open %s: %w", name, err)
		}
		b := bufio.NewWriterSize(to, 1<<16)
		f := &file{entry: len(l.w.truth.Files), out: b, closes: []func() error{b.Flush, to.Close}}
		if about.cp932 {
			t := transform.NewWriter(b, japanese.ShiftJIS.NewEncoder())
			f.out, f.closes = t, append([]func() error{t.Close}, f.closes...)
		}
		l.w.truth.Files, l.now[s] = append(l.w.truth.Files, File{Name: name, Source: about.Name, From: from}), f
		if about.head != "" {
			f.line++
			if _, err := io.WriteString(f.out, about.head+"\n"); err != nil {
				return fmt.Errorf("write %s: %w", name, err)
			}
		}
	}
	return nil
}

// end closes the files.
func (l *logs) end() (err error) {
	for s, f := range l.now {
		if f == nil {
			continue
		}
		for _, c := range f.closes {
			err = errors.Join(err, c())
		}
		l.now[s] = nil
	}
	if err != nil {
		return fmt.Errorf("close the logs: %w", err)
	}
	return nil
}

// day writes the rows of a day in the order of time, those after the end of the world not.
func (l *logs) day(rows []row) error {
	l.order = l.order[:0]
	until := l.w.Until.UnixMilli()
	for i := range rows {
		if rows[i].at <= until {
			l.order = append(l.order, int32(i))
		}
	}
	slices.SortFunc(l.order, func(a, b int32) int { return cmp.Or(cmp.Compare(rows[a].at, rows[b].at), cmp.Compare(a, b)) })
	for _, i := range l.order {
		r := &rows[i]
		f := l.now[r.source]
		f.line++
		l.w.truth.Files[f.entry].Rows++
		l.w.truth.Rows++
		l.buf = systems[r.source].write(l.buf[:0], r, l.w.numbers[r.customer], f)
		if _, err := f.out.Write(l.buf); err != nil {
			return fmt.Errorf("write %s: %w", l.w.truth.Files[f.entry].Name, err)
		}
		if r.mark != nil {
			l.note(r, f)
		}
	}
	return nil
}

// note puts a row of an attack into the truth.
func (l *logs) note(r *row, f *file) {
	t := &l.w.truth
	m := Mark{File: t.Files[f.entry].Name, Line: f.line, At: time.UnixMilli(r.at).UTC(), Kind: r.kind, Role: r.mark.role, Device: r.device,
		Destination: r.dest.String(), Mail: r.mail, Referrer: r.referrer}
	if r.ip.IsValid() {
		m.IP = r.ip.String()
	}
	if r.mark.victim < 0 {
		v := &t.Tried[-r.mark.victim-1]
		v.Rows = append(v.Rows, m)
		return
	}
	v := &t.Campaigns[r.mark.campaign].Victims[r.mark.victim]
	v.Rows = append(v.Rows, m)
}

// jst appends a moment as the clocks of the firm show it.
func jst(b []byte, ms int64, layout string) []byte {
	return time.UnixMilli(ms).In(tokyo).AppendFormat(b, layout)
}

func hex(b []byte, n uint64) []byte { return strconv.AppendUint(b, n, 16) }
