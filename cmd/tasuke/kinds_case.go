package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/cases/sweep/damage"
	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/web/words"
	"tasuke/workflow"
)

// caseShapes are what a playbook can have done with the victim cases.
var caseShapes = map[string]playbooks.Shape{
	"case.contain": {
		Title:  playbooks.Text{JA: "封じ込めのない案件に経路ごとの封じ込めを依頼する", EN: "Request containment, per channel, for every case that lacks it"},
		Input:  map[string]playbooks.FieldType{"scope": playbooks.TextField},
		Output: map[string]playbooks.FieldType{"cases": playbooks.NumberField, "requested": playbooks.NumberField},
	},
	"case.calllist": {
		Title:  playbooks.Text{JA: "まだ連絡していない影響顧客の架電リストを作る", EN: "Make the list of affected customers who are still to be called"},
		Output: map[string]playbooks.FieldType{"customers": playbooks.NumberField, "uncalled": playbooks.NumberField},
	},
	"case.timeline": {
		Title:  playbooks.Text{JA: "影響顧客の口座の時系列をログから案件に書く", EN: "Write the account timeline of each affected customer into the case"},
		Output: map[string]playbooks.FieldType{"cases": playbooks.NumberField, "events": playbooks.NumberField},
	},
}

func (r *rooms) caseKinds() []workflow.Kind {
	return []workflow.Kind{r.apart("case.contain", r.playContain), inside("case.calllist", r.playCallList), r.apart("case.timeline", r.playTimeline)}
}

func (r *rooms) playContain(ctx context.Context, c workflow.Call) (output, error) {
	scope, _ := c.Input["scope"].(string)
	stop, ok := cases.StopScopes[scope]
	if !ok {
		return nil, fault.New(fault.Invalid, "playbook.contain.scope", map[string]any{"Scope": scope})
	}
	held, err := r.cases.ContainAll(ctx, c.By, c.Subject.ID, stop)
	if err != nil {
		return nil, err
	}
	args := map[string]string{"N": decimal(int64(held.Cases)), "Requested": decimal(int64(held.Requested))}
	if held.Requested > 0 {
		err = r.telling(ctx, c, "playbook.did.contain", args, "", "", nil)
	}
	return output{"cases": int64(held.Cases), "requested": int64(held.Requested)}, err
}

func (r *rooms) playCallList(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
	seen, err := r.sweeps.Seen(ctx, tx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	scores := make(map[string]int64, len(seen))
	for _, s := range seen {
		scores[s.CustomerID] = s.Score
	}
	list, err := r.cases.CallList(ctx, tx, c.Subject.ID, scores)
	if err != nil {
		return nil, err
	}
	all, err := r.cases.Affected(ctx, tx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	text := cases.CallText(list)
	args := map[string]string{"N": decimal(int64(len(list))), "All": decimal(int64(len(all))), "List": short(text)}
	return output{"customers": int64(len(all)), "uncalled": int64(len(list))}, r.told(ctx, tx, c, "playbook.did.calllist", args, text)
}

// short identifies a text that is kept beside it.
func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

func (r *rooms) playTimeline(ctx context.Context, c workflow.Call) (output, error) {
	a, err := r.affected(ctx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	all, err := damage.Timeline(r.eventLogs.Rows(ctx, a.since.Refs(), a.since.First(), 0), a.since)
	if err != nil {
		return nil, err
	}
	var told, events int64
	for _, ref := range a.since.Refs() {
		rows := all[ref]
		if len(rows) == 0 {
			continue
		}
		told, events = told+1, events+int64(len(rows))
		text := timelineText(rows)
		args := map[string]string{"N": decimal(int64(len(rows))), "Since": minute(a.since[ref]), "List": short(text)}
		if err := r.tellCase(ctx, c, a.of[ref], "playbook.did.case_timeline", args, text); err != nil {
			return nil, err
		}
	}
	args := map[string]string{"N": decimal(told), "Events": grouped(events)}
	cover, err := r.coverage(ctx, a, rollup.Kinds...)
	if err != nil {
		return nil, err
	}
	return output{"cases": told, "events": events}, r.telling(ctx, c, "playbook.did.timeline", with(args, cover), "", "", nil)
}

// tellCase adds a line to a case's story, sealed under its customer, unless the newest says the same.
func (r *rooms) tellCase(ctx context.Context, c workflow.Call, x cases.Affected, kind string, args map[string]string, note string) error {
	return r.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Announce("case:" + x.CaseID)
		_, err := r.incidents.News(ctx, tx, c.By, incident.Line{IncidentID: c.Subject.ID, CaseID: x.CaseID, Subject: "customer:" + x.CustomerID, Kind: kind, Args: args, Note: note})
		return err
	})
}

// mostRows is how many lines of a customer's logs stand in the case; the evidence is in the segments.
const mostRows = 200

// timelineText writes rows as people read them, in Tokyo, in the order of time.
func timelineText(rows []rollup.Row) string {
	var b strings.Builder
	for i, x := range rows {
		if i == mostRows {
			fmt.Fprintf(&b, "… ほか %d 行 / %d more\n", len(rows)-i, len(rows)-i)
			break
		}
		parts := []string{x.At.In(words.Tokyo).Format("2006-01-02 15:04:05"), string(x.Kind)}
		for _, p := range []struct{ name, value string }{{"", x.Result}, {"", x.Channel}, {"ip=", ipOf(x)}, {"device=", x.Device}, {"", x.Change}, {"to=", x.Branch}, {"", x.Symbol}, {"", x.Side}, {"qty=", x.Quantity}, {"JPY ", yenOf(x)}, {"ref=", x.Ref}} {
			if p.value != "" {
				parts = append(parts, p.name+p.value)
			}
		}
		fmt.Fprintf(&b, "%s\n", strings.Join(parts, " "))
	}
	return b.String()
}

func ipOf(x rollup.Row) string {
	if !x.IP.IsValid() {
		return ""
	}
	return x.IP.String()
}

func yenOf(x rollup.Row) string {
	if x.Amount == 0 {
		return ""
	}
	return grouped(x.Amount)
}
