package main

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tasuke/internal/actor"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// What the people of the closing walk do with their tasks.

// chosen are the outcomes of decisions, and entered the fields of tasks.
var (
	chosen  = map[string]string{"money_sent": "yes", "severity": "s2", "more_accounts": "yes", "campaign": "keep", "appi": "report", "publish": "yes", "restore": "no"}
	entered = map[string]string{"sent_count": "1", "sent_yen": strconv.Itoa(stolen), "cancelled_count": "1", "cancelled_yen": "800000"}
)

// stolen is how much was sent to the bank, in yen.
const stolen = 2156789

// heard looks again at each announcement until something holds.
func (w *closing) heard(what string, holds func() bool) {
	w.t.Helper()
	topics, quit := w.db.Subscribe()
	defer quit()
	ctx, late := context.WithTimeout(w.t.Context(), patience)
	defer late()
	for !holds() {
		select {
		case <-topics:
		case <-ctx.Done():
			w.t.Fatalf("it did not come to this: %s", what)
		}
	}
}

// waiting are the tasks of the incident that wait for somebody.
func (w *closing) waiting() []workflow.Task {
	w.t.Helper()
	tasks, _, err := w.runs.Tasks(w.t.Context(), w.firm.who["audit"], workflow.Filter{Subject: workflow.Subject{Kind: "incident", ID: w.id}}, workflow.Page{Limit: 200})
	must(w.t, err)
	for _, t := range tasks {
		if t.State == workflow.Held {
			w.t.Fatalf("the step %s is held: %s", t.StepID, t.Outcome)
		}
	}
	return tasks
}

// turn waits until it is a step's turn.
func (w *closing) turn(step string) (task workflow.Task) {
	w.t.Helper()
	w.heard("it is the turn of "+step, func() bool {
		all := w.waiting()
		i := slices.IndexFunc(all, func(t workflow.Task) bool { return t.StepID == step })
		if i >= 0 {
			task = all[i]
		}
		return i >= 0
	})
	return task
}

// finish has somebody find a task on the own list, do it at the window, and see that it is gone.
func (w *closing) finish(login, step string) {
	w.t.Helper()
	t := w.turn(step)
	p := w.open(login, t)
	for _, c := range t.Step.Checklist {
		p.tick(`input[name="checked"][value="` + c.ID + `"]`)
	}
	for _, f := range t.Step.Fields {
		p.fill(`[name="field.`+f.ID+`"]`, entered[f.ID])
	}
	p.pick("outcome", cmp.Or(chosen[step], "done"))
	p.fill("#f-comment", w.pen.finished)
	p.leads(p.submit)
	w.gone(p, t)
}

// open goes through the own list to a task.
func (w *closing) open(login string, t workflow.Task) *hands {
	w.t.Helper()
	p := w.as(login)
	p.press("\x1b") // out of a field, where letters are text
	p.leads(func() { p.press("g"); p.press("t") })
	p.rowTo("/tasks/" + t.StepRun.ID)
	p.says("h1", t.Step.Title.In(w.lang))
	p.says("main .head", w.say.T("role."+t.Role), w.no)
	p.see("#finish")
	return p
}

// gone says that a finished task is not on the list any more.
func (w *closing) gone(p *hands, t workflow.Task) {
	w.t.Helper()
	p.see(".notice")
	if js[bool](p, `document.querySelector('a[data-row][href="/tasks/`+t.StepRun.ID+`"]')!==null`) {
		w.t.Errorf("the finished task %s is still on the list", t.StepID)
	}
	w.byHand[w.login(p)]++
}

func (w *closing) login(p *hands) string {
	for login, window := range w.windows {
		if window == p {
			return login
		}
	}
	return ""
}

// rowTo presses j until the focus is on the row that leads somewhere, and opens it.
func (p *hands) rowTo(href string) {
	p.t.Helper()
	for range 60 {
		if p.on(`a[data-row][href="` + href + `"]`) {
			p.leads(p.enter)
			return
		}
		p.press("j")
	}
	p.t.Fatalf("j does not lead to %s; the page is %s", href, p.where())
}

// atWindow are those who sit at windows, by role; everybody else finishes tasks with a browser
// that has no screen.
var atWindow = map[actor.Role]string{actor.Operator: "op", actor.Responder: "ir", actor.Funds: "funds", actor.Legal: "legal", actor.Executive: "exec"}

// enough is how many tasks of a role are finished at its window; the rest is the same again.
const enough = 4

// everythingElse lets everybody do what waits, until the run has ended.
func (w *closing) everythingElse() {
	exec := w.as("exec")
	exec.visit("/incidents/" + w.id)
	w.refused(exec, "incident.guard.tasks_open")
	for {
		var all []workflow.Task
		w.heard("somebody has something to do, or the run has ended", func() bool {
			all = w.waiting()
			return len(all) > 0 || w.ended()
		})
		if len(all) == 0 {
			break
		}
		for _, t := range all {
			w.does(t)
		}
	}
	ir := w.as("ir")
	ir.visit("/incidents/" + w.id)
	ir.says("[aria-labelledby=run]", w.say.T("run.outcome.done"))
	ir.button(`a[href^="/runs/"]`)
	ir.tagged(w.say.T("run.outcome.done"))
	w.station(ir, "run-ended")
}

func (w *closing) ended() bool {
	runs, err := many[workflow.Run](w.t.Context(), w.db, `SELECT id, state FROM run WHERE subject_id = ?`, w.id)
	must(w.t, err)
	return runs[0].State == workflow.Ended
}

// does is one task, at a window as long as there were not enough.
func (w *closing) does(t workflow.Task) {
	w.t.Helper()
	login, sits := atWindow[actor.Role(t.Role)]
	if sits && w.byHand[login] < enough {
		w.finish(login, t.StepID)
		return
	}
	for _, l := range demoLogins {
		if !sits && l.role == actor.Role(t.Role) {
			login = l.login
		}
	}
	if t.StepRun.Kind == playbooks.Approval {
		w.t.Fatalf("nobody has looked at what %s approves", t.StepID)
	}
	form := url.Values{"rev": {strconv.FormatInt(t.Rev, 10)}, "outcome": {cmp.Or(chosen[t.StepID], "done")}, "comment": {w.pen.finished}}
	for _, c := range t.Step.Checklist {
		form.Add("checked", c.ID)
	}
	if a := w.session(login, w.lang).post("/tasks/"+t.StepRun.ID+"/complete", form); a.status != http.StatusSeeOther {
		w.t.Fatalf("%s could not finish %s: %d", login, t.StepID, a.status)
	}
}
