package pages_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/workflow/reminder"
)

var endForm = regexp.MustCompile(`action="(/on-call/[^/"]+/end)"`)

func TestTheOnCallPage(t *testing.T) {
	night := func(form, role, person string) url.Values {
		return url.Values{"form": {form}, "role": {role}, "person": {person}, "days": {"1", "2", "3", "4", "5", "6", "7"}, "from": {"00:00"}, "until": {"00:00"}}
	}
	task := reminder.Item{Ref: "step:s1", Ladder: reminder.Task, Role: actor.Funds, Due: db.At(start.Add(time.Hour)), Args: reminder.Args{"Title": "口座の確認"}}
	eachFront(t, map[string]func(*testing.T, *front){
		"who may not read the directory does not find the page": func(_ *testing.T, o *front) {
			o.get("admin", "/on-call").says(http.StatusNotFound)
			o.post("admin", "/on-call", nil).says(http.StatusNotFound)
		},
		"an empty page says what happens then": func(_ *testing.T, o *front) {
			o.get("funds", "/on-call").says(http.StatusOK, "当番は決まっていません", "静穏時間を決めた役割はありません")
			o.get("funds", "/on-call?lang=en").says(http.StatusOK, "Nobody is on call")
		},
		"in quiet hours a reminder reaches who is on call, and the list of reminders says so": func(t *testing.T, o *front) {
			o.post("funds", "/on-call", night("duty", "funds", o.people["funds"].ID)).leadsTo("/on-call?done=on_call_added")
			o.post("funds", "/on-call", night("role_quiet", "funds", "")).leadsTo("/on-call?done=on_call_added")
			o.get("funds", "/on-call").says(http.StatusOK, "いま当番", "毎日 00:00〜翌日 00:00")
			o.remind(2*time.Hour, task)
			o.get("funds", "/reminders").says(http.StatusOK, "人 funds", "当番")
			form := endForm.FindStringSubmatch(o.get("funds", "/on-call").Body.String())
			if form == nil {
				t.Fatal("no button")
			}
			o.post("operator", form[1], nil).says(http.StatusNotFound)
			o.post("funds", form[1], nil).leadsTo("/on-call?done=on_call_ended")
			o.get("funds", "/on-call").says(http.StatusOK, "当番は決まっていません")
		},
		"what is wrong stays typed and is said": func(_ *testing.T, o *front) {
			bad := night("duty", "legal", o.people["funds"].ID)
			o.post("funds", "/on-call", bad).says(http.StatusUnprocessableEntity, "この人はその役割を持っていません")
			bad = night("own_quiet", "", "")
			bad.Set("from", "late")
			o.post("funds", "/on-call", bad).says(http.StatusUnprocessableEntity, "24時間表記")
			o.post("funds", "/on-call/mail", url.Values{"person": {o.people["funds"].ID}, "mail": {"花"}, "rev": {"0"}}).
				says(http.StatusUnprocessableEntity, "メールアドレスとして読めません", `value="花"`)
		},
		"one says where one gets mail oneself; a lost race is said": func(_ *testing.T, o *front) {
			own := url.Values{"person": {o.people["operator"].ID}, "mail": {"op@firm.example"}, "rev": {"0"}}
			o.post("operator", "/on-call/mail", own).leadsTo("/on-call?done=on_call_mail")
			o.get("operator", "/on-call").says(http.StatusOK, "op@firm.example")
			o.post("operator", "/on-call/mail", own).says(http.StatusConflict)
			other := url.Values{"person": {o.people["funds"].ID}, "mail": {"x@firm.example"}, "rev": {"0"}}
			o.post("operator", "/on-call/mail", other).says(http.StatusNotFound)
			o.get("auditor", "/on-call").says(http.StatusOK).lacks("op@firm.example")
		},
	})
}
