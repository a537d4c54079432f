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
	{"reminders", "/reminders", actor.ReminderRead},
	{"bank", "/bank", actor.BankRead},
	{"filings", "/filings", actor.FilingRead},
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

// Keys lists the keys that work on every page.
func (s Shell) Keys() []Key {
	return []Key{
		{"?", "key.help"}, {"/", "key.search"}, {"n", "key.new"}, {"j", "key.down"}, {"k", "key.up"},
		{"Enter", "key.open"}, {"g h", "key.home"}, {"g i", "key.inquiries"}, {"g c", "key.cases"},
		{"g n", "key.incidents"}, {"g t", "key.tasks"}, {"g b", "key.bank"}, {"g f", "key.filings"}, {"g r", "key.reminders"},
		{"Ctrl+Enter", "key.submit"}, {"Esc", "key.leave"},
	}
}

func sortedFields(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
