package speech_test

import (
	"slices"
	"strings"
	"testing"

	"tasuke/contacts/inquiry/speech"
)

func standard(t testing.TB) *speech.Speech {
	t.Helper()
	s, err := speech.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatMustNotBeSaidIsSeen(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"promise_compensation": {
			"補償します", "全額補償いたします", "補 償 し ま す", "補償させていただきます", "補償を致します", "必ず補償されますのでご安心ください", "ﾎｼｮｳではなく補償します",
			"We will compensate you.", "you will be fully compensated",
		},
		"promise_full_return": {"全額戻ります", "お金は必ず戻ってきます", "全額返金します", "資金は元に戻ります", "全部取り戻せます", "full refund", "You will get all your money back"},
		"refuse_compensation": {"補償できません", "補償は一切できません", "一切補償できません", "補償いたしかねます", "補償の対象外です", "補償はありません", "We cannot compensate you", "unable to refund"},
		"blame_customer":      {"お客様の過失です", "お客様の落ち度ですね", "ご本人の不注意です", "自己責任です", "it is your fault", "negligence"},
		"name_offender":       {"犯人は分かっています", "犯人が特定されました", "犯人は海外です", "we know who did it"},
		"own_leak":            {"当社から漏れたものです", "当社から漏れていません", "弊社のシステムから流出しました", "it leaked from us", "not leaked from us"},
		"other_victims":       {"他にも何人もいます", "ほかに100名ほど被害の方がいます", "他のお客様も大勢被害に遭っています", "hundreds of other customers"},
		"suspicious_report":   {"疑わしい取引の届出をします", "ＳＴＲを出しました", "JAFICに", "suspicious transaction report"},
		"police_progress":     {"警察の捜査状況は", "警察が逮捕しました", "捜査は進んでいます", "the police have arrested him"},
		"payment_date":        {"来月にはお支払いします", "5月10日に振り込みます", "３営業日以内に入金いたします", "月末までに返金します", "we will pay by Friday; payment by friday"},
		"trading_advice":      {"早く売った方がいいです", "売却してください", "今は買うべきです", "売り時です", "you should sell"},
	}
	s := standard(t)
	for rule, texts := range tests {
		for _, text := range texts {
			t.Run(rule+" "+text, func(t *testing.T) {
				t.Parallel()
				hits := s.Lint("promise_text", text)
				if !slices.ContainsFunc(hits, func(h speech.Hit) bool { return h.Rule == rule }) {
					t.Fatalf("%q: %v", text, hits)
				}
			})
		}
	}
	for _, r := range s.Rules {
		if len(tests[r.ID]) == 0 {
			t.Errorf("no example of rule %s", r.ID)
		}
	}
}

func TestWhatMayBeSaidIsNotWarnedAbout(t *testing.T) {
	t.Parallel()
	s := standard(t)
	texts := []string{
		"", "調査のうえ、個別にご連絡いたします。", "折り返し、明日の15時までにお電話します", "補償について問い合わせたい", "警察にも相談してください",
		"取引通知で気付いた。保有株が売られ、知らない株を買われた", "確認が終わるまでお取引はお控えください", "受付番号は INQ-2026-000001 です",
		"警察の窓口は#9110です", "他社の口座も使っている", "street address", "I will call you back tomorrow",
	}
	for _, c := range append(s.Categories(), "") {
		for _, p := range s.Panel(c).MaySay {
			texts = append(texts, p.JA, p.EN)
		}
	}
	for _, text := range texts {
		if hits := s.Lint("x", text); len(hits) > 0 {
			t.Errorf("%q: %v", text, hits)
		}
	}
}

func TestThePanelStandsFixedBesideEachCategory(t *testing.T) {
	t.Parallel()
	s := standard(t)
	common, own := s.Panel("other"), s.Panel("fraud_trade")
	if len(common.MaySay) == 0 || len(common.MustNotSay) != len(s.Rules) || common.Version == "" {
		t.Fatalf("%+v", common)
	}
	if len(own.MaySay) <= len(common.MaySay) || own.MaySay[len(own.MaySay)-1] != common.MaySay[len(common.MaySay)-1] {
		t.Fatalf("%+v", own)
	}
}

func TestBrokenRulesAreRefused(t *testing.T) {
	t.Parallel()
	rule := "version: a\nrules:\n  - {id: x, say: {ja: あ, en: a}, reason: {ja: い, en: b}, patterns: ['%s']}\n"
	tests := map[string]string{
		"no version":                   "rules: []",
		"a field that does not exist":  strings.Replace(rule, "version", "verzion", 1),
		"a pattern that is none":       strings.Replace(rule, "%s", "(", 1),
		"a rule twice":                 rule + "  - {id: x, say: {ja: あ, en: a}, reason: {ja: い, en: b}, patterns: ['a']}\n",
		"a sentence in one language":   strings.Replace(rule, "en: b", "en: ''", 1),
		"a panel with an unknown rule": rule + "panel: {common: {must_not_say: [y]}}\n",
		"not YAML":                     "\t{",
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := speech.Read([]byte(data)); err == nil {
				t.Fatal("accepted")
			}
		})
	}
}

// Whatever is typed: no panic, and each rule warns at most once about a text.
func FuzzLint(f *testing.F) {
	f.Add("補償します。全額戻ります")
	f.Add("\xff\u200b過\u3000失")
	s := standard(f)
	f.Fuzz(func(t *testing.T, text string) {
		seen := map[string]bool{}
		for _, h := range s.Lint("x", text) {
			if seen[h.Rule] || h.Found == "" || h.Reason.JA == "" {
				t.Fatalf("%+v", h)
			}
			seen[h.Rule] = true
		}
	})
}
