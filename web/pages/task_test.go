package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tasuke/workflow"
)

// step is the current row of a step of the house's run.
func (h *house) step(id string) workflow.StepView {
	h.t.Helper()
	sv, _ := h.who("supervisor")
	tasks, _, err := h.runs.Tasks(h.t.Context(), sv, workflow.Filter{}, workflow.Page{Limit: 1})
	must(h.t, err)
	v, err := h.runs.RunView(h.t.Context(), sv, tasks[0].RunID)
	must(h.t, err)
	for _, s := range v.Steps {
		if s.StepID == id {
			return s
		}
	}
	h.t.Fatalf("the run has no step %s", id)
	return workflow.StepView{}
}

func (h *house) finish(login, step, outcome string) {
	h.t.Helper()
	s := h.step(step)
	h.post(login, "/tasks/"+s.StepRun.ID+"/complete", url.Values{"rev": {fmt.Sprint(s.Rev)}, "outcome": {outcome}, "comment": {"済み"}}).leadsTo("/tasks")
}

func TestTheTaskPage(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a task that a colleague changed comes back with what was typed": func(_ *testing.T, h *house) {
			s := h.step("intake")
			path, rev := "/tasks/"+s.StepRun.ID, url.Values{"rev": {fmt.Sprint(s.Rev)}}
			h.post("operator", path+"/claim", rev).leadsTo(path)
			rev.Set("comment", "打った文")
			h.post("operator", path+"/complete", rev).says(http.StatusConflict, "打った文")
		},
		"the wrong role is told whose it is, in words": func(_ *testing.T, h *house) {
			s := h.step("intake")
			h.get("legal", "/tasks/"+s.StepRun.ID).says(http.StatusOK, "受付担当").lacks(`name="outcome"`)
			h.post("legal", "/tasks/"+s.StepRun.ID+"/complete", url.Values{"rev": {fmt.Sprint(s.Rev)}}).says(http.StatusNotFound, "担当: 受付担当")
		},
		"a failure without a reason stays open": func(_ *testing.T, h *house) {
			s := h.step("intake")
			h.post("operator", "/tasks/"+s.StepRun.ID+"/complete", url.Values{"rev": {fmt.Sprint(s.Rev)}, "outcome": {"failed"}}).
				says(http.StatusUnprocessableEntity, `id="w-comment"`)
		},
		"a decision shows what it saw, and a step done again leads on to its new round": func(_ *testing.T, h *house) {
			h.finish("operator", "intake", "done")
			h.say("funds", "payouts", counted).leadsTo("/tasks")
			h.finish("funds", "money_sent", "no")
			s := h.step("money_sent")
			h.get("funds", "/tasks/"+s.StepRun.ID).says(http.StatusOK, "送られていない", "重大度 S2", "終わっていない案件 1")
			h.get("funds", "/runs/"+s.RunID).says(http.StatusOK, "条件により省略")
			to := h.post("funds", "/tasks/"+s.StepRun.ID+"/redo", url.Values{"rev": {fmt.Sprint(s.Rev)}, "reason": {"送信記録に漏れ"}}).leadsTo("/tasks/")
			if strings.HasPrefix(to, "/tasks/"+s.StepRun.ID) {
				t.Errorf("the new round has the old address %s", to)
			}
			now, _, _ := strings.Cut(to, "?")
			h.get("funds", "/tasks/"+s.StepRun.ID).leadsTo(now)
			h.get("funds", now).says(http.StatusOK, "2 回目", "1 回目", "送信記録に漏れ")
		},
		"the constant line is complete before anything is done, for every reader": func(_ *testing.T, h *house) {
			run := h.step("intake").RunID
			for _, login := range []string{"operator", "legal", "auditor"} {
				h.get(login, "/runs/"+run).says(http.StatusOK, "疑わしい取引の届出の要否は専用区画で検討")
				h.get(login, "/incidents/"+h.incident.ID).says(http.StatusOK, "疑わしい取引の届出の要否は専用区画で検討")
			}
		},
		"the drawing and the list name the same steps": func(t *testing.T, h *house) {
			page := h.get("operator", "/runs/"+h.step("intake").RunID).says(http.StatusOK).Body.String()
			for _, part := range []string{`<svg`, `role="group"`, "台本に沿って受け付け"} {
				if !strings.Contains(page, part) {
					t.Errorf("no %s", part)
				}
			}
			if drawn, listed := strings.Count(page, `<rect class="node`), strings.Count(page, `<div class="sub">`); drawn != listed {
				t.Errorf("%d steps are drawn and %d are listed", drawn, listed)
			}
		},
		"a task, a run, a playbook, a role or a cursor that does not exist is no server fault": func(_ *testing.T, h *house) {
			for path, status := range map[string]int{"/tasks/x": 404, "/runs/x": 404, "/playbooks/x": 404, "/tasks?incident=x": 404,
				"/tasks?role=x": 422, "/tasks?state=x": 422, "/tasks?after=x": 422} {
				h.get("operator", path).says(status)
			}
		},
	})
}
