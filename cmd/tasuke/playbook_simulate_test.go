package main

import (
	"strings"
	"testing"
)

func TestSimulateSaysWhoDoesWhatByWhen(t *testing.T) {
	out, err := playbookWith(t, "simulate", "--start", "2026-03-06T21:30", "--choose", "money_sent=no", goodPlaybook)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"PB-01 口座乗っ取り・不正出金 を 2026-03-06 21:30 に始めたとして:",
		"2026-03-06 21:30 → 2026-03-06 21:32  口座を保護ロックする (lock)  作業  受付担当  目標 2m(2026-03-06 21:32 まで)",
		`飛ばす  [money_sent == "yes"]  (money_sent = no)`,
		"に終わる。かかる時間: ", "結果: 完了", "これは規則だけで歩いた結果です。", "を選ぶ(--choose で指定)",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "判断 money_sent で") {
		t.Error("what was said is listed as assumed")
	}
}

func TestSimulateFollowsAFailure(t *testing.T) {
	out, err := playbookWith(t, "simulate", "--lang", "en", "--start", "2026-03-06T21:30", "--expire", "bank_chase", "--choose", "money_sent=yes", goodPlaybook)
	if err != nil || !strings.Contains(out, "held: a person decides") || !strings.Contains(out, "It stands still at ") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestSimulateRefusesWhatItCannotRead(t *testing.T) {
	for _, args := range [][]string{
		{"--choose", "money_sent", goodPlaybook}, {"--choose", "money_sent=perhaps", goodPlaybook}, {"--choose", "nothing=yes", goodPlaybook},
		{"--fact", "open_cases=many", goodPlaybook}, {"--fact", "weather=fair", goodPlaybook}, {"--start", "yesterday", goodPlaybook},
		{"--fail", "nothing", goodPlaybook}, {"--lang", "de", goodPlaybook}, {"nothing.yaml"},
	} {
		if out, err := playbookWith(t, append([]string{"simulate"}, args...)...); err == nil {
			t.Errorf("%v passed:\n%s", args, out)
		}
	}
}

func TestExportDrawsAPlaybook(t *testing.T) {
	out, err := playbookWith(t, "export", "--format", "svg", goodPlaybook)
	if err != nil || !strings.HasPrefix(out, "<svg ") || !strings.Contains(out, "作業 · 受付担当 · 2m") || strings.Contains(out, "<script") {
		t.Errorf("%v\n%.300s", err, out)
	}
}
