package main

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"tasuke/cases/deadline/calendar"
	"tasuke/cases/incident"
	"tasuke/cases/sweep/damage"
	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/web/words"
	"tasuke/workflow"
)

// logsShapes are what a playbook can have read from the event logs.
var logsShapes = map[string]playbooks.Shape{
	"logs.payouts": {
		Title:  playbooks.Text{JA: "最初の不審なログイン以後の出金をログから数える", EN: "Count the withdrawals since the first suspicious login"},
		Output: map[string]playbooks.FieldType{"sent": playbooks.NumberField, "sent_yen": playbooks.YenField, "customers": playbooks.NumberField},
	},
	"logs.orders": {
		Title:  playbooks.Text{JA: "最初の不審なログイン以後の注文と約定をログから数える", EN: "Count the orders and executions since the first suspicious login"},
		Output: map[string]playbooks.FieldType{"orders": playbooks.NumberField, "executions": playbooks.NumberField, "symbols": playbooks.NumberField, "amount": playbooks.YenField},
	},
	"logs.positions": {
		Title:  playbooks.Text{JA: "約定から銘柄ごとの増減（保有断面）を計算する", EN: "Work out the change of positions per symbol from the executions"},
		Output: map[string]playbooks.FieldType{"customers": playbooks.NumberField, "symbols": playbooks.NumberField},
	},
	"logs.symbols": {
		Title:  playbooks.Text{JA: "同じ銘柄をほかの口座が前後2時間に取引したかを調べる", EN: "Look for other accounts that traded the same symbol within two hours"},
		Output: map[string]playbooks.FieldType{"symbols": playbooks.NumberField, "accounts": playbooks.NumberField, "most": playbooks.NumberField, "symbol": playbooks.TextField},
	},
	"logs.unsettled": {
		Title:  playbooks.Text{JA: "受渡し前の買付（T+2）を数える", EN: "Count the buys that are not settled yet (T+2)"},
		Output: map[string]playbooks.FieldType{"buys": playbooks.NumberField, "amount": playbooks.YenField, "customers": playbooks.NumberField},
	},
	"logs.stuffing": {
		Title:  playbooks.Text{JA: "ログイン失敗と送信元を平常時と比べ、対象者を区分する", EN: "Compare login failures and addresses with the baseline and sort the targets"},
		Output: map[string]playbooks.FieldType{"addresses": playbooks.NumberField, "tried": playbooks.NumberField, "correct": playbooks.NumberField, "logged_in": playbooks.NumberField, "acted": playbooks.NumberField},
	},
	"logs.viewed": {
		Title:  playbooks.Text{JA: "影響顧客の記録を社内の誰が開いたかを調べる", EN: "Find out who of the staff opened the records of the affected customers"},
		Output: map[string]playbooks.FieldType{"people": playbooks.NumberField, "records": playbooks.NumberField},
	},
}

func (r *rooms) logsKinds() []workflow.Kind {
	return []workflow.Kind{
		r.apart("logs.payouts", r.playPayouts), r.apart("logs.orders", r.playOrders), r.apart("logs.positions", r.playPositions),
		r.apart("logs.symbols", r.playSymbols), r.apart("logs.unsettled", r.playUnsettled), r.apart("logs.stuffing", r.playStuffing),
		inside("logs.viewed", r.playViewed),
	}
}

// rowsOf asks the logs for the rows of the affected customers since the attack on the first of them.
func (r *rooms) rowsOf(ctx context.Context, a affected) damage.Rows {
	return r.eventLogs.Rows(ctx, a.since.Refs(), a.since.First(), 0)
}

func (r *rooms) playPayouts(ctx context.Context, c workflow.Call) (output, error) {
	a, err := r.affected(ctx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	p, err := damage.ReadPayouts(r.rowsOf(ctx, a), a.since)
	if err != nil {
		return nil, err
	}
	cover, err := r.coverage(ctx, a, rollup.Withdrawal)
	if err != nil {
		return nil, err
	}
	args := map[string]string{"N": grouped(p.Sent), "Yen": grouped(p.Yen), "Customers": grouped(p.Customers), "Since": minute(a.since.First())}
	return output{"sent": p.Sent, "sent_yen": p.Yen, "customers": p.Customers},
		r.telling(ctx, c, "playbook.did.payouts", with(args, cover), "", readPayouts, incident.Reading{"sent": p.Sent, "yen": p.Yen, "customers": p.Customers})
}

func (r *rooms) playOrders(ctx context.Context, c workflow.Call) (output, error) {
	a, err := r.affected(ctx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	o, err := damage.ReadOrders(r.rowsOf(ctx, a), a.since)
	if err != nil {
		return nil, err
	}
	cover, err := r.coverage(ctx, a, rollup.Order, rollup.Execution)
	if err != nil {
		return nil, err
	}
	args := map[string]string{"N": grouped(o.Orders), "Executions": grouped(o.Executions), "Symbols": grouped(o.Symbols), "Yen": grouped(o.Amount), "Since": minute(a.since.First())}
	return output{"orders": o.Orders, "executions": o.Executions, "symbols": o.Symbols, "amount": o.Amount},
		r.telling(ctx, c, "playbook.did.orders", with(args, cover), "", readOrders, incident.Reading{"orders": o.Orders, "executions": o.Executions, "symbols": o.Symbols, "amount": o.Amount})
}

func (r *rooms) playPositions(ctx context.Context, c workflow.Call) (output, error) {
	a, err := r.affected(ctx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	all, err := damage.ReadPositions(r.rowsOf(ctx, a), a.since)
	if err != nil {
		return nil, err
	}
	symbols := map[string]bool{}
	for _, ref := range a.since.Refs() {
		if len(all[ref]) == 0 {
			continue
		}
		var text strings.Builder
		for _, p := range all[ref] {
			symbols[p.Symbol] = true
			fmt.Fprintf(&text, "%s %s（買付 / bought ¥%s、売却 / sold ¥%s）\n", p.Symbol, p.Quantity(), grouped(p.Bought), grouped(p.Sold))
			if p.Unsided > 0 {
				fmt.Fprintf(&text, "  売買の別が記録にない約定 / executions without a side: %d\n", p.Unsided)
			}
		}
		args := map[string]string{"N": decimal(int64(len(all[ref]))), "Since": minute(a.since[ref]), "List": short(text.String())}
		if err := r.tellCase(ctx, c, a.of[ref], "playbook.did.case_positions", args, text.String()); err != nil {
			return nil, err
		}
	}
	cover, err := r.coverage(ctx, a, rollup.Execution)
	if err != nil {
		return nil, err
	}
	n, kinds := int64(len(all)), int64(len(symbols))
	return output{"customers": n, "symbols": kinds},
		r.telling(ctx, c, "playbook.did.positions", with(map[string]string{"Customers": grouped(n), "Symbols": grouped(kinds)}, cover), "", "", nil)
}

func (r *rooms) playSymbols(ctx context.Context, c workflow.Call) (output, error) {
	a, err := r.affected(ctx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	traded, err := damage.ReadTraded(r.rowsOf(ctx, a), a.since)
	if err != nil {
		return nil, err
	}
	var others []damage.Others
	accounts := 0
	if from, until := traded.Span(); from > 0 {
		if others, accounts, err = damage.ReadOthers(r.eventLogs.All(ctx, from, until), traded, a.since); err != nil {
			return nil, err
		}
	}
	cover, err := r.coverage(ctx, a, rollup.Execution)
	if err != nil {
		return nil, err
	}
	out := output{"symbols": int64(len(others)), "accounts": int64(accounts), "most": int64(0), "symbol": ""}
	var text strings.Builder
	for i, o := range others {
		if i == 0 {
			out["most"], out["symbol"] = int64(o.All()), o.Symbol
		}
		if i < mostRows {
			fmt.Fprintf(&text, "%s: %d\n", o.Symbol, o.Accounts)
		}
	}
	args := map[string]string{"N": decimal(int64(len(others))), "Accounts": grouped(int64(accounts)), "List": short(text.String())}
	return out, r.telling(ctx, c, "playbook.did.symbols", with(args, cover), text.String(), "", nil)
}

// settlementDays is how many business days after the trade a domestic stock is settled (T+2).
const settlementDays = 2

// settled reports whether a trade was settled before today, in Tokyo.
func settled(traded, now db.Instant) bool {
	day := calendar.Of(traded.Time(), words.Tokyo)
	for n := 0; n < settlementDays; {
		if day = day.AddDays(1); calendar.JPGov().Open(day) {
			n++
		}
	}
	return day.Before(calendar.Of(now.Time(), words.Tokyo))
}

func (r *rooms) playUnsettled(ctx context.Context, c workflow.Call) (output, error) {
	a, err := r.affected(ctx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	now := r.db.Now()
	u, err := damage.ReadUnsettled(r.rowsOf(ctx, a), a.since, func(traded db.Instant) bool { return settled(traded, now) })
	if err != nil {
		return nil, err
	}
	cover, err := r.coverage(ctx, a, rollup.Execution)
	if err != nil {
		return nil, err
	}
	args := map[string]string{"N": grouped(u.Buys), "Yen": grouped(u.Amount), "Customers": grouped(u.Customers)}
	return output{"buys": u.Buys, "amount": u.Amount, "customers": u.Customers}, r.telling(ctx, c, "playbook.did.unsettled", with(args, cover), "", "", nil)
}

// A wave of tried passwords is looked for from when the damage began, or the day before the firm knew,
// for at most a week; its addresses are compared with the four weeks before.
const (
	waveBefore = 24 * time.Hour
	waveMost   = 7 * 24 * time.Hour
	waveUsual  = 28 // days
)

func (r *rooms) playStuffing(ctx context.Context, c workflow.Call) (output, error) {
	a, err := r.affected(ctx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	from := a.incident.OccurredFrom
	if from == 0 {
		from = a.incident.DetectedAt.Add(-waveBefore)
	}
	until := min(r.db.Now(), from.Add(waveMost))
	first, last := rollup.Before(from, waveUsual)
	w, err := damage.ReadWave(func() damage.Rows { return r.eventLogs.All(ctx, from, until) }, func(ips []netip.Addr) ([]int, error) {
		var probes []rollup.Probe
		for _, ip := range ips {
			probes = append(probes, r.eventLogs.ProbesOf(indicator.Indicator{Kind: indicator.IP, Value: ip.String()})...)
		}
		return r.eventLogs.Baseline(ctx, probes, first, last)
	})
	if err != nil {
		return nil, err
	}
	a.since = damage.Since{"": from}
	cover, err := r.coverage(ctx, a, rollup.Login)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	for i, x := range w.Addresses {
		if i == mostRows {
			break
		}
		fmt.Fprintf(&text, "%s: 顧客 / customers %d、拒否 / refused %d / %d\n", x.IP, x.Customers, x.Refused, x.Logins)
	}
	n := int64(len(w.Addresses))
	args := map[string]string{"N": grouped(n), "Tried": grouped(w.Tried), "Correct": grouped(w.Correct), "In": grouped(w.LoggedIn), "Acted": grouped(w.Acted),
		"Since": minute(from), "List": short(text.String())}
	return output{"addresses": n, "tried": w.Tried, "correct": w.Correct, "logged_in": w.LoggedIn, "acted": w.Acted},
		r.telling(ctx, c, "playbook.did.stuffing", with(args, cover), text.String(), "", nil)
}

// viewedDays is how far back the access log is asked before the firm knew.
const viewedDays = 90

func (r *rooms) playViewed(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
	i, err := r.incidents.Get(ctx, tx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	list, err := r.cases.Affected(ctx, tx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	var refs []audit.Ref
	for _, x := range list {
		refs = append(refs, audit.Ref{Kind: "case", ID: x.CaseID}, audit.Ref{Kind: "customer", ID: x.CustomerID})
	}
	who, records, err := audit.Openers(ctx, tx, refs, i.DetectedAt.Add(-viewedDays*24*time.Hour))
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	for _, o := range who {
		fmt.Fprintf(&text, "%s: %d\n", o.Name, o.Records)
	}
	args := map[string]string{"N": grouped(int64(len(who))), "Records": grouped(int64(records)), "List": short(text.String())}
	return output{"people": int64(len(who)), "records": int64(records)}, r.told(ctx, tx, c, "playbook.did.viewed", args, text.String())
}

// preserveDays is how long before the first trace the logs are preserved (operations.md 8.4).
const preserveDays = 30

func (r *rooms) playPreserve(ctx context.Context, c workflow.Call) (output, error) {
	a, err := r.affected(ctx, c.Subject.ID)
	if err != nil {
		return nil, err
	}
	from := a.since.First()
	if from > 0 {
		from = from.Add(-preserveDays * 24 * time.Hour)
	}
	held, err := damage.ReadHeld(r.eventLogs.Rows(ctx, a.since.Refs(), from, 0))
	if err != nil {
		return nil, err
	}
	all, err := r.eventLogs.Segments(ctx, from)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	for _, g := range all {
		if held.Segments[g.Chunk] {
			fmt.Fprintf(&text, "%s %s–%s SHA-256 %s\n", g.Source, day(g.First), day(g.Last), g.SHA256)
		}
	}
	cover, err := r.coverage(ctx, a, rollup.Kinds...)
	if err != nil {
		return nil, err
	}
	list, n := text.String(), int64(len(held.Segments))
	args := map[string]string{"N": grouped(n), "Customers": grouped(held.Customers), "First": day(held.First), "Last": day(held.Last), "List": short(list)}
	return output{"segments": n, "customers": held.Customers, "first_day": day(held.First), "last_day": day(held.Last)},
		r.telling(ctx, c, "playbook.did.preserve", with(args, cover), firstLines(list), "", nil)
}

// day is the day of a moment in Tokyo; "" for none.
func day(at db.Instant) string {
	if at == 0 {
		return ""
	}
	return at.In(words.Tokyo).Format(time.DateOnly)
}

// firstLines leaves the first lines of a list that is longer than a note: the whole is known by its hash.
func firstLines(list string) string {
	lines := strings.SplitAfterN(list, "\n", mostRows+1)
	if len(lines) <= mostRows {
		return list
	}
	return strings.Join(lines[:mostRows], "") + "…\n"
}
