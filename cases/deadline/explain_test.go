package deadline

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func TestASentenceALawyerCanCheck(t *testing.T) {
	withdrawn := func(t *testing.T) []Event {
		return append(aware(t, "2026-06-01T09:00:00+09:00"), Event{Type: Reclassified, At: at(t, "2026-06-05T09:00:00+09:00"),
			Set: Params{"appi_rule7_items": Ticked(), "affected_persons": Number(3)}})
	}
	counted := func(t *testing.T) []Event {
		return append(aware(t, "2027-06-01T09:00:00+09:00"),
			Event{Type: CountUpdated, At: at(t, "2027-06-10T16:00:00+09:00"), Set: Params{"affected_persons": Number(1001)}},
			Event{Type: CountUpdated, At: at(t, "2027-06-11T16:00:00+09:00"), Set: Params{"affected_persons": Number(900)}})
	}
	on := func(moment string) func(*testing.T) []Event {
		return func(t *testing.T) []Event { return aware(t, moment) }
	}
	tests := map[string]struct {
		duty   string
		events func(*testing.T) []Event
		facts  Params
		ja, en []string
	}{
		"moved over the year end": {
			"JP-APPI-KAKUHO", on("2026-11-30T23:59:00+09:00"), Params{"appi_rule7_items": Ticked("2")},
			[]string{
				"知った日 2026-11-30 を1日目とし、30日目は 2026-12-29。",
				"閉庁日（12-29〜12-31 年末年始、01-01 元日、01-02〜01-03 年末年始）のため、翌開庁日 2027-01-04 が期限（法定期限）。",
				"別の読み方: 初日を算入しない場合（民法140条）、30日目は 2026-12-30、", "で、期限は変わらない。",
				"根拠: 個人情報保護法26条1項、個人情報保護法施行規則8条2項、行政機関の休日に関する法律2条。",
				"規則 JP-APPI-KAKUHO 第1版。", "要確認: 初日の算入、",
			},
			[]string{
				"Day 1 is the day of awareness, 2026-11-30; day 30 is 2026-12-29.",
				"so it is due on the next open day, 2027-01-04 (statutory deadline).",
				"01-01 New Year's Day", "the deadline stays the same.", "Enforcement Rules art. 8(2)", "Rule JP-APPI-KAKUHO, version 1.",
				"To be confirmed: counting of the first day;",
			},
		},
		"open on the last day, 60 days, another date in UTC": {
			"JP-APPI-KAKUHO", on("2026-11-23T15:30:00Z"), Params{"appi_rule7_items": Ticked("3")},
			[]string{
				"知った日 2026-11-24（記録 2026-11-23T15:30:00Z、Asia/Tokyo の暦日）を1日目とし、60日目は 2027-01-22。",
				"規則7条の該当号に 3 が含まれるため、期間は60日。", "開庁日なので、2027-01-22 が期限（法定期限）。",
			},
			[]string{"(recorded as 2026-11-23T15:30:00Z, counted on the local date in Asia/Tokyo)", "The period is 60 days because", "That day is open, so it is due on 2027-01-22"},
		},
		"guidance with a planning date": {
			"JP-APPI-SOKUHO", on("2026-09-16T09:00:00+09:00"), Params{"appi_rule7_items": Ticked("3"), PlanOn: {Kind: Word, Items: []string{WindowEnd}}},
			[]string{
				"3日目の 2026-09-18 から5日目の 2026-09-20 まで。", "日数は目安であり、閉庁日でも後ろへ延びない。", "速やかに行う義務は法定。",
				"計画日は 2026-09-18（2026-09-20 は日曜日のため、前の開庁日に早める）。", "早い方に従う。",
			},
			[]string{"guidance, not a statutory deadline", "Plan for 2026-09-18 (2026-09-20 is closed, Sunday,", "Work to the earlier one."},
		},
		"a threshold, a recount and another year's holidays": {
			"JP-APPI-KAKUHO", counted, Params{"appi_rule7_items": Ticked(), "affected_persons": Number(640)},
			[]string{"基準を超えた日 2027-06-10 から数える場合、30日目は 2027-07-09、期限 2027-07-09。早い方に従う。", "本人の数の再集計 900 は、先の 1001 を下回るが"},
			[]string{"if counted from 2027-06-10, the day the threshold was passed", "gave 900, below the earlier 1001"},
		},
		"beyond the published holidays": {
			"JP-APPI-KAKUHO", on("2028-01-31T09:00:00+09:00"), Params{"appi_rule7_items": Ticked("2")},
			[]string{"公表済みの祝日は 2027-12-31 まで。その後の日付は暫定。"},
			[]string{"Holidays are published up to 2027-12-31; later dates are provisional."},
		},
		"ruled out by a person": {
			"JP-APPI-KAKUHO", withdrawn, Params{"appi_rule7_items": Ticked("2")},
			[]string{"この義務は生じない。", "2026-06-05 の変更前の期限 2026-06-30 は確認点として残す。"},
			[]string{"the duty does not arise.", "The earlier date 2026-06-30, replaced by the change of 2026-06-05, stays on record"},
		},
		"before the rule": {
			"JP-APPI-KAKUHO", on("2022-03-01T09:00:00+09:00"), nil,
			[]string{"知った日 2022-03-01 は、規則の適用開始日 2022-04-01 より前のため、この義務は生じない。"},
			[]string{"The day of awareness, 2022-03-01, is before the rule took effect on 2022-04-01"},
		},
		"no number of days": {
			"JP-APPI-HONNIN", on("2026-06-01T09:00:00+09:00"), nil,
			[]string{"未確定のため", "から「当該事態の状況に応じて速やかに」。速やかに行う義務は法定。日数の定めはない。"},
			[]string{"Not settled: items of Rule 7 that apply, number of persons affected.", "No number of days is set."},
		},
		"not started": {
			"JP-APPI-FROM-PROCESSOR", on("2026-06-01T09:00:00+09:00"), nil,
			[]string{"起算となる出来事（委託先から通知を受けた日）の記録がなく"},
			[]string{"is not on record, so no period runs."},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := assess(t, pack(t), test.duty, test.events(t), test.facts)
			contains(t, c.Explain(JA), test.ja)
			contains(t, c.Explain(EN), test.en)
		})
	}
}

func contains(t *testing.T, text string, pieces []string) {
	t.Helper()
	for _, piece := range pieces {
		if !strings.Contains(text, piece) {
			t.Errorf("%q is missing in\n%s", piece, text)
		}
	}
}

func TestBothLanguagesTellTheSamePartsWithTheSameDates(t *testing.T) {
	dates := regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)
	each(t, func(t *testing.T, _ *rand.Rand, _ string, _ []Event, _ Params, c Clock) {
		ja, en := c.Parts(JA), c.Parts(EN)
		if len(ja) != len(en) {
			t.Fatalf("%d parts in Japanese, %d in English", len(ja), len(en))
		}
		for i := range ja {
			if ja[i].Kind != en[i].Kind || count(dates, ja[i].Text) != count(dates, en[i].Text) {
				t.Errorf("%s: %s\n%s: %s", ja[i].Kind, ja[i].Text, en[i].Kind, en[i].Text)
			}
			if strings.Contains(ja[i].Text+en[i].Text, "%!") {
				t.Errorf("%s\n%s", ja[i].Text, en[i].Text)
			}
		}
	})
}

func count(dates *regexp.Regexp, text string) int {
	distinct := map[string]bool{}
	for _, d := range dates.FindAllString(text, -1) {
		distinct[d] = true
	}
	return len(distinct)
}
