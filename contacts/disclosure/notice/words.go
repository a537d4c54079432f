package notice

// said is a word in both languages.
type said struct{ ja, en string }

func (s said) in(l Language) string {
	if l == English {
		return s.en
	}
	return s.ja
}

var events = map[Event]said{
	Login: {"第三者による不正ログイン", "sign-in by somebody else"}, Trade: {"お客様によらない売買", "trade not made by you"}, Withdrawal: {"お客様によらない出金", "withdrawal not made by you"},
	Destination: {"出金先口座の変更", "change of the bank account for withdrawals"}, Profile: {"登録情報の変更", "change of registered details"},
}

var units = map[Unit]struct{ what, unit said }{
	Accounts: {said{"口座数", "Accounts"}, said{"口座", ""}}, Persons: {said{"お客様の数", "Customers"}, said{"人", ""}}, Access: {said{"不正アクセス", "Unauthorised sign-ins"}, said{"件", ""}},
	Trades: {said{"不正取引", "Fraudulent trades"}, said{"件", ""}}, Withdrawals: {said{"不正出金", "Fraudulent withdrawals"}, said{"件", ""}}, Yen: {said{"損失額", "Loss"}, said{"円", " yen"}},
}

var stages = map[Stage]said{
	Claimed: {"お申し出", "reported by customers"}, Suspected: {"疑い・調査中", "suspected"}, Confirmed: {"確認済み", "confirmed"}, Excluded: {"被害なしと確認", "confirmed unaffected"}, Compensated: {"補償に合意", "compensation agreed"},
}

// In gives the name of an event.
func (e Event) In(l Language) string { return events[e].in(l) }

// line gives a figure in words: what was counted, how sure it is, how many.
func (f Figure) line(l Language) CountLine {
	u := units[f.Unit]
	if f.Unit == Yen && f.Stage == Compensated { // what was agreed is no loss
		u.what = said{"補償額", "Amount"}
	}
	c := CountLine{What: u.what.in(l), Stage: stages[f.Stage].in(l), N: group(f.N) + u.unit.in(l)}
	c.Line = c.What + "（" + c.Stage + "）: " + c.N
	if l == English {
		c.Line = c.What + ", " + c.Stage + ": " + c.N
	}
	return c
}

// In gives a figure as a line of a text.
func (f Figure) In(l Language) string { return f.line(l).Line }
