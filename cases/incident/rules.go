package incident

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/db"
)

// Limits of what people type, in characters.
const (
	maxTitle      = 120
	maxSummary    = 4000
	maxDepartment = 80
	maxEvidence   = 2000
	maxReason     = 1000
	maxKey        = 64
)

// problems gives field -> message key for everything that is wrong at once.
func (d Details) problems(now db.Instant) map[string]string {
	bad := map[string]string{}
	checkText(bad, "title", d.Title, 1, maxTitle)
	checkText(bad, "summary", d.Summary, 0, maxSummary)
	choice(bad, "kind", Kinds, d.Kind)
	choice(bad, "severity", Severities, d.Severity)
	choice(bad, "detected_by", Sources, d.DetectedBy)
	choice(bad, "system_breach", Breaches, d.SystemBreach)
	for _, v := range d.Vectors {
		choice(bad, "vectors", Vectors, v)
	}
	notFuture(bad, "occurred_from", d.OccurredFrom, now)
	notFuture(bad, "occurred_to", d.OccurredTo, now)
	if d.OccurredFrom != 0 && d.OccurredTo != 0 && d.OccurredFrom > d.OccurredTo {
		bad["occurred_to"] = "form.before_start"
	}
	return bad
}

// problems of an opening: what holds for the details, and T0 at or before now.
func (n New) problems(now db.Instant) map[string]string {
	bad := n.Details.problems(now)
	if n.DetectedAt == 0 {
		bad["detected_at"] = "form.required"
	}
	notFuture(bad, "detected_at", n.DetectedAt, now)
	if n.OccurredFrom != 0 && n.DetectedAt != 0 && n.OccurredFrom > n.DetectedAt {
		bad["occurred_from"] = "incident.occurred_after_detected"
	}
	checkText(bad, "department", n.Department, 0, maxDepartment)
	checkText(bad, "evidence", n.Evidence, 0, maxEvidence)
	checkText(bad, "key", n.Key, 0, maxKey)
	return bad
}

// filled puts in what an opening may leave out.
func (n New) filled() New {
	n.Title = strings.TrimSpace(n.Title)
	if n.SystemBreach == "" {
		n.SystemBreach = "none_confirmed"
	}
	if n.Severity == "" {
		n.Severity = "S3"
	}
	if n.Department == "" {
		n.Department = string(n.DetectedBy)
	}
	if n.Evidence == "" {
		n.Evidence = n.Title
	}
	return n
}

func checkText(bad map[string]string, field, s string, least, most int) {
	switch n := utf8.RuneCountInString(strings.TrimSpace(s)); {
	case n < least:
		bad[field] = "form.required"
	case n > most:
		bad[field] = "form.too_long"
	}
}

func choice[T comparable](bad map[string]string, field string, all []T, v T) {
	if !slices.Contains(all, v) {
		bad[field] = "form.choice"
	}
}

func notFuture(bad map[string]string, field string, at, now db.Instant) {
	if at > now {
		bad[field] = "form.future"
	}
}
