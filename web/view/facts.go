package view

import (
	"slices"
	"strconv"
	"strings"

	"tasuke/cases/incident"
	"tasuke/internal/db"
)

// FactFields is the form of the items of a fact sheet or of a report. Times and numbers stand as
// they were typed, so that nothing is lost on the way back.
type FactFields struct {
	incident.FactContent
	DiscoveredAt, From, To, Number, AsOf string
	// Now is what stands beside the typed items when they differ: the version somebody else saved,
	// or the fact sheet a report was taken from. Differ names those items.
	Now    incident.FactContent
	Differ []incident.FactItem
}

// FieldsOf puts a content into the form.
func FieldsOf(s Shell, c incident.FactContent) FactFields {
	f := FactFields{FactContent: c, DiscoveredAt: s.Input(c.Discovered), From: s.Input(c.OccurredFrom), To: s.Input(c.OccurredTo), AsOf: s.Input(c.PersonsAsOf)}
	if c.PersonsAsOf != 0 {
		f.Number = strconv.FormatInt(c.Persons, 10)
	}
	return f
}

func (f FactFields) differs(k incident.FactItem) bool { return slices.Contains(f.Differ, k) }

// FactSheetPage is the fact sheet of an incident: a version, the one before it, and the form.
type FactSheetPage struct {
	incident.FactsPage
	Fields FactFields
	Edit   bool  // the form is open
	Old    bool  // an older version is shown, which nobody edits
	Newest int64 // version of the newest sheet
}

func (p FactSheetPage) path(rest string) string {
	return "/incidents/" + p.Incident.ID + "/facts" + rest
}

// factTitle is the name of an item in the reader's language.
func factTitle(s Shell, k incident.FactItem) string { return s.T("factsheet.item." + string(k)) }

// factTitles are the names of several items in a row.
func factTitles(s Shell, items []incident.FactItem) string {
	names := make([]string, len(items))
	for i, k := range items {
		names[i] = factTitle(s, k)
	}
	return strings.Join(names, s.T("list.comma"))
}

// factValue is what an item states beside its text: a date, a choice, a number.
func factValue(s Shell, c incident.FactContent, k incident.FactItem) string {
	switch k {
	case incident.FactDiscovered:
		return s.When(c.Discovered)
	case incident.FactOccurred:
		return period(s, c.OccurredFrom, c.OccurredTo)
	case incident.FactEntrusted:
		return s.T("factsheet.entrusted." + entrustedWord(c.Entrusted))
	case incident.FactPersons:
		if c.PersonsAsOf != 0 {
			return s.T("factsheet.persons", "N", s.Count(c.Persons), "At", s.When(c.PersonsAsOf))
		}
	}
	return ""
}

func entrustedWord(e incident.Entrusted) string {
	if e == incident.EntrustedUnknown {
		return "unknown"
	}
	return string(e)
}

func period(s Shell, from, to db.Instant) string {
	if to == 0 {
		return s.When(from)
	}
	return s.When(from) + " – " + s.When(to)
}

func knownTone(k incident.Known) string {
	switch k {
	case incident.FactConfirmed:
		return "ok"
	case incident.FactInvestigating:
		return "warn"
	}
	return ""
}

// short is the first part of a hash, enough to compare by eye.
func short(hash string) string { return hash[:min(12, len(hash))] }

// sheetVersion names a version; 0 is what the incident itself knew.
func sheetVersion(s Shell, n int64) string {
	if n == 0 {
		return s.T("factsheet.version_none")
	}
	return s.T("factsheet.version", "N", n)
}
