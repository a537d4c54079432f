package main

import "tasuke/playbooks"

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
