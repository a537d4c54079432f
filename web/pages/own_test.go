package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// TestWhoMayNotReadIncidentsFindsOnlyTheirOwnTasks uses system operations, who work on tasks.
func TestWhoMayNotReadIncidentsFindsOnlyTheirOwnTasks(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"not the finished task of another role, nor its comment, nor the run": func(_ *testing.T, h *house) {
			h.finish("operator", "intake", "done")
			s := h.step("intake")
			path := "/tasks/" + s.StepRun.ID
			h.post("operator", path+"/comments", url.Values{"comment": {"合言葉は富士"}}).leadsTo(path)
			h.get("legal", path).says(http.StatusOK, "合言葉は富士")
			h.get("sysops", path).says(http.StatusNotFound).lacks("合言葉は富士")
			h.post("sysops", path+"/comments", url.Values{"comment": {"見た"}}).says(http.StatusNotFound)
			h.post("sysops", path+"/claim", url.Values{"rev": {fmt.Sprint(s.Rev)}}).says(http.StatusNotFound)
			h.get("sysops", "/runs/"+s.RunID).says(http.StatusNotFound)
			h.get("sysops", "/tasks?whose=all&incident="+h.incident.ID).says(http.StatusNotFound).lacks(h.incident.No)
			h.get("sysops", "/tasks?whose=all&state=done").says(http.StatusOK).lacks(path, h.incident.No)
		},
		"but their own, without a link to the run": func(_ *testing.T, h *house) {
			h.finish("operator", "intake", "done")
			h.finish("operator", "lock", "done")
			s := h.step("lock_verify")
			h.get("sysops", "/tasks?whose=all").says(http.StatusOK, s.StepRun.ID)
			h.get("sysops", "/tasks/"+s.StepRun.ID).says(http.StatusOK, `name="outcome"`).lacks("/runs/")
			h.finish("sysops", "lock_verify", "done")
		},
		"who leads finds nobody of another role to give a task to, and is refused": func(_ *testing.T, h *house) {
			s := h.step("intake")
			ir, _ := h.who("responder")
			path := "/tasks/" + s.StepRun.ID
			h.get("responder", path).says(http.StatusOK, `id="f-assignee"`).lacks(`<option value="` + ir.ID)
		},
	})
}
