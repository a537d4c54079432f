package main

import (
	"cmp"
	"context"
	"log/slog"

	"tasuke/contacts/mail"
	"tasuke/contacts/oncall"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/internal/vault"
	"tasuke/web/words"
	"tasuke/workflow/reminder"
)

// reminding opens the directory of the staff and says how a reminder reaches people: on the screen of
// its role, by mail those whom it concerns at that moment, and the role's own address where the firm
// has named one.
func (r *rooms) reminding(v *vault.Vault, cfg Config) (reminder.Options, error) {
	book, err := words.Load()
	if err != nil {
		return reminder.Options{}, err
	}
	r.onCall = oncall.NewStore(r.db, oncall.Options{Staff: staff, Seal: v.SealText, Open: v.OpenText})
	post := postman{rooms: r, ja: book.In("ja"), en: book.In("en"), url: cfg.URL}
	return reminder.Options{
		Fired: func(ctx context.Context, tx *db.Tx, m reminder.Reminder) error {
			to := cfg.Notify[string(m.Role)]
			if to == "" {
				return nil
			}
			_, err := post.send(ctx, tx, m, to, "reminder:"+m.ID)
			return err
		},
		People: func(ctx context.Context, tx *db.Tx, m reminder.Reminder, loud bool) ([]reminder.Told, error) {
			people, err := r.onCall.Concerned(ctx, tx, oncall.Matter{Role: m.Role, Assignee: m.Person, Loud: loud})
			if err != nil {
				return nil, err
			}
			told := make([]reminder.Told, len(people))
			for i, p := range people {
				told[i] = reminder.Told{PersonID: p.ID, Name: p.Name, Why: string(p.Why)}
				if p.Mail == "" {
					continue
				}
				if told[i].MailID, err = post.send(ctx, tx, m, p.Mail, "reminder:"+m.ID+":"+p.ID); err != nil {
					return nil, err
				}
			}
			return told, nil
		},
	}, nil
}

// staff are those who may come in, as the directory knows them.
func staff(ctx context.Context, tx *db.Tx) ([]oncall.Member, error) {
	list, err := signin.Staff(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]oncall.Member, len(list))
	for i, a := range list {
		out[i] = oncall.Member{ID: a.ID, Name: a.DisplayName, Roles: a.Roles}
	}
	return out, nil
}

// postman writes reminders as letters: the sentence that the screen says, a number and a term, no
// personal data.
type postman struct {
	*rooms
	ja, en words.Words
	url    string
}

// send puts a letter into the outbox, in the transaction of the reminder, and gives its id. An address
// that the mail room refuses must not silence the screen.
func (p postman) send(ctx context.Context, tx *db.Tx, m reminder.Reminder, to, key string) (id string, err error) {
	until := ""
	if !m.Until.IsZero() {
		until = m.Until.In(words.Tokyo).Format("2006-01-02 15:04 JST")
	}
	say := "reminder.say." + m.Ladder + "." + m.Rung
	args := func(title string) []any {
		return []any{"No", m.Args["No"], "Title", cmp.Or(m.Args[title], m.Args["Title"]), "Until", until, "N", m.N}
	}
	late := ""
	if m.Late {
		late = "\n\n" + p.ja.T("reminder.late") + " / " + p.en.T("reminder.late")
	}
	id, err = p.mail.Put(ctx, tx, actor.System("reminder"), mail.Letter{To: []string{to}, Subject: "tasuke: " + p.ja.T("nav.reminders") + " " + m.Args["No"],
		Text:  p.ja.T(say, args("Title")...) + "\n\n" + p.en.T(say, args("TitleEN")...) + late + "\n\n" + p.url + "/reminders\n",
		About: "reminder:" + m.ID, Key: key})
	if fault.Is(err, fault.Invalid) {
		slog.ErrorContext(ctx, "a reminder is on the screen and was not mailed", "role", m.Role, "cause", err)
		return "", nil
	}
	return id, err
}
