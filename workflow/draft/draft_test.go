package draft_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/internal/vault"
	"tasuke/migrations"
	"tasuke/playbooks"
	"tasuke/workflow"
	"tasuke/workflow/draft"
)

const text = `playbook: PB-90
title: {ja: 試し, en: Trial}
steps:
  - {id: first, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}
  - {id: last, kind: end, after: [first], title: {ja: 終, en: end}}
`

var (
	writer   = person("writer", actor.Responder)
	other    = person("other", actor.Responder)
	reviewer = person("reviewer", actor.Supervisor)
	stranger = person("stranger", actor.Funds)
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: id, Kind: actor.Person, Roles: roles}
}

type desk struct {
	*draft.Store
	t    *testing.T
	db   *db.DB
	runs *workflow.Store
}

// open makes a desk over the real store of versions.
func open(t *testing.T, d *db.DB) *desk {
	t.Helper()
	must(t, migrations.Up(t.Context(), d))
	rules := playbooks.Rules{Roles: []string{"operator", "responder"}}
	runs := workflow.NewStore(d, workflow.Options{
		Rules: rules, OpenDay: func(time.Time) bool { return true },
		Facts:  func(context.Context, *db.Tx, workflow.Subject) (map[string]any, int64, error) { return nil, 1, nil },
		Sealer: workflow.Sealer{Seal: func(context.Context, *db.Tx, string, vault.Place, string) ([]byte, error) { return nil, nil }},
	})
	return &desk{t: t, db: d, runs: runs, Store: draft.NewStore(d, draft.Options{
		Check:   func(src []byte) (*playbooks.Definition, playbooks.Problems) { return playbooks.Load(src, rules) },
		Publish: runs.PublishIn, Version: runs.VersionOf,
	})}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) begin(body string) draft.Draft {
	d.t.Helper()
	out, err := d.Begin(d.t.Context(), writer, body, "")
	must(d.t, err)
	return out
}

func (d *desk) move(by actor.Actor, x draft.Draft, e draft.Event, why string) (draft.Draft, error) {
	d.t.Helper()
	return d.Move(d.t.Context(), by, draft.Cause{ID: x.ID, Rev: x.Rev, Event: e, Reason: why})
}

func wants(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, kind) || key != "" && !strings.Contains(err.Error(), key) {
		t.Errorf("want %v %s, got %v", kind, key, err)
	}
}

func TestAPlaybookIsWrittenBySomeAndPublishedByAnother(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *desk){
		"who wrote any of it does not publish it": func(t *testing.T, d *desk) {
			x := d.begin(text)
			x, err := d.Edit(t.Context(), other, x.ID, x.Rev, strings.Replace(text, "試し", "練習", 1), "first")
			must(t, err)
			x, err = d.move(writer, x, draft.SentToReview, "")
			must(t, err)
			for _, by := range []actor.Actor{writer, other} {
				_, err = d.move(by, x, draft.Publication, "")
				wants(t, err, fault.Refused, "draft.guard.maker")
			}
			x, err = d.move(reviewer, x, draft.Publication, "")
			must(t, err)
			v, err := d.runs.VersionOf(t.Context(), writer, x.Version)
			must(t, err)
			if v.Slug != "PB-90" || v.Number != 1 || v.PublishedBy != reviewer.ID || v.Definition.Title.JA != "練習" {
				t.Errorf("%s %d by %s: %s", v.Slug, v.Number, v.PublishedBy, v.Definition.Title.JA)
			}
		},
		"a text with faults is kept and does not go to review": func(t *testing.T, d *desk) {
			x := d.begin(strings.Replace(text, "role: operator", "role: nobody", 1))
			_, err := d.move(writer, x, draft.SentToReview, "")
			wants(t, err, fault.Refused, "draft.guard.faults")
			sh, err := d.Sheet(t.Context(), writer, x.ID)
			must(t, err)
			if len(sh.Problems) != 1 {
				t.Errorf("problems: %v", sh.Problems)
			}
		},
		"a text that does not say which playbook it is, or is none, is refused": func(t *testing.T, d *desk) {
			for _, body := range []string{"", "title: {ja: あ, en: a}", "\xff", strings.Repeat("#", playbooks.MaxBytes+1)} {
				_, err := d.Begin(t.Context(), writer, body, "")
				wants(t, err, fault.Invalid, "")
			}
		},
		"two editors: the second is told and nothing is overwritten": func(t *testing.T, d *desk) {
			x := d.begin(text)
			_, err := d.Edit(t.Context(), other, x.ID, x.Rev, strings.Replace(text, "試し", "先", 1), "")
			must(t, err)
			_, err = d.Edit(t.Context(), writer, x.ID, x.Rev, strings.Replace(text, "試し", "後", 1), "")
			wants(t, err, fault.Conflict, "")
			sh, err := d.Sheet(t.Context(), writer, x.ID)
			must(t, err)
			if sh.Draft.TitleJA != "先" {
				t.Errorf("the title is %s", sh.Draft.TitleJA)
			}
		},
		"what is in review is not edited, and sent back it is": func(t *testing.T, d *desk) {
			x, err := d.move(writer, d.begin(text), draft.SentToReview, "")
			must(t, err)
			_, err = d.Edit(t.Context(), writer, x.ID, x.Rev, text, "")
			wants(t, err, fault.Refused, "")
			_, err = d.move(reviewer, x, draft.SentBack, " ")
			wants(t, err, fault.Invalid, "")
			x, err = d.move(reviewer, x, draft.SentBack, "目標時間がありません")
			must(t, err)
			_, err = d.Edit(t.Context(), writer, x.ID, x.Rev, text, "")
			must(t, err)
		},
		"a playbook has one open draft": func(t *testing.T, d *desk) {
			x := d.begin(text)
			_, err := d.Begin(t.Context(), other, text, "")
			wants(t, err, fault.Refused, "draft.guard.taken")
			second := d.begin(strings.Replace(text, "PB-90", "PB-91", 1))
			_, err = d.Edit(t.Context(), other, second.ID, second.Rev, text, "")
			wants(t, err, fault.Refused, "draft.guard.taken")
			x, err = d.move(writer, x, draft.PutAway, "不要")
			must(t, err)
			d.begin(text)
			_, err = d.move(writer, x, draft.PickedUp, "")
			wants(t, err, fault.Refused, "draft.guard.taken")
		},
		"who has nothing to do with playbooks sees none": func(t *testing.T, d *desk) {
			x := d.begin(text)
			_, err := d.Sheet(t.Context(), stranger, x.ID)
			wants(t, err, fault.Forbidden, "")
			_, _, err = d.List(t.Context(), stranger, paging.Page{})
			wants(t, err, fault.Forbidden, "")
			_, err = d.Begin(t.Context(), stranger, text, "")
			wants(t, err, fault.Forbidden, "")
			_, err = d.Sheet(t.Context(), writer, "no' such")
			wants(t, err, fault.NotFound, "draft.none")
		},
		"an earlier text is found again": func(t *testing.T, d *desk) {
			x := d.begin(text)
			_, err := d.Edit(t.Context(), writer, x.ID, x.Rev, strings.Replace(text, "試し", "後", 1), "")
			must(t, err)
			sh, err := d.Sheet(t.Context(), writer, x.ID)
			must(t, err)
			l, err := d.Text(t.Context(), writer, x.ID, sh.Lines[len(sh.Lines)-1].ID)
			must(t, err)
			if l.Body != text {
				t.Error("the first text is not there")
			}
		},
		"lists go page by page, the one edited last in front": func(t *testing.T, d *desk) {
			for _, slug := range []string{"PB-80", "PB-81", "PB-82"} {
				d.begin(strings.Replace(text, "PB-90", slug, 1))
			}
			var got []string
			page := paging.Page{Limit: 2}
			for {
				list, next, err := d.List(t.Context(), writer, page)
				must(t, err)
				for _, x := range list {
					got = append(got, x.Slug)
				}
				if page.After = next; next.IsZero() {
					break
				}
			}
			if strings.Join(got, " ") != "PB-82 PB-81 PB-80" {
				t.Errorf("listed %v", got)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
		})
	}
}
