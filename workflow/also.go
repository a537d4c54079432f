package workflow

import (
	"database/sql/driver"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/playbooks"
)

// roleSet is a list of roles, stored each between spaces so that one can be looked for.
type roleSet []string

// Value gives the stored form.
func (l roleSet) Value() (driver.Value, error) {
	if len(l) == 0 {
		return "", nil
	}
	return " " + strings.Join(l, " ") + " ", nil
}

// Scan reads the stored form.
func (l *roleSet) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return errText
	}
	*l = strings.Fields(text)
	return nil
}

// alsoOf are the roles that may act on a step beside its own: those that sign an approval.
func alsoOf(step *playbooks.Step) (out roleSet) {
	for _, l := range step.Signatures {
		for _, r := range l.Roles {
			if r != step.Role && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// has reports whether somebody has a role that may act on a step.
func (s *StepRun) has(by actor.Actor) bool {
	return by.Has(actor.Role(s.Role)) || slices.ContainsFunc(s.Also, func(r string) bool { return by.Has(actor.Role(r)) })
}

// ofRole is the condition of has in SQL, on step_run s.
func ofRole(roles []actor.Role) (where string, args []any) {
	where, args = "s.role IN (?)", []any{roles}
	var also []string
	for _, r := range roles {
		also, args = append(also, "s.also LIKE ?"), append(args, "% "+string(r)+" %")
	}
	return "(" + where + " OR s.also <> '' AND (" + strings.Join(also, " OR ") + "))", args
}
