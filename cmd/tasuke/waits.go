package main

import (
	"context"

	"tasuke/cases/remedy"
	"tasuke/cases/sweep"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/victim"
	"tasuke/contacts/isac"
	"tasuke/internal/actor"
	"tasuke/internal/paging"
	"tasuke/web/pages"
)

// countedWaits is as far as a list of the first page is counted.
const countedWaits = 100

// waits are the lists whose records wait for a role, by the filters of the rooms' own lists. What a
// person may not see is not counted. Who made a record is not left out: the record itself refuses
// the second pair of eyes to its maker and says why.
func (a *app) waits() []pages.Wait {
	return []pages.Wait{
		{Say: "home.wait.sweep_hits", Href: "/sweeps?state=hits_ready", Need: actor.SweepReview, Count: waiting(a.sweeps.List, sweep.Filter{State: sweep.HitsReady})},
		{Say: "home.wait.sweep_review", Href: "/sweeps?state=reviewing", Need: actor.SweepReview, Count: waiting(a.sweeps.List, sweep.Filter{State: sweep.Reviewing})},
		{Say: "home.wait.share", Href: "/shares?state=sanitised", Need: actor.ShareApprove, Count: waiting(a.shares.List, isac.Filter{State: isac.Sanitised})},
		{Say: "home.wait.notice", Href: "/notices?state=review", Need: actor.NoticeApprove, Count: waiting(a.victims.List, victim.Filter{State: victim.Review})},
		{Say: "home.wait.disclosure_facts", Href: "/disclosures?state=draft", Need: actor.DisclosureApprove, Role: actor.Responder, Count: waiting(a.disclosures.List, disclosure.Filter{State: disclosure.Draft})},
		{Say: "home.wait.disclosure_law", Href: "/disclosures?state=fact_checked", Need: actor.DisclosureApprove, Role: actor.Legal, Count: waiting(a.disclosures.List, disclosure.Filter{State: disclosure.FactChecked})},
		{Say: "home.wait.disclosure_exec", Href: "/disclosures?state=legal", Need: actor.DisclosureApprove, Role: actor.Executive, Count: waiting(a.disclosures.List, disclosure.Filter{State: disclosure.Legal})},
		{Say: "home.wait.disclosure_publish", Href: "/disclosures?state=exec", Need: actor.DisclosureWrite, Role: actor.PR, Count: waiting(a.disclosures.List, disclosure.Filter{State: disclosure.Exec})},
		{Say: "home.wait.remedy_check", Href: "/remedies?state=calculated", Need: actor.RemedyCheck, Count: waiting(a.remedies.List, remedy.Filter{State: remedy.Calculated})},
		{Say: "home.wait.remedy_approve", Href: "/remedies?state=checked", Need: actor.RemedyApprove, Count: waiting(a.remedies.List, remedy.Filter{State: remedy.Checked})},
		{Say: "home.wait.remedy_offer", Href: "/remedies?state=approved", Need: actor.RemedyWrite, Role: actor.Remediation, Count: waiting(a.remedies.List, remedy.Filter{State: remedy.Approved})},
	}
}

// waiting counts the rows of a room's list under a filter.
func waiting[Row, Filter any](list func(context.Context, actor.Actor, Filter, paging.Page) ([]Row, paging.Cursor, error), f Filter) func(context.Context, actor.Actor) (int, bool, error) {
	return func(ctx context.Context, by actor.Actor) (int, bool, error) {
		rows, next, err := list(ctx, by, f, paging.Page{Limit: countedWaits})
		return len(rows), !next.IsZero(), err
	}
}
