package incident

import (
	"context"
	"slices"
	"strings"

	"tasuke/internal/db"
)

// vectorWords are the ways in as the form to the authority, which is in Japanese, says them.
var vectorWords = map[Vector]string{
	"phishing": "フィッシング", "realtime_phishing": "リアルタイム型フィッシング", "infostealer": "情報窃取型マルウェア",
	"reuse": "パスワードの使い回し（リスト型攻撃）", "vuln": "システムの脆弱性", "session_theft": "セッションの窃取", "insider": "内部者",
}

var breachWords = map[Breach]string{
	"none_confirmed": "当社システムへの侵害は確認されていない。",
	"suspected":      "当社システムへの侵害の疑いがある。",
	"confirmed":      "当社システムへの侵害を確認した。",
}

// prefilled is version 0: what the incident itself knows. Every item without a recorded fact is
// marked as under investigation, and no text counts as confirmed before a person says so.
func (s *Store) prefilled(ctx context.Context, tx *db.Tx, incidentID string) (FactSheet, error) {
	i, err := s.load(ctx, tx, incidentID)
	if err != nil {
		return FactSheet{}, err
	}
	events, err := s.events(ctx, tx, incidentID)
	if err != nil {
		return FactSheet{}, err
	}
	c := prefill(i, effective(events))
	return FactSheet{FactContent: c, IncidentID: incidentID, Digest: c.Digest()}, nil
}

// prefill is pure.
func prefill(i Incident, events []ClockEvent) FactContent {
	c := FactContent{Items: map[FactItem]Fact{}, Discovered: i.DetectedAt, OccurredFrom: i.OccurredFrom, OccurredTo: i.OccurredTo}
	if i.OccurredFrom == 0 {
		c.OccurredTo = 0
	}
	for _, e := range events {
		if e.Kind.Starts() && e.Kind != Recognised && e.At < c.Discovered {
			c.Discovered = e.At
		}
		if e.Kind == CountUpdated && e.At >= c.PersonsAsOf {
			c.Persons, c.PersonsAsOf = e.Persons, e.At
		}
	}
	if i.Kind == VendorLeak {
		c.Entrusted = AtProcessor
	}
	for _, k := range FactItems {
		c.Items[k] = Fact{Known: FactInvestigating}
	}
	c.Items[FactDiscovered] = Fact{Known: FactConfirmed}
	c.Items[FactOutline] = Fact{Text: strings.TrimSpace(i.Title + "\n" + i.Summary), Known: FactInvestigating}
	c.Items[FactCause] = Fact{Text: cause(i), Known: FactInvestigating}
	return c.Tidied()
}

func cause(i Incident) string {
	var ways []string
	for _, v := range i.Vectors {
		if w := vectorWords[v]; w != "" {
			ways = append(ways, w)
		}
	}
	said := breachWords[i.SystemBreach]
	if len(ways) > 0 {
		said = "侵入の経路として考えられるもの：" + strings.Join(ways, "、") + "。" + said
	}
	return said
}

// Rule7 gives the items of APPI Enforcement Rules 7 that count now, in the caller's transaction:
// the last reclassification, else the product's proposal (decided is false then).
func (s *Store) Rule7(ctx context.Context, tx *db.Tx, incidentID string) (items []string, decided bool, err error) {
	i, err := s.load(ctx, tx, incidentID)
	if err != nil {
		return nil, false, err
	}
	events, err := s.events(ctx, tx, incidentID)
	if err != nil {
		return nil, false, err
	}
	for _, e := range slices.Backward(effective(linked(events))) {
		if e.Kind == Reclassified {
			return split(e.Items), true, nil
		}
	}
	return Proposed(i.Kind), false, nil
}
