package alert_test

import (
	"testing"
	"time"

	"tasuke/cases/alert"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

func each(t *testing.T, tests map[string]func(*testing.T, *desk)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newDesk(t, d)) })
		})
	}
}

func TestAnAlertIsRefused(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *desk){
		"from a program without the scope": func(t *testing.T, k *desk) {
			k.refused(actor.Actor{ID: "token:x", Kind: actor.Token}, withdrawal("a"), fault.Forbidden, "actor.denied")
		},
		"from a person, whatever the roles": func(t *testing.T, k *desk) {
			k.refused(actor.Actor{ID: "p", Kind: actor.Person, Roles: actor.Roles}, withdrawal("a"), fault.Forbidden, "actor.denied")
		},
		"without a key": func(t *testing.T, k *desk) {
			if f := k.refused(monitoring, withdrawal(""), fault.Invalid, "form.invalid"); f.Fields["key"] != "alert.key" {
				t.Fatalf("the fields are %v", f.Fields)
			}
		},
		"when its incident does not exist": func(t *testing.T, k *desk) {
			a := withdrawal("a")
			a.Incident = "INC-2026-9999"
			k.refused(monitoring, a, fault.NotFound, "row.none")
		},
		"when its incident is over": func(t *testing.T, k *desk) {
			r := k.take(withdrawal("first"))
			k.dismiss(r.IncidentID)
			a := withdrawal("a")
			a.Incident = r.IncidentNo
			k.refused(monitoring, a, fault.NotFound, "row.none")
		},
		"when it would open an incident of a kind that does not exist": func(t *testing.T, k *desk) {
			a := withdrawal("a")
			a.Kind = "fire"
			if f := k.refused(monitoring, a, fault.Invalid, "form.invalid"); f.Fields["kind"] != "form.choice" {
				t.Fatalf("the fields are %v", f.Fields)
			}
		},
		"when it was noticed further in the future than clocks differ, to open or to join": func(t *testing.T, k *desk) {
			first := k.take(withdrawal("first"))
			for _, a := range []alert.Alert{
				{Key: "opens", Kind: "phishing", Title: "偽サイト", Severity: "S3"},
				{Key: "joins", Kind: "ato_withdrawal", Title: "出金先変更の急増", Severity: "S2"},
				{Key: "names", Kind: "ato_withdrawal", Title: "出金先変更の急増", Severity: "S2", Incident: first.IncidentNo},
			} {
				a.Detected = db.At(morning.Add(alert.ClockSkew + time.Microsecond))
				if f := k.refused(monitoring, a, fault.Invalid, "form.invalid"); f.Fields["detected_at"] != "form.future" {
					t.Fatalf("%s: the fields are %v", a.Key, f.Fields)
				}
			}
		},
		"when its key was used for other content": func(t *testing.T, k *desk) {
			first := k.take(withdrawal("a"))
			a := withdrawal("a")
			a.Summary = "10分に13件"
			if f := k.refused(monitoring, a, fault.Conflict, "alert.key_reused"); f.Args["No"] != first.IncidentNo {
				t.Fatalf("the refusal names %v, not %s", f.Args, first.IncidentNo)
			}
		},
	})
}

func TestAnAlertOpensOrJoins(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *desk){
		"the first opens an incident with its clocks running": func(t *testing.T, k *desk) {
			r := k.take(withdrawal("a"))
			if r.Joined || r.Repeated || r.IncidentNo == "" {
				t.Fatalf("got %+v", r)
			}
			sheet, err := k.room.Sheet(t.Context(), responder, r.IncidentID)
			if err != nil {
				t.Fatal(err)
			}
			i := sheet.Incident
			if i.Title != "出金先変更の急増" || i.Severity != "S2" || i.Summary != "10分に12件" || i.DetectedAt != db.At(morning.Add(-time.Minute)) {
				t.Fatalf("the incident says %+v", i)
			}
			if len(sheet.Clocks) != len(incident.Duties) || !sheet.Clocks[0].Unconfirmed {
				t.Fatalf("the clocks are %+v", sheet.Clocks)
			}
		},
		"one that does not say when was noticed now": func(t *testing.T, k *desk) {
			a := withdrawal("a")
			a.Detected = 0
			sheet, err := k.room.Sheet(t.Context(), responder, k.take(a).IncidentID)
			if err != nil || sheet.Incident.DetectedAt != db.At(morning) {
				t.Fatalf("noticed at %v (%v)", sheet.Incident.DetectedAt.Time(), err)
			}
		},
		"one from a clock that is fast was noticed now": func(t *testing.T, k *desk) {
			a := withdrawal("a")
			a.Detected = db.At(morning.Add(alert.ClockSkew))
			r := k.take(a)
			sheet, err := k.room.Sheet(t.Context(), responder, r.IncidentID)
			if err != nil || sheet.Incident.DetectedAt != db.At(morning) {
				t.Fatalf("noticed at %v (%v)", sheet.Incident.DetectedAt.Time(), err)
			}
			if again := k.take(a); !again.Repeated || again.IncidentID != r.IncidentID {
				t.Fatalf("repeated: %+v", again)
			}
		},
		"the next of its kind joins within 24 hours": func(t *testing.T, k *desk) {
			first := k.take(withdrawal("a"))
			late := withdrawal("b")
			late.Detected = withdrawal("a").Detected.Add(24 * time.Hour)
			k.clock.Set(late.Detected.Time())
			if r := k.take(late); !r.Joined || r.IncidentID != first.IncidentID {
				t.Fatalf("got %+v after %+v", r, first)
			}
			if c := k.counts(); c.Incidents != 1 || c.Alerts != 2 {
				t.Fatalf("there are %+v", c)
			}
		},
		"a moment after 24 hours it opens another": func(t *testing.T, k *desk) {
			first := k.take(withdrawal("a"))
			late := withdrawal("b")
			late.Detected = withdrawal("a").Detected.Add(24*time.Hour + time.Microsecond)
			k.clock.Set(late.Detected.Time())
			if r := k.take(late); r.Joined || r.IncidentID == first.IncidentID {
				t.Fatalf("got %+v", r)
			}
		},
		"another kind opens its own": func(t *testing.T, k *desk) {
			first, other := k.take(withdrawal("a")), withdrawal("b")
			other.Kind = "ato_trade"
			if r := k.take(other); r.Joined || r.IncidentID == first.IncidentID {
				t.Fatalf("got %+v", r)
			}
		},
		"an incident that is over is not joined": func(t *testing.T, k *desk) {
			first := k.take(withdrawal("a"))
			k.dismiss(first.IncidentID)
			if r := k.take(withdrawal("b")); r.Joined || r.IncidentID == first.IncidentID {
				t.Fatalf("got %+v", r)
			}
		},
		"one that names an incident joins it, whatever kind and age": func(t *testing.T, k *desk) {
			first, named := k.take(withdrawal("a")), withdrawal("b")
			k.clock.Add(90 * 24 * time.Hour)
			named.Kind, named.Incident = "other", first.IncidentNo
			if r := k.take(named); !r.Joined || r.IncidentID != first.IncidentID {
				t.Fatalf("got %+v", r)
			}
		},
	})
}

func TestADeliveryCountsOnce(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *desk){
		"when it is repeated, however late": func(t *testing.T, k *desk) {
			first := k.take(withdrawal("a"))
			before := k.counts()
			k.clock.Add(40 * 24 * time.Hour)
			if r := k.take(withdrawal("a")); !r.Repeated || r.IncidentID != first.IncidentID || r.IncidentNo != first.IncidentNo || r.Joined {
				t.Fatalf("got %+v after %+v", r, first)
			}
			if after := k.counts(); after != before {
				t.Fatalf("the repetition wrote something: %+v, before %+v", after, before)
			}
		},
		"when the one that joined is repeated, and still says that it joined": func(t *testing.T, k *desk) {
			k.take(withdrawal("a"))
			k.take(withdrawal("b"))
			if r := k.take(withdrawal("b")); !r.Repeated || !r.Joined {
				t.Fatalf("got %+v", r)
			}
		},
		"for each sender: keys of two systems are not mixed up": func(t *testing.T, k *desk) {
			k.take(withdrawal("a"))
			other := withdrawal("a")
			other.Title = "EDR の検知"
			if r, err := k.Take(t.Context(), second, other); err != nil || r.Repeated {
				t.Fatalf("got %+v, %v", r, err)
			}
		},
		"when the same delivery comes between our look and our write": func(t *testing.T, k *desk) {
			var between string
			come := func() { between = k.take(withdrawal("a")).IncidentID }
			if k.d.Dialect == db.Postgres {
				k.room.looked = come
			} else { // one writer: nobody can come between, so they come before
				come()
			}
			if r := k.take(withdrawal("a")); !r.Repeated || r.IncidentID != between {
				t.Fatalf("got %+v, between came %s", r, between)
			}
			if c := k.counts(); c.Incidents != 1 || c.Alerts != 1 {
				t.Fatalf("there are %+v", c)
			}
		},
		"when an alert with the same key and other content comes between, ours is refused": func(t *testing.T, k *desk) {
			other := withdrawal("a")
			other.Title = "ほかの内容"
			come := func() { k.take(other) }
			if k.d.Dialect == db.Postgres {
				k.room.looked = come
			} else {
				come()
			}
			if _, err := k.Take(t.Context(), monitoring, withdrawal("a")); !fault.Is(err, fault.Conflict) {
				t.Fatalf("got %v", err)
			}
			if c := k.counts(); c.Incidents != 1 || c.Alerts != 1 {
				t.Fatalf("there are %+v", c)
			}
		},
	})
}

// dismiss takes an incident to its end as people do: triage, a second word, dismissed.
func (k *desk) dismiss(id string) {
	k.t.Helper()
	move := func(e incident.Event, why string) {
		k.t.Helper()
		sheet, err := k.room.Sheet(k.t.Context(), responder, id)
		if err != nil {
			k.t.Fatal(err)
		}
		c := incident.Cause{ID: id, Rev: sheet.Incident.Rev, Event: e, Reason: why}
		if e == incident.IncidentDismissed {
			if err := k.room.Agree(k.t.Context(), supervisor, c); err != nil {
				k.t.Fatal(err)
			}
		}
		if _, err := k.room.Move(k.t.Context(), responder, c); err != nil {
			k.t.Fatal(err)
		}
	}
	move(incident.TriageTaken, "")
	move(incident.IncidentDismissed, "検証環境からの通知だった")
}
