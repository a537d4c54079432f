package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp/kb"

	"tasuke/internal/db"
	"tasuke/web/words"
)

// What the later parts of the closing walk have in common.

// in is a text that somebody writes, in the language of the walk.
func (w *closing) in(ja, en string) string {
	if w.lang == "ja" {
		return ja
	}
	return en
}

// now is the present minute in Tokyo.
func (w *closing) now() time.Time { return time.Now().In(words.Tokyo).Truncate(time.Minute) }

// lines are typed one below the other.
func lines(all ...string) string { return strings.Join(all, kb.Enter) }

func stamp(t time.Time) string { return t.Format("2006-01-02 15:04:05") }

// date types a day, segment by segment, as the browser asks for it.
func (p *hands) date(selector string, day time.Time) {
	p.t.Helper()
	p.to(selector)
	p.press(day.Format("01022006"))
	if got, want := js[string](p, "document.activeElement.value"), day.Format(time.DateOnly); got != want {
		p.t.Fatalf("%s holds %q after typing %s", selector, got, want)
	}
}

// mailTo is the next mail to an address; what others get is put aside for those who ask for it.
func (w *closing) mailTo(address string) posted {
	w.t.Helper()
	is := func(m posted) bool { return slices.Equal(m.to, []string{address}) }
	if i := slices.IndexFunc(w.aside, is); i >= 0 {
		m := w.aside[i]
		w.aside = slices.Delete(w.aside, i, i+1)
		return m
	}
	late, end := context.WithTimeout(w.t.Context(), patience)
	defer end()
	for {
		select {
		case m := <-w.post.mails:
			if is(m) {
				return m
			}
			w.aside = append(w.aside, m)
		case <-late.Done():
			w.t.Fatalf("no mail came to %s", address)
		}
	}
}

// heldBack: the executive sees why the incident does not close yet.
func (w *closing) heldBack(why, station string) {
	w.t.Helper()
	exec := w.as("exec")
	exec.visit("/incidents/" + w.id)
	w.refused(exec, why)
	w.station(exec, station)
}

// numbers reads every number of the newest snapshot of the counts.
func (w *closing) numbers() map[string]int64 {
	w.t.Helper()
	out := map[string]int64{}
	must(w.t, w.db.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		all, err := w.incidents.Snapshots(ctx, tx, w.id, 1)
		if err != nil || len(all) == 0 {
			return err
		}
		for _, c := range all[0].Counts {
			out[c.Key().String()] = c.N
		}
		return nil
	}))
	return out
}
