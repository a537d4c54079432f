package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/signin"
)

// AuditFilter is what the trail was narrowed to; days are of Tokyo, both included.
type AuditFilter struct{ Tree, Actor, ActorName, Kind, ID, From, To string }

// AuditPage is a page of the audit trail.
type AuditPage struct {
	Rows   []audit.Listed
	Filter AuditFilter
	People []signin.Colleague
	Next   string
}

// auditKinds are the kinds of record that entries are about.
var auditKinds = []string{"case", "incident", "inquiry", "customer", "customer_register", "run", "step_run", "playbook_version", "account", "token", "alert",
	"bank_request", "filing", "mail", "effect", "reminder", "desk", "sweep", "sweep_hit", "sweep_indicator", "police", "share", "notice", "disclosure", "remedy", "saved_filter", "search"}

// narrowed is the address of the trail of one actor or one record.
func narrowed(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "/audit?" + q.Encode()
}

// auditHref is the page of the record an entry is about, "" when it has none.
func auditHref(r audit.Listed) string {
	room, ok := map[string]string{"case": "/cases/", "incident": "/incidents/", "inquiry": "/inquiries/", "run": "/runs/", "step_run": "/tasks/", "playbook_version": "/playbooks/",
		"bank_request": "/bank/", "filing": "/filings/", "mail": "/outbox/", "desk": "/directory/"}[r.ObjectKind]
	if !ok || r.ObjectID == "" {
		return ""
	}
	return room + r.ObjectID
}

// auditDetail is what an entry keeps beside who, what and when, in words and in the order of its names.
func auditDetail(s Shell, r audit.Listed) (out []seenValue) {
	dec := json.NewDecoder(bytes.NewReader([]byte(r.Detail)))
	dec.UseNumber() // every digit of an amount
	var fields map[string]any
	if dec.Decode(&fields) != nil || fields == nil {
		return []seenValue{{s.T("audit.detail"), r.Detail}}
	}
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		if value := auditValue(s, r.ObjectKind, k, fields[k]); value != "" {
			out = append(out, seenValue{s.Or("audit.detail."+strings.ToLower(k), k), value})
		}
	}
	return out
}

// auditValue is one value in words; what has none stays as it was written.
func auditValue(s Shell, kind, name string, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		return factWord(s, name, v)
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = auditValue(s, kind, name, x)
		}
		return joined(s, parts)
	case string:
		return auditWord(s, kind, strings.ToLower(name), v)
	case map[string]any:
		b, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(b)
	}
	return fmt.Sprint(value)
}

func auditWord(s Shell, kind, name, value string) string {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && (name == "at" || strings.HasSuffix(name, "_at")) {
		return s.When(db.Instant(n))
	}
	if kind == "bank_request" {
		kind = "bank"
		if prefix := bankCodes[strings.ToUpper(name[:1])+name[1:]]; prefix != "" {
			return s.Or(prefix+value, value)
		}
	}
	prefix, ok := map[string]string{
		"from": kind + ".state.", "to": kind + ".state.", "event": kind + ".event.", "kind": kind + ".kind.", "severity": "incident.severity.",
		"roles": "role.", "roles_before": "role.", "role": "role.", "purpose": "customer.purpose.", "scope": "containment.scope.",
		"target": "containment.target.", "channel": "containment.channel.", "outcome": "task.state.", "source": kind + ".source.",
		"direction": "case.direction.", "medium": "case.medium.", "counterparty": "case.counterparty.",
	}[name]
	switch {
	case !ok || value == "":
		return value
	case name == "event": // a clock event is one of an incident too
		return s.Or(prefix+value, s.Or("clock.kind."+value, value))
	}
	return s.Or(prefix+value, value)
}

// actorWord marks programs, so that they are not taken for people.
func actorWord(s Shell, r audit.Listed) string {
	if r.ActorKind == actor.Person {
		return ""
	}
	return s.T("audit.actor." + string(r.ActorKind))
}
