package pages_test

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"tasuke/contacts"
	"tasuke/contacts/oncall"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/signin"
	"tasuke/internal/vault/vaulttest"
	"tasuke/web/pages"
	"tasuke/web/words"
	"tasuke/workflow/reminder"
)

// front is the screens of reminders and of the directory, over an empty firm.
type front struct {
	*house
	reminders *reminder.Store
	desks     *contacts.Store
	staff     *oncall.Store
}

func eachFront(t *testing.T, tests map[string]func(*testing.T, *front)) {
	t.Parallel()
	gin.SetMode(gin.TestMode)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newFront(t, d)) })
		})
	}
}

func newFront(t *testing.T, d *db.DB) *front {
	t.Helper()
	o := &front{house: &house{t: t, d: d, clock: dbtest.Clock(d, start), people: map[string]signin.Account{}}, desks: contacts.NewStore(d)}
	v := vaulttest.New(t)
	o.staff = oncall.NewStore(d, oncall.Options{Seal: v.SealText, Open: v.OpenText, Staff: func(ctx context.Context, tx *db.Tx) (list []oncall.Member, err error) {
		all, err := signin.Staff(ctx, tx)
		for _, a := range all {
			list = append(list, oncall.Member{ID: a.ID, Name: a.DisplayName, Roles: a.Roles})
		}
		return list, err
	}})
	o.reminders = reminder.NewStore(d, reminder.Options{People: func(ctx context.Context, tx *db.Tx, r reminder.Reminder, loud bool) (told []reminder.Told, err error) {
		people, err := o.staff.Concerned(ctx, tx, oncall.Matter{Role: r.Role, Assignee: r.Person, Loud: loud})
		for _, p := range people {
			told = append(told, reminder.Told{PersonID: p.ID, Name: p.Name, Why: string(p.Why)})
		}
		return told, err
	}})
	accounts := signin.New(d, signin.Options{})
	for _, r := range []actor.Role{actor.Operator, actor.Funds, actor.Legal, actor.Auditor, actor.Administrator} {
		a, _, err := accounts.Create(t.Context(), actor.System("test"), signin.NewAccount{Login: string(r), Name: "人 " + string(r), Roles: signin.Roles{r}})
		must(t, err)
		o.people[string(r)] = a
	}
	book, err := words.Load()
	must(t, err)
	e := gin.New()
	desk := &pages.Desk{Words: book, Clock: func() time.Time { return d.Now().Time() }, Sessions: signin.NewSessions(d, signin.SessionOptions{Insecure: true}),
		Who: func(ctx context.Context) (pages.Person, bool, error) {
			login, _ := ctx.Value(visitor{}).(string)
			a, ok := o.who(login)
			return pages.Person{Actor: a, Lang: "ja"}, ok, nil
		}}
	desk.On(e)
	(&pages.Reminders{Reminders: o.reminders}).Register(desk)
	(&pages.Directory{Desks: o.desks}).Register(desk)
	(&pages.OnCall{Staff: o.staff}).Register(desk)
	o.handler = desk.Sessions.LoadAndSave(e)
	return o
}

// remind sets reminders and moves the clock.
func (o *front) remind(after time.Duration, items ...reminder.Item) {
	o.t.Helper()
	must(o.t, o.d.Update(o.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, i := range items {
			i.Subject, i.From = reminder.Subject{Kind: "incident", ID: "i1"}, tx.Now
			if err := o.reminders.Set(ctx, tx, i); err != nil {
				return err
			}
		}
		return nil
	}))
	o.clock.Add(after)
	_, err := o.reminders.Tick(o.t.Context())
	must(o.t, err)
}

var seenForm = regexp.MustCompile(`action="(/reminders/[^/"]+/seen)"`)

func TestTheRemindersPage(t *testing.T) {
	chase := reminder.Item{Ref: "bank_request:b1", Ladder: reminder.BankChase, Role: actor.Funds, Args: reminder.Args{"No": "BNK-2026-0001"}}
	filing := reminder.Item{Ref: "filing:f1", Ladder: reminder.Filing, Role: actor.Legal, Due: db.At(start.Add(30 * time.Hour)), Args: reminder.Args{"No": "FIL-2026-0001"}}
	task := reminder.Item{Ref: "step:s1", Ladder: reminder.Task, Role: actor.Operator, Due: db.At(start.Add(time.Hour)), Args: reminder.Args{"Title": "口座の確認", "TitleEN": "Check the account"}}
	eachFront(t, map[string]func(*testing.T, *front){
		"who may not read reminders does not find the page": func(_ *testing.T, o *front) {
			o.get("admin", "/reminders").says(http.StatusNotFound)
			o.post("admin", "/reminders/x/seen", nil).says(http.StatusNotFound)
		},
		"an empty page says so": func(_ *testing.T, o *front) {
			o.get("legal", "/reminders").says(http.StatusOK, "条件に合う催促はありません", "これから48時間に予定された催促はありません")
		},
		"each role sees what it was told, what it is about and what comes next": func(_ *testing.T, o *front) {
			o.remind(2*time.Hour, chase, filing, task)
			o.get("funds", "/reminders").says(http.StatusOK, "BNK-2026-0001: 送付から2時間", `href="/bank/b1"`, "未確認 1 件", "あと 4時間", "2回目の催促").lacks("FIL-2026-0001", "遅れて通知</span>")
			o.get("legal", "/reminders").says(http.StatusOK, "FIL-2026-0001: 期限（2026-11-05 16:00）までの半分", `href="/filings/f1"`).lacks("BNK", `/seen"`)
			o.get("operator", "/reminders").says(http.StatusOK, "作業「口座の確認」", `href="/tasks/s1"`, `遅れて通知</span>`)
			o.get("operator", "/reminders?lang=en").says(http.StatusOK, "Check the account", "Said late")
			o.get("auditor", "/reminders").says(http.StatusOK).lacks("BNK", "FIL-", "作業「")
		},
		"seen by somebody of the role, once and with their name; by nobody else": func(_ *testing.T, o *front) {
			o.remind(2*time.Hour, chase)
			form := seenForm.FindStringSubmatch(o.get("funds", "/reminders").Body.String())
			if form == nil {
				o.t.Fatal("no button")
			}
			o.post("legal", form[1], nil).says(http.StatusNotFound)
			o.post("auditor", form[1], nil).says(http.StatusNotFound)
			o.post("funds", form[1], nil).leadsTo("/reminders?done=reminder_seen")
			o.post("funds", form[1], nil).leadsTo("/reminders")
			o.get("funds", "/reminders").says(http.StatusOK, "人 funds").lacks(`/seen"`, "未確認 1 件")
			o.get("funds", "/reminders?unseen=true").says(http.StatusOK, "条件に合う催促はありません")
			if n := o.recorded("reminder.seen"); n != 1 {
				o.t.Errorf("%d entries", n)
			}
		},
		"a long list goes on on the next page, with its filter": func(_ *testing.T, o *front) {
			o.remind(60*24*time.Hour, chase)
			page := o.get("funds", "/reminders?late=true").says(http.StatusOK, "61 回目").Body.String()
			next := regexp.MustCompile(`href="(/reminders\?after=[^"]+late=true)"`).FindStringSubmatch(page)
			if next == nil {
				o.t.Fatal("no next page")
			}
			o.get("funds", html.UnescapeString(next[1])).
				says(http.StatusOK, "送付から2時間").lacks("これから48時間")
		},
		"an address that is no cursor, and a reminder that does not exist, are no server fault": func(_ *testing.T, o *front) {
			o.get("funds", "/reminders?after=x").says(http.StatusUnprocessableEntity)
			o.post("funds", "/reminders/x/seen", nil).says(http.StatusNotFound)
		},
	})
}

func TestEveryRungHasItsSentences(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	must(t, err)
	for _, l := range reminder.Standard() {
		rungs := []string{}
		for _, r := range l.Rungs {
			rungs = append(rungs, r.Name)
		}
		if l.Then != nil {
			rungs = append(rungs, l.Then.Name)
		}
		for _, rung := range rungs {
			for _, lang := range words.Languages {
				for _, prefix := range []string{"reminder.say.", "reminder.will."} {
					if book.In(lang).Or(prefix+l.Name+"."+rung, "") == "" {
						t.Errorf("%s: %s%s.%s has no sentence", lang, prefix, l.Name, rung)
					}
				}
			}
		}
	}
}
