package pages_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/event"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// program stands for what the rooms do for PB-01.
type program struct {
	digest string // of what is to be approved, and shown as its text
	broken bool   // the drafting of a filing fails
}

func (p *program) kinds() []workflow.Kind {
	gives := func(name string, v any) workflow.Kind {
		return workflow.Kind{Tx: func(context.Context, *db.Tx, workflow.Call) (map[string]any, error) {
			if p.broken {
				return nil, effect.Permanent(errors.New("broken"), "workflow.run.ended")
			}
			return map[string]any{name: v}, nil
		}}
	}
	named := func(name string, k workflow.Kind) workflow.Kind { k.Name = name; return k }
	return []workflow.Kind{
		named("incident.facts.freeze", gives("version", int64(3))), named("filing.appi.derive", gives("created", int64(1))),
		named("filing.appi.draft", gives("filing", "F1")), named("bank.letters.send", gives("sent", int64(2))),
	}
}

func (p *program) approvables() []workflow.Approvable {
	show := func(context.Context, *db.Tx, workflow.Subject) (string, []workflow.Shown, error) {
		return "digest-of-" + p.digest, []workflow.Shown{{Label: playbooks.Text{JA: "内容", EN: "Content"}, Value: "文面" + p.digest}}, nil
	}
	return []workflow.Approvable{{Name: "incident.facts", Digest: show}, {Name: "bank.letters", Digest: show}}
}

// work lets the program do what is its turn.
func (h *house) work() {
	h.t.Helper()
	must(h.t, h.runs.Tick(h.t.Context()), h.effects.Tick(h.t.Context()), h.runs.Tick(h.t.Context()))
}

var counted = url.Values{"outcome": {"done"}, "field.sent_count": {"１"}, "field.sent_yen": {"1,200,000円"}, "field.cancelled_count": {"0"}, "field.cancelled_yen": {"0"}}

// say completes a step with a form of its own.
func (h *house) say(login, step string, form url.Values) answer {
	h.t.Helper()
	s := h.step(step)
	out := url.Values{"rev": {fmt.Sprint(s.Rev)}}
	for k, v := range form {
		out[k] = v
	}
	return h.post(login, "/tasks/"+s.StepRun.ID+"/complete", out)
}

// toFacts brings the run to the approval of the fact sheet.
func (h *house) toFacts() {
	h.t.Helper()
	h.finish("operator", "intake", "done")
	h.say("funds", "payouts", counted).leadsTo("/tasks")
	h.finish("responder", "awareness", "done")
	h.finish("responder", "severity", "s2")
	h.finish("responder", "facts_v1", "done")
}

func (h *house) approve(outcome string) {
	h.t.Helper()
	h.say("legal", "facts_approval", url.Values{"outcome": {outcome}, "digest": {"digest-of-" + h.program.digest}, "comment": {"読んだ"}}).leadsTo("/tasks")
}

// toLetters brings the run to the first wait for the banks.
func (h *house) toLetters() {
	h.t.Helper()
	h.finish("operator", "intake", "done")
	h.say("funds", "payouts", counted).leadsTo("/tasks")
	h.finish("funds", "money_sent", "yes")
	h.finish("funds", "recall_phone", "done")
	h.finish("funds", "freeze_phone", "done")
	h.finish("funds", "letter_draft", "done")
	h.finish("legal", "letter_check", "done")
}

func TestTheFieldsOfATask(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"every wrong field says what is wrong beside it, and keeps what was typed": func(_ *testing.T, h *house) {
			h.finish("operator", "intake", "done")
			h.say("funds", "payouts", url.Values{"outcome": {"done"}, "field.sent_count": {"たくさん"}, "field.sent_yen": {"1,200,000"}, "field.cancelled_yen": {"-5"}}).
				says(http.StatusUnprocessableEntity, `id="w-field.sent_count"`, `value="たくさん"`, `value="1,200,000"`, `id="w-field.cancelled_count"`, `id="w-field.cancelled_yen"`).
				lacks(`<p class="wrong" id="w-field.sent_yen"`)
		},
		"a field the task does not have is refused": func(_ *testing.T, h *house) {
			h.finish("operator", "intake", "done")
			form := url.Values{"field.other": {"x"}}
			for k, v := range counted {
				form[k] = v
			}
			h.say("funds", "payouts", form).says(http.StatusUnprocessableEntity)
		},
		"a task that failed needs no field": func(_ *testing.T, h *house) {
			h.finish("operator", "intake", "done")
			h.say("funds", "payouts", url.Values{"outcome": {"failed"}, "comment": {"記録が開けない"}}).leadsTo("/tasks")
		},
		"what was filled in is read on the task and in the list of the run, in words": func(_ *testing.T, h *house) {
			h.finish("operator", "intake", "done")
			h.get("funds", "/tasks/"+h.step("payouts").StepRun.ID).says(http.StatusOK, `name="field.sent_yen"`, "（円）", "（必須）", "取り消せなかった分の合計です")
			h.say("funds", "payouts", counted).leadsTo("/tasks")
			s := h.step("payouts")
			for _, path := range []string{"/tasks/" + s.StepRun.ID, "/runs/" + s.RunID} {
				h.get("funds", path).says(http.StatusOK, "銀行へ送られた出金の合計", "1,200,000")
			}
		},
	})
}

func TestTheApprovalPage(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"what changed since it was read is not approved; the page shows it as it now is": func(_ *testing.T, h *house) {
			h.toFacts()
			h.get("legal", "/tasks/"+h.step("facts_approval").StepRun.ID).says(http.StatusOK, "文面v1", `value="digest-of-v1"`, "承認する", "差し戻す")
			h.program.digest = "v2"
			h.say("legal", "facts_approval", url.Values{"outcome": {"approved"}, "digest": {"digest-of-v1"}, "comment": {"打った文"}}).
				says(http.StatusConflict, "文面v2", `value="digest-of-v2"`, "打った文")
			if s := h.step("facts_approval"); s.State != workflow.Ready {
				t.Errorf("it is %s", s.State)
			}
		},
		"nobody returns it without saying why": func(_ *testing.T, h *house) {
			h.toFacts()
			h.say("legal", "facts_approval", url.Values{"outcome": {"rejected"}, "digest": {"digest-of-v1"}}).says(http.StatusUnprocessableEntity, `id="w-comment"`)
		},
		"other roles see what it is about and no button": func(_ *testing.T, h *house) {
			h.toFacts()
			h.get("responder", "/tasks/"+h.step("facts_approval").StepRun.ID).says(http.StatusOK, "事実確認書").lacks(`value="approved"`, "この手順を省く")
		},
		"returned, the work begins again, with the reason": func(_ *testing.T, h *house) {
			h.toFacts()
			h.approve("rejected")
			s := h.step("facts_v1")
			if s.State != workflow.Ready || s.Iteration != 2 {
				t.Fatalf("it is %s in round %d", s.State, s.Iteration)
			}
			h.get("responder", "/tasks/"+s.StepRun.ID).says(http.StatusOK, "読んだ", "2 回目")
			h.get("legal", "/tasks/"+h.step("facts_approval").StepRun.ID).says(http.StatusOK, "差し戻した")
		},
		"approved, the program acts and shows what it gave": func(_ *testing.T, h *house) {
			h.toFacts()
			h.approve("approved")
			s := h.step("facts_fixed")
			h.get("responder", "/tasks/"+s.StepRun.ID).says(http.StatusOK, "自動処理中", "自動で処理しています").lacks(`name="outcome"`, "この手順を省く")
			h.work()
			for _, path := range []string{"/tasks/" + s.StepRun.ID, "/runs/" + s.RunID} {
				h.get("responder", path).says(http.StatusOK, "版", "自動")
			}
			h.get("legal", "/tasks/"+h.step("facts_approval").StepRun.ID).says(http.StatusOK, "承認した", "内容の指紋")
		},
		"changed after the approval, it is void and asked for again": func(_ *testing.T, h *house) {
			h.toFacts()
			h.approve("approved")
			h.program.digest = "v2"
			h.work()
			s := h.step("facts_approval")
			h.get("legal", "/tasks/"+s.StepRun.ID).says(http.StatusOK, "無効", "前の承認は", "文面v2")
		},
	})
}

func TestTheProgramsSteps(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a wait says for what and until when, and goes on when it happened": func(t *testing.T, h *house) {
			h.toLetters()
			s := h.step("letters_checked")
			h.get("funds", "/tasks/"+s.StepRun.ID).says(http.StatusOK, "待機中", "すべての依頼の確認", "14:00").lacks(`name="outcome"`)
			h.get("funds", "/tasks?whose=all&state=running").says(http.StatusOK, s.StepRun.ID)
			must(t, h.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return event.Emit(ctx, tx, event.Subject{Kind: "incident", ID: h.incident.ID}, "bank.checked", "x")
			}))
			h.work()
			h.get("legal", "/tasks/"+h.step("letter_approval").StepRun.ID).says(http.StatusOK, `value="approved"`)
		},
		"a wait that is over is decided by its role or who leads, and by nobody else": func(t *testing.T, h *house) {
			h.toLetters()
			h.clock.Add(5 * time.Hour)
			h.work()
			s := h.step("letters_checked")
			path := "/tasks/" + s.StepRun.ID
			h.get("pr", path).says(http.StatusOK, "人の判断待ち", "時間切れ").lacks(`name="how"`)
			h.get("funds", "/tasks").says(http.StatusOK, s.StepRun.ID, "人の判断待ち")
			h.get("funds", path).says(http.StatusOK, `value="again"`, `value="happened"`, `value="accept"`)
			form := url.Values{"rev": {fmt.Sprint(s.Rev)}, "how": {"happened"}}
			h.post("funds", path+"/resolve", form).says(http.StatusUnprocessableEntity, `id="w-reason"`)
			form.Set("reason", "銀行に確かめた")
			h.post("pr", path+"/resolve", form).says(http.StatusNotFound)
			h.post("funds", path+"/resolve", form).leadsTo(path)
			h.get("funds", path).says(http.StatusOK, "銀行に確かめた", "完了")
		},
		"an action that failed says why, and can be done again": func(t *testing.T, h *house) {
			h.program.broken = true
			h.toFacts()
			h.approve("approved")
			h.work()
			s := h.step("facts_fixed")
			path := "/tasks/" + s.StepRun.ID
			h.get("responder", path).says(http.StatusOK, "自動処理が失敗しました", "この実行はすでに終わっています")
			h.get("responder", "/runs/"+s.RunID).says(http.StatusOK, "人の判断待ち", "判断待ち")
			h.program.broken = false
			h.post("responder", path+"/resolve", url.Values{"rev": {fmt.Sprint(s.Rev)}, "how": {"sideways"}, "reason": {"x"}}).says(http.StatusUnprocessableEntity)
			h.post("responder", path+"/resolve", url.Values{"rev": {fmt.Sprint(s.Rev)}, "how": {"again"}, "reason": {"直した"}}).leadsTo("/tasks/")
			h.work()
			if s := h.step("facts_fixed"); s.State != workflow.Finished || s.Outcome != workflow.Succeeded {
				t.Errorf("it is %s, %s", s.State, s.Outcome)
			}
		},
		"the drawing opens at the first open step and tells the kinds apart by form": func(t *testing.T, h *house) {
			h.toLetters()
			page := h.get("funds", "/runs/"+h.step("intake").RunID).says(http.StatusOK, `data-at="n-lock"`, `href="#n-lock"`).Body.String()
			for _, want := range []string{`id="n-bank_tracks"`, `id="n-letters_checked"`, `rx="0"`, `rx="28"`, `rx="6"`} {
				if !strings.Contains(page, want) {
					t.Errorf("no %s", want)
				}
			}
		},
	})
}
