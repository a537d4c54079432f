// Package savedfilter keeps lists as people have narrowed them, under a name: for oneself, or for
// everybody of a role. Name and values are sealed, because a fragment of a customer's name may stand
// in them; a filter with such a fragment stays with its owner.
package savedfilter

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// lists are the lists that can be narrowed, and who may see each.
var lists = map[string]actor.Permission{"cases": actor.CaseRead, "inquiries": actor.InquiryRead}

const (
	// maxName and maxValue are in characters.
	maxName  = 60
	maxValue = 200
	// most is how many filters of one list a person may keep.
	most = 50
)

// Filter is a list narrowed under a name.
type Filter struct {
	ID        string     `db:"id"`
	List      string     `db:"list"`
	OwnerID   string     `db:"owner_id"`
	OwnerName string     `db:"owner_name"`
	Role      actor.Role `db:"role"` // whose people may use it as well; empty is nobody
	SavedAt   db.Instant `db:"saved_at"`
	RemovedAt db.Instant `db:"removed_at"` // zero while it is there
	Rev       int64      `db:"rev"`
	Default   bool       `db:"-"` // the person who reads opens the list with it
	Content   `db:"-"`
}

// Content is what is sealed.
type Content struct {
	Name string `json:"name"`
	// Values are the fields of the form above the list.
	Values map[string]string `json:"values"`
	// Personal says that a value may name a customer: what was typed as a search word.
	Personal bool `json:"personal,omitempty"`
}

// Own reports whether the filter is this person's.
func (f Filter) Own(by actor.Actor) bool { return f.OwnerID == by.ID }

// problems gives field -> message key for everything that is wrong at once.
func (f Filter) problems() map[string]string {
	bad := map[string]string{}
	if n := utf8.RuneCountInString(strings.TrimSpace(f.Name)); n == 0 {
		bad["name"] = "form.required"
	} else if n > maxName {
		bad["name"] = "form.too_long"
	}
	if f.Role != "" && !slices.Contains(actor.Roles, f.Role) {
		bad["role"] = "form.choice"
	}
	if f.Role != "" && f.Personal {
		bad["role"] = "filter.personal"
	}
	for k, v := range f.Values {
		if len(k) > maxName || utf8.RuneCountInString(v) > maxValue {
			bad["name"] = "filter.values"
		}
	}
	return bad
}
