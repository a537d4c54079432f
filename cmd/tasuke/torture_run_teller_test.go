package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// runEnv holds what a node of the torture of a whole run is told; with it this test binary is the
// product without its web server, and with people who do what is to be done next. What to do they
// see from what stands in the database, so a node that is started again goes on where a killed one
// ended.
const runEnv = "TASUKE_TORTURE_RUN"

// telling is one incident from the call to its close.
type telling struct {
	Config   Config
	Number   int
	Customer string
	Node     int
	// Inbox is the file in which the banks' mail server notes what it has taken.
	Inbox string
	// Ahead is how far the clock of the node is ahead. While it is not, the story goes until it waits
	// for the banks' answers and for nothing else; then weeks have passed, and it goes to its end.
	Ahead time.Duration
}

// weeks is longer than the playbook waits for the banks.
const weeks = 24 * 24 * time.Hour

func tellRun() int {
	var t telling
	err := yaml.Unmarshal([]byte(os.Getenv(runEnv)), &t)
	if err == nil {
		err = t.tell(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// tell is what serve does, with people in the place of the web server.
func (t telling) tell(ctx context.Context) (err error) {
	logTo(os.Stderr, t.Config.LogLevel)
	release, err := alone(t.Config)
	if err != nil {
		return err
	}
	defer release()
	a, err := build(ctx, t.Config, options{clock: func() time.Time { return time.Now().Add(t.Ahead) }})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	work, stop := context.WithCancel(ctx)
	var jobs sync.WaitGroup
	for _, job := range a.jobs {
		jobs.Go(func() { job(work) })
	}
	fmt.Println(upLine)
	err = (&people{rooms: a.rooms, telling: t}).play(ctx)
	stop()
	jobs.Wait()
	return err
}

// upLine is said once the node works.
const upLine = "up"

// people are everybody of the firm who has to do with the incident.
type people struct {
	*rooms
	telling
	incident string
	run      string
	lost     int // times in a row that somebody else was faster
}

// role is somebody with one role; the other is a colleague in the same role.
func (p *people) role(r actor.Role) actor.Actor {
	return actor.Actor{ID: p.prefix() + string(r), Name: string(r), Kind: actor.Person, Roles: []actor.Role{r}}
}

func (p *people) other(r actor.Role) actor.Actor {
	a := p.role(r)
	a.ID += "-2"
	return a
}

// prefix is common to the ids of all the people of a telling.
func (t telling) prefix() string { return fmt.Sprintf("torture-%d-", t.Number) }

// first says that this node is where new things are begun. What is changed by its revision both
// nodes change; of two who begin the same at once, both would have.
func (t telling) first() bool { return t.Node == 0 }

// breath is how long somebody waits who has nothing to do and hears nothing.
const breath = 25 * time.Millisecond

// forbearance is how often in a row somebody else may be faster.
const forbearance = 200

// play does one thing after the other until there is nothing more to do in this part of the story.
func (p *people) play(ctx context.Context) error {
	heard, quit := p.db.Subscribe()
	defer quit()
	tick := time.NewTicker(breath)
	defer tick.Stop()
	for {
		still, err := p.still(ctx)
		if err != nil {
			return err
		}
		moved, err := p.next(ctx)
		switch {
		case p.beaten(err):
		case err != nil:
			return err
		case moved:
			p.lost = 0
			continue
		case still:
			if over, err := p.over(ctx); over || err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-heard:
		case <-tick.C:
		}
	}
}

// beaten says that what was to be done is not there any more: somebody else, or the product
// itself, was faster. It is looked at again, but not for ever.
func (p *people) beaten(err error) bool {
	if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Refused) {
		return false
	}
	p.lost++
	return p.lost < forbearance
}

// next does the first thing that is to be done; false when there is none.
func (p *people) next(ctx context.Context) (bool, error) {
	if found, err := p.find(ctx); err != nil || !found {
		return false, err
	}
	for _, part := range []func(context.Context) (bool, error){
		p.call, p.mails, p.held, p.desks, p.awareness, p.victim, p.tasks, p.requests, p.report, p.lead,
	} {
		if moved, err := part(ctx); moved || err != nil {
			return moved, err
		}
	}
	return false, nil
}

// find looks for the incident of this telling; the second node waits until the first has opened it.
func (p *people) find(ctx context.Context) (bool, error) {
	if p.run != "" {
		return true, nil
	}
	found, err := one[struct {
		Incident string `db:"incident_id"`
		Run      string `db:"run"`
	}](ctx, p.db, `SELECT q.incident_id, r.id AS run FROM inquiry q JOIN run r ON r.subject_id = q.incident_id WHERE q.client_key = ?`, p.key())
	p.incident, p.run = found.Incident, found.Run
	return err == nil && (p.run != "" || p.first()), err
}

// key names the call that the story begins with.
func (t telling) key() string { return t.prefix() + "call" }

// still says that the product itself has nothing to do: whatever happens next, people do.
func (p *people) still(ctx context.Context) (bool, error) {
	busy, err := one[struct {
		N int `db:"n"`
	}](ctx, p.db, `SELECT (SELECT count(*) FROM effect WHERE state IN ('queued', 'leased'))
		+ (SELECT count(*) FROM event WHERE delivered_at = 0)
		+ (SELECT count(*) FROM reminder WHERE fired_at = 0 AND cancelled_at = 0 AND due_at <= ?)
		+ (SELECT count(*) FROM step_run WHERE state = 'running' AND wake_at > 0 AND wake_at <= ?) AS n`, p.db.Now(), p.db.Now())
	return err == nil && busy.N == 0, err
}

// over says that this part of the story is told.
func (p *people) over(ctx context.Context) (bool, error) {
	if p.run == "" {
		return false, nil
	}
	if p.Ahead == 0 {
		s, err := p.step(ctx, "bank_chase")
		return err == nil && s.State == "running", err
	}
	i, err := p.read(ctx)
	return err == nil && i.Over(), err
}

// one reads at most one row; none is the zero value.
func one[T any](ctx context.Context, d *db.DB, query string, args ...any) (row T, err error) {
	rows, err := many[T](ctx, d, query, args...)
	if err == nil && len(rows) > 0 {
		row = rows[0]
	}
	return row, err
}

func many[T any](ctx context.Context, d *db.DB, query string, args ...any) (rows []T, err error) {
	err = d.View(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.Select(ctx, &rows, query, args...) })
	return rows, err
}
