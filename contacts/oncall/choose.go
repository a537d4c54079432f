package oncall

import (
	"slices"
	"time"

	"tasuke/internal/actor"
)

// Member is somebody of the staff who may be told.
type Member struct {
	ID, Name string
	Roles    []actor.Role
}

// Why is why somebody is told.
type Why string

// The reasons. NobodyOnCall is somebody who is told in quiet hours because nobody is on call then: a
// reminder reaches somebody in any case.
const (
	AsAssignee   Why = "assignee"
	AsRole       Why = "role"
	OnCall       Why = "on_call"
	NobodyOnCall Why = "nobody_on_call"
)

// Reasons lists them; the database repeats the list in a CHECK.
var Reasons = []Why{AsAssignee, AsRole, OnCall, NobodyOnCall}

// Matter is what somebody is to be told of: a role, and who of it has taken the matter on, if anybody.
// What is loud, a clock of the law, is silenced by no quiet hours.
type Matter struct {
	Role     actor.Role
	Assignee string
	Loud     bool
}

// Person is somebody who is told, and why.
type Person struct {
	ID, Name string
	Why      Why
}

// rota is the hours that are in force.
type rota struct {
	members []Member
	onCall  map[actor.Role]map[string][]Hours // by person
	roles   map[actor.Role][]Hours            // quiet
	people  map[string][]Hours                // quiet
}

// choose says whom a matter reaches at a moment: who has taken it on, or else everybody of the role.
// In quiet hours of the role it is who of the role is on call; somebody in quiet hours of their own is
// left out. When nobody is left and nobody is on call, they are told all the same.
func (r rota) choose(m Matter, at time.Time) []Person {
	all := r.concerned(m)
	if m.Loud {
		return all
	}
	awake := all
	if hold(r.roles[m.Role], at) {
		awake = nil
	}
	awake = slices.DeleteFunc(slices.Clone(awake), func(p Person) bool { return hold(r.people[p.ID], at) })
	if len(awake) > 0 {
		return awake
	}
	if called := r.called(m.Role, at); len(called) > 0 {
		return called
	}
	for i := range all {
		all[i].Why = NobodyOnCall
	}
	return all
}

// concerned are who has taken the matter on, if they still may come in, or everybody of the role.
func (r rota) concerned(m Matter) (list []Person) {
	for _, x := range r.members {
		switch {
		case m.Assignee != "" && x.ID == m.Assignee:
			return []Person{{x.ID, x.Name, AsAssignee}}
		case slices.Contains(x.Roles, m.Role):
			list = append(list, Person{x.ID, x.Name, AsRole})
		}
	}
	return list
}

// called are who of a role, and still of it, is on call at a moment. Quiet hours of their own do not count then.
func (r rota) called(role actor.Role, at time.Time) (list []Person) {
	for _, x := range r.members {
		if slices.Contains(x.Roles, role) && hold(r.onCall[role][x.ID], at) {
			list = append(list, Person{x.ID, x.Name, OnCall})
		}
	}
	return list
}

func hold(hours []Hours, at time.Time) bool {
	return slices.ContainsFunc(hours, func(h Hours) bool { return h.Hold(at) })
}
