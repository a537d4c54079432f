package pages

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/web/view"
)

// Wait is one list of a room, narrowed to the records whose next step belongs to a role.
type Wait struct {
	// Say is the key of the sentence that says what to do, with the argument N.
	Say string
	// Href is the list narrowed to these records.
	Href string
	// Need and Role say whose step it is; without a Role everybody with the permission.
	Need actor.Permission
	Role actor.Role
	// Count says how many records of the list a person may see, and whether there are more.
	Count func(ctx context.Context, by actor.Actor) (n int, more bool, err error)
}

// concerns says whether the step belongs to a person.
func (w Wait) concerns(by actor.Actor) bool {
	return by.May(w.Need) && (w.Role == "" || by.Has(w.Role))
}

// waits fills the lines of what waits for the reader's role; a list with nothing in it is no line.
func (h *Home) waits(v *Visit, p *view.HomePage) error {
	for _, w := range h.Waits {
		if !w.concerns(v.Actor) {
			continue
		}
		p.Reviews = true
		n, more, err := w.Count(v.Request.Context(), v.Actor)
		if err != nil {
			return err
		}
		if n > 0 {
			p.Waits = append(p.Waits, view.WaitLine{Say: w.Say, Href: w.Href, N: n, More: more})
		}
	}
	return nil
}
