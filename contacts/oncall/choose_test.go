package oncall

import (
	"slices"
	"testing"
	"time"

	"tasuke/internal/actor"
)

// night is 21:00 to 9:00 of the next day.
var night = Hours{EveryDay, 21 * 60, 9 * 60}

func at(t *testing.T, local string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", local, japan)
	if err != nil {
		t.Fatal(err)
	}
	return when.UTC()
}

func TestHours(t *testing.T) {
	t.Parallel()
	friday := Hours{"5", 21 * 60, 9 * 60}
	tests := map[string]struct {
		hours Hours
		at    string // 2026-11-06 is a Friday
		want  bool
	}{
		"the first minute belongs to them":              {night, "2026-11-04 21:00", true},
		"the minute before does not":                    {night, "2026-11-04 20:59", false},
		"after midnight they go on":                     {night, "2026-11-05 03:00", true},
		"their end does not belong to them":             {night, "2026-11-05 09:00", false},
		"Friday night":                                  {friday, "2026-11-06 23:00", true},
		"Friday's night goes on on Saturday":            {friday, "2026-11-07 08:59", true},
		"Friday's own early morning is Thursday's":      {friday, "2026-11-06 03:00", false},
		"Sunday's night goes on on Monday":              {Hours{"7", 21 * 60, 9 * 60}, "2026-11-09 01:00", true},
		"hours of a day do not go on":                   {Hours{"5", 9 * 60, 17 * 60}, "2026-11-07 10:00", false},
		"hours that end where they begin are all of it": {Hours{"5", 0, 0}, "2026-11-06 12:00", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.hours.Hold(at(t, test.at)); got != test.want {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestWhomAMatterReaches(t *testing.T) {
	t.Parallel()
	hana, taro, boss := Member{"hana", "花", []actor.Role{actor.Funds}}, Member{"taro", "太郎", []actor.Role{actor.Funds}}, Member{"boss", "長", []actor.Role{actor.Supervisor}}
	base := rota{
		members: []Member{hana, taro, boss},
		roles:   map[actor.Role][]Hours{actor.Funds: {night}},
		onCall:  map[actor.Role]map[string][]Hours{actor.Funds: {"taro": {night}}},
		people:  map[string][]Hours{"boss": {night}, "hana": {{EveryDay, 12 * 60, 13 * 60}}},
	}
	none := base
	none.onCall = nil
	left := base
	left.members = []Member{hana, {"taro", "太郎", []actor.Role{actor.Legal}}, boss}
	tests := map[string]struct {
		rota rota
		m    Matter
		at   string
		want []string
	}{
		"by day everybody of the role":                              {base, Matter{Role: actor.Funds}, "2026-11-04 10:00", []string{"hana role", "taro role"}},
		"by day who has taken it on, alone":                         {base, Matter{Role: actor.Funds, Assignee: "hana"}, "2026-11-04 10:00", []string{"hana assignee"}},
		"who has taken it on and may no longer come in: the role":   {base, Matter{Role: actor.Funds, Assignee: "gone"}, "2026-11-04 10:00", []string{"hana role", "taro role"}},
		"in quiet hours of the role who is on call":                 {base, Matter{Role: actor.Funds}, "2026-11-04 23:00", []string{"taro on_call"}},
		"in quiet hours who is on call instead of who has taken it": {base, Matter{Role: actor.Funds, Assignee: "hana"}, "2026-11-04 23:00", []string{"taro on_call"}},
		"a clock of the law in quiet hours: everybody":              {base, Matter{Role: actor.Funds, Loud: true}, "2026-11-04 23:00", []string{"hana role", "taro role"}},
		"a person in quiet hours of their own is left in peace":     {base, Matter{Role: actor.Funds}, "2026-11-04 12:30", []string{"taro role"}},
		"alone and in quiet hours, with nobody on call: told":       {base, Matter{Role: actor.Supervisor}, "2026-11-04 23:00", []string{"boss nobody_on_call"}},
		"quiet hours and nobody on call: everybody, and it says so": {none, Matter{Role: actor.Funds}, "2026-11-04 23:00", []string{"hana nobody_on_call", "taro nobody_on_call"}},
		"who is on call of a role and has it no more is not called": {left, Matter{Role: actor.Funds}, "2026-11-04 23:00", []string{"hana nobody_on_call"}},
		"a role that nobody has reaches nobody":                     {base, Matter{Role: actor.Legal}, "2026-11-04 10:00", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range test.rota.choose(test.m, at(t, test.at)) {
				got = append(got, p.ID+" "+string(p.Why))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
