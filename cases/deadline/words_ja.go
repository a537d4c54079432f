package deadline

import (
	"fmt"
	"strings"
	"time"

	"tasuke/cases/deadline/calendar"
)

// japanese are the sentences as Japanese counsel would write them.
type japanese struct{}

func (japanese) notStarted(events []string) string {
	return fmt.Sprintf("起算となる出来事（%s）の記録がなく、期間は始まっていない。", strings.Join(events, "、"))
}

func (japanese) notInForce(event string, on Date, r Rule) string {
	if on.Before(r.EffectiveFrom) {
		return fmt.Sprintf("%s %s は、規則の適用開始日 %s より前のため、この義務は生じない。", event, on, r.EffectiveFrom)
	}
	return fmt.Sprintf("%s %s は、規則の適用終了日 %s より後のため、この規則では数えない。", event, on, r.EffectiveTo)
}

func (japanese) notApplicable(params []string) string {
	return fmt.Sprintf("記録された事実（%s）によれば、この義務は生じない。", strings.Join(params, "、"))
}

func (japanese) undecided(params []string) string {
	return fmt.Sprintf("%s が未確定のため、該当するかは未判断。判断されるまで該当するものとして数える。", strings.Join(params, "、"))
}

func (j japanese) counted(event, recorded string, c Clock) string {
	start := fmt.Sprintf("%s %s ", event, c.Started)
	if recorded != "" {
		start = fmt.Sprintf("%s %s（記録 %s、%s の暦日）", event, c.Started, recorded, c.Rule.Clock.TZ)
	}
	if c.Rule.Period.Unit == NoPeriod {
		return fmt.Sprintf("%s。%s。", strings.TrimSpace(start), c.Rule.Period.Wording.JA)
	}
	if !c.ends() {
		return fmt.Sprintf("%sから「%s」。%s日数の定めはない。", start, c.Rule.Period.Wording.JA, jaDuty(c.Rule.Force))
	}
	if c.Rule.Period.Unit == Hours || c.Rule.Period.Unit == Minutes {
		from := c.Start.moment(c.Rule.Clock.zone).In(c.Rule.Clock.zone).Format(time.RFC3339)
		return fmt.Sprintf("%s の時刻 %s から%d%sで %s。", event, from, c.Length, jaUnits[c.Rule.Period.Unit], c.DueInstant.Format(time.RFC3339))
	}
	if c.Day1 == c.Started {
		return fmt.Sprintf("%sを1日目とし、%s。", start, j.reached(c.Value, c))
	}
	return fmt.Sprintf("%sの翌日 %s を1日目とし、%s。", start, c.Day1, j.reached(c.Value, c))
}

var jaUnits = map[Unit]string{CalendarDays: "日", BusinessDays: "開庁日", Months: "か月", Hours: "時間", Minutes: "分"}

// jaDuty keeps the duty apart from its number of days: 速やかに is statutory even where the days are guidance.
func jaDuty(f Force) string {
	if f == STAT || f == STATGUID {
		return "速やかに行う義務は法定。"
	}
	return ""
}

// reached is the end of a count: 30日目は 2026-12-29.
func (japanese) reached(v Value, c Clock) string {
	switch {
	case v.Range != nil:
		w := c.Rule.Period.Window
		return fmt.Sprintf("%d日目の %s から%d日目の %s まで", w[0], v.Range.From, w[1], v.Range.To)
	case c.Rule.Period.Unit == Months:
		return fmt.Sprintf("%dか月の満了日は %s", c.Length, v.RawDate)
	case c.Rule.Period.Unit == BusinessDays && len(v.Skipped) > 0:
		return fmt.Sprintf("%d開庁日目は %s（数えない日: %s）", c.Length, v.RawDate, jaClosed(v.Skipped))
	}
	return fmt.Sprintf("%d%s目は %s", c.Length, jaUnits[c.Rule.Period.Unit], v.RawDate)
}

func jaClosed(days []calendar.Closed) string { return closedList(days, JA, "〜", "、") }

func (japanese) length(param string, c Clock) string {
	if over := c.LengthBy.GreaterThan; over != nil {
		return fmt.Sprintf("%sが %d を超えるため、期間は%d%s。", param, *over, c.Length, jaUnits[c.Rule.Period.Unit])
	}
	return fmt.Sprintf("%sに %s が含まれるため、期間は%d%s。", param, strings.Join(c.LengthBy.ContainsAny, "、"), c.Length, jaUnits[c.Rule.Period.Unit])
}

func (japanese) due(c Clock) string {
	label := c.Force.Label(JA)
	switch {
	case c.Range != nil:
		return fmt.Sprintf("日数は%sであり、閉庁日でも後ろへ延びない。文言は「%s」。%s", label, c.Rule.Period.Wording.JA, jaDuty(c.Rule.Force))
	case !c.DueInstant.IsZero():
		return fmt.Sprintf("%s が期限（%s）。時間で定めた期間は閉庁日でも延びない。", c.DueInstant.Format(time.RFC3339), label)
	case len(c.RolledOver) > 0:
		return fmt.Sprintf("閉庁日（%s）のため、翌開庁日 %s が期限（%s）。", jaClosed(c.RolledOver), c.DueDate, label)
	case c.Rule.rolls():
		return fmt.Sprintf("開庁日なので、%s が期限（%s）。", c.DueDate, label)
	}
	return fmt.Sprintf("%s が期限（%s）。閉庁日でも延びない。", c.DueDate, label)
}

func (japanese) plan(c Clock) string {
	if c.PlanBy == c.PlanFor {
		return fmt.Sprintf("計画日は %s（開庁日）。", c.PlanBy)
	}
	if c.PlanBy == c.Started && !c.Rule.calendar.Open(c.PlanBy) {
		return fmt.Sprintf("計画日は %s（%s までに開庁日がないため起算の日。それより前にはしない）。", c.PlanBy, c.PlanFor)
	}
	closed, _ := c.Rule.calendar.Closed(c.PlanFor)
	return fmt.Sprintf("計画日は %s（%s は%sのため、前の開庁日に早める）。", c.PlanBy, c.PlanFor, closed.Name)
}

func (j japanese) alternative(a Alternative, c Clock) string {
	reading := "初日を算入しない場合（民法140条）"
	if a.Reading == FromThresholdDay {
		reading = fmt.Sprintf("基準を超えた日 %s から数える場合", c.Threshold.on(c.Rule.Clock.zone))
	}
	text := fmt.Sprintf("別の読み方: %s、%s", reading, j.end(a.Value, c))
	if a.same(c.Value) || !a.DueDate.IsZero() && a.DueDate == c.DueDate {
		return text + "で、期限は変わらない。"
	}
	return text + "。早い方に従う。"
}

// end is the whole end of another reading: 30日目は 2026-12-30、期限 2027-01-04（閉庁日: …）.
func (j japanese) end(v Value, c Clock) string {
	if !v.DueInstant.IsZero() {
		return "期限 " + v.DueInstant.Format(time.RFC3339)
	}
	text := j.reached(v, c)
	if v.Range != nil {
		return text
	}
	if len(v.RolledOver) > 0 {
		return fmt.Sprintf("%s、閉庁日（%s）の翌開庁日 %s が期限", text, jaClosed(v.RolledOver), v.DueDate)
	}
	return fmt.Sprintf("%s、期限 %s", text, v.DueDate)
}

func (japanese) checkpoint(k Checkpoint) string {
	return fmt.Sprintf("%s の変更前の期限 %s は確認点として残す。", k.Changed, replaced(k.Value, "〜"))
}

// replaced names the end of a value that no longer counts.
func replaced(v Value, dash string) string {
	switch {
	case v.Range != nil:
		return v.Range.From.String() + dash + v.Range.To.String()
	case !v.DueInstant.IsZero():
		return v.DueInstant.Format(time.RFC3339)
	}
	return v.DueDate.String()
}

func (japanese) held(param string, h Held) string {
	return fmt.Sprintf("%sの再集計 %d は、先の %d を下回るが、人が判断するまで義務も期限も変わらない。", param, h.Reported, h.Kept)
}

func (japanese) provisional(known Date) string {
	return fmt.Sprintf("公表済みの祝日は %s まで。その後の日付は暫定。", known)
}

func (japanese) effect(text string) string { return text + "。" }

func (japanese) basis(sources []string) string {
	return "根拠: " + strings.Join(sources, "、") + "。"
}

func (japanese) rule(r Rule) string { return fmt.Sprintf("規則 %s 第%d版。", r.ID, r.Version) }

func (japanese) review(doubts []string) string {
	return "要確認: " + strings.Join(doubts, "、") + "。"
}
