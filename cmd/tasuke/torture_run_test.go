package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"tasuke/internal/db"
)

// inRun are the commit points of the rooms that a whole run passes, and some that others pass too.
// Those that no run passes are in overHTTP, or reached by storyOf.
var inRun = []string{
	"bank.act", "clock.confirm", "clock.record", "desk.save", "effect.after", "effect.before", "effect.leased", "effect.leaving",
	"effect.queued", "effect.reclaimed", "effect.result", "facts.save", "filing.derive", "filing.edit", "filing.move", "filing.receipt",
	"filing.submit", "incident.agree", "incident.move", "inquiry.submit", "mail.after_data", "mail.before_end", "mail.before_leaving",
	"mail.decide", "mail.note", "mail.noted", "reminder.fired", "run.start", "step.action", "step.approval", "step.complete",
	"step.ended", "step.event", "step.resolve", "step.wait", "tx.after_commit", "tx.before_commit",
}

// passedAgain are later passings of some of them, by one life of a node.
var passedAgain = []string{
	"step.approval@2", "bank.act@3", "bank.act@8", "step.complete@20", "mail.after_data@4", "effect.leased@2", "effect.result@7",
	"reminder.fired@20", "tx.after_commit@50", "tx.before_commit@120",
}

// deadly are the points at which the nodes of a database die. Two nodes mostly both die at a point.
func deadly(dialect db.Dialect, all bool) []string {
	points := slices.Clone(inRun)
	if dialect == db.SQLite || all {
		points = append(points, passedAgain...)
	}
	for n := 5; all && n <= 150; n += 5 {
		points = append(points, fmt.Sprintf("tx.before_commit@%d", n), fmt.Sprintf("tx.after_commit@%d", n))
	}
	return points
}

// begun are the points that only the first node passes: two who begin the same thing at once have
// begun two.
var begun = []string{"desk.save", "inquiry.submit", "run.start", "clock.record", "incident.agree"}

// partsKill kills at what only runs pass that have runs below them.
const partsKill = "../../workflow/torture_parts_test.go"

// policyKill kills at what only runs pass that are signed by several, paused, moved and given up.
const policyKill = "../../workflow/kill_policy_test.go"

// elsewhere are points that no run passes, and the tests that kill at them: no kind of action of this
// build leaves the house by itself, and events are imported by a program of its own.
var elsewhere = map[string]string{
	"step.leaving": "../../workflow/torture_test.go", "draft.moved": "../../workflow/draft/kill_test.go",
	"step.vote": policyKill, "step.left_out": policyKill, "run.paused": policyKill, "run.resumed": policyKill, "run.moved": policyKill, "run.given_up": policyKill,
	"run.child": partsKill, "loop.pass": partsKill, "run.child_ended": partsKill,
	"notice.move": "../../contacts/disclosure/victim/send_test.go", "notice.stage": "../../contacts/disclosure/victim/send_test.go",
	"notice.chunk":  "../../contacts/disclosure/victim/send_test.go",
	"sweep.segment": "../../cases/sweep/rollup/kill_test.go", "sweep.rolled": "../../cases/sweep/rollup/kill_test.go",
	"sweep.withdrawn": "../../cases/sweep/rollup/kill_test.go",
	"backup.before":   "../../internal/backup/kill_test.go", "backup.cases": "../../internal/backup/kill_test.go",
	"backup.segment": "../../internal/backup/kill_test.go", "backup.written": "../../internal/backup/kill_test.go",
	"restore.copied": "../../internal/backup/kill_test.go", "move.carried": "../../internal/backup/kill_test.go",
	"fulltext.backfill": "../../internal/fulltext/kill_test.go",
	"counts.take":       publicKill, "disclosure.begin": publicKill, "disclosure.edit": publicKill, "disclosure.refuse": publicKill, "disclosure.sign": publicKill,
	"disclosure.schedule": publicKill, "disclosure.move": publicKill, "disclosure.publish": publicKill, "disclosure.half": publicKill,
	"disclosure.written": publicKill, "disclosure.withdraw": publicKill,
	"sweep.asked": "../../cases/sweep/kill_test.go", "sweep.answered": "../../cases/sweep/kill_test.go",
	"sweep.case": "../../cases/sweep/kill_test.go", "sweep.cased": "../../cases/sweep/kill_test.go",
}

const publicKill = "../../contacts/disclosure/kill_test.go"

// TestAWholeRunKilledAnywhereEndsAsIfNothingHadHappened has whole runs of PB-01 told by nodes that
// die by SIGKILL at each named commit point and at random moments (6, with TASUKE_TORTURE=1 200),
// alone or together: one process on SQLite, two at once on PostgreSQL. Each ends as an undisturbed
// run does, no letter leaves twice and none is lost.
func TestAWholeRunKilledAnywhereEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	all := os.Getenv("TASUKE_TORTURE") != ""
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			f := fleetOn(t, dialect)
			f.tell()
			undisturbed := f.standing(f.last)
			f.ended(undisturbed)
			if f.Failed() {
				return
			}
			f.points = deadly(dialect, all)
			f.dying(undisturbed, func() bool { return len(f.points) > 0 })
			f.moments = 6
			if all {
				f.moments = 200
			}
			f.dying(undisturbed, func() bool { return f.moments > 0 })
			f.examine("the last run")
			f.report()
		})
	}
}

func fleetOn(t *testing.T, dialect db.Dialect) *fleet {
	t.Helper()
	f := &fleet{mortals: &mortals{tortured: torturedOn(t, dialect), nodes: 1, alive: map[int]*life{}}, in: openInbox(t)}
	if dialect == db.Postgres {
		f.nodes = 2
	}
	f.cfg.SMTP = SMTPConfig{Addr: f.in.addr, From: "tasuke@firm.example.jp", TLS: "none"}
	f.cfg.Firm = FirmConfig{Name: "助け証券株式会社", Section: "不正対策室", Address: "東京都中央区", Phone: "03-1111-1111", Mail: "desk@firm.example.jp"}
	f.cfg.Notify = map[string]string{"funds": "funds@firm.example.jp"}
	return f
}

// dying has stories told until enough nodes have died.
func (f *fleet) dying(undisturbed []string, more func() bool) {
	f.Helper()
	for more() && !f.Failed() {
		f.tell()
		f.ended(undisturbed)
		if f.deaths == 0 && len(f.points) > 0 {
			f.Errorf("no node died in a whole run; left are %v", f.points)
		}
	}
}

func (f *fleet) report() {
	f.Attr("torture-run", fmt.Sprintf("%d whole runs, %d nodes at once, %d deaths, %d acts acknowledged, %d mails with the banks",
		f.told, f.nodes, total(f.hits), f.acts, len(f.in.taken)))
	deaths := make([]string, 0, len(inRun)+1)
	for _, p := range append(slices.Clone(inRun), anytime) {
		deaths = append(deaths, fmt.Sprintf("%s %d", p, f.hits[p]))
		if f.hits[p] == 0 {
			f.Errorf("no node was ever killed at %s", p)
		}
	}
	f.Attr("torture-run-deaths-at", strings.Join(deaths, ", "))
}

// TestNoCommitPointFallsBetweenTheTortures: a new point is in one of them, and what is named in one
// is a point.
func TestNoCommitPointFallsBetweenTheTortures(t *testing.T) {
	t.Parallel()
	points := commitPoints(t)
	named := append(slices.Concat(overHTTP, inStory, inRun), slices.Collect(maps.Keys(elsewhere))...)
	for _, p := range points {
		if !slices.Contains(named, p) {
			t.Errorf("no torture kills at %s", p)
		}
	}
	for _, p := range named {
		if !slices.Contains(points, p) {
			t.Errorf("%s is no commit point", p)
		}
	}
	for p, file := range elsewhere {
		if src, err := os.ReadFile(file); err != nil || !strings.Contains(string(src), `"`+p+`"`) {
			t.Errorf("%s does not kill at %s: %v", file, p, err)
		}
	}
}
