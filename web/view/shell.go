// Package view draws the pages: typed structs in, HTML out. It reads nothing and decides nothing.
package view

import (
	"maps"
	"net/url"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/words"
)

// Shell is what every page has around its own content.
type Shell struct {
	words.Words
	Actor  actor.Actor
	Title  string // already in the reader's language
	Nav    string // the section that is marked as current
	Path   string // the page's own address, for the language switch
	Query  url.Values
	Theme  string // "", light or dark
	Assets string // "/assets/<hash>"
	Demo   bool
	Now    db.Instant
	Search string // what was typed in the search box
	Topics string // comma-separated topics of the live update, "" for none
	Mark   string // when the page was drawn, for the live update
	// Problem is why the last request did not succeed; the page keeps what was typed.
	Problem *fault.Error
	Notice  string // key of the sentence that says what was just done
}

// OtherLang is the address of this page in the other language.
func (s Shell) OtherLang() string {
	q := url.Values{}
	for k, v := range s.Query {
		q[k] = v
	}
	q.Set("lang", map[string]string{"ja": "en", "en": "ja"}[s.Lang])
	return s.Path + "?" + q.Encode()
}

// Wrong is the sentence of what is wrong with a form field, "" when nothing is.
func (s Shell) Wrong(field string) string {
	if s.Problem == nil || s.Problem.Fields[field] == "" {
		return ""
	}
	return s.T(s.Problem.Fields[field])
}

// section is one entry of the main navigation and the permission that shows it.
type section struct {
	nav, href string
	need      actor.Permission
}

var sections = []section{
	{"home", "/", ""},
	{"inquiries", "/inquiries", actor.InquiryRead},
	{"incidents", "/incidents", actor.IncidentRead},
	{"cases", "/cases", actor.CaseRead},
	{"tasks", "/tasks", actor.TaskRead},
	{"handover", "/handover", actor.TaskRead},
	{"reminders", "/reminders", actor.ReminderRead},
	{"sweeps", "/sweeps", actor.SweepRead},
	{"bank", "/bank", actor.BankRead},
	{"police", "/police", actor.PoliceRead},
	{"shares", "/shares", actor.ShareRead},
	{"filings", "/filings", actor.FilingRead},
	{"notices", "/notices", actor.NoticeRead},
	{"disclosures", "/disclosures", actor.DisclosureRead},
	{"remedies", "/remedies", actor.RemedyRead},
	{"outbox", "/outbox", actor.MailRead},
	{"directory", "/directory", actor.DirectoryRead},
	{"playbooks", "/playbooks", actor.TaskRead},
	{"audit", "/audit", actor.AuditRead},
	{"accounts", "/admin/accounts", actor.AccountManage},
}

func (s Shell) sections() (out []section) {
	for _, x := range sections {
		if x.need == "" || s.Actor.May(x.need) {
			out = append(out, x)
		}
	}
	return out
}

// Key is one line of the key map.
type Key struct{ Press, Does string }

// Keys lists the keys that work on every page, without the ways to what the reader may not open.
func (s Shell) Keys() (out []Key) {
	for _, k := range []struct {
		Key
		need actor.Permission
	}{
		{Key{"?", "key.help"}, ""}, {Key{"/", "key.search"}, ""}, {Key{"n", "key.new"}, ""}, {Key{"j", "key.down"}, ""}, {Key{"k", "key.up"}, ""},
		{Key{"Enter", "key.open"}, ""}, {Key{"g h", "key.home"}, ""}, {Key{"g i", "key.inquiries"}, actor.InquiryRead},
		{Key{"g c", "key.cases"}, actor.CaseRead}, {Key{"g n", "key.incidents"}, actor.IncidentRead}, {Key{"g t", "key.tasks"}, actor.TaskRead},
		{Key{"g s", "key.handover"}, actor.TaskRead}, {Key{"g b", "key.bank"}, actor.BankRead}, {Key{"g f", "key.filings"}, actor.FilingRead}, {Key{"g r", "key.reminders"}, actor.ReminderRead},
		{Key{"e", "key.complete"}, actor.TaskWork}, {Key{"c", "key.comment"}, actor.TaskWork}, {Key{"h", "key.assign"}, actor.TaskWork},
		{Key{"Ctrl+Enter", "key.submit"}, ""}, {Key{"Esc", "key.leave"}, ""},
	} {
		if k.need == "" || s.Actor.May(k.need) {
			out = append(out, k.Key)
		}
	}
	return out
}

func sortedFields(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
