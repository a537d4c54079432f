package inquiry

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/text"
)

// MatchKind is what an inquiry may belong to.
type MatchKind string

// The kinds of match.
const (
	MatchCase     MatchKind = "case"
	MatchInquiry  MatchKind = "inquiry"
	MatchIncident MatchKind = "incident"
	MatchCampaign MatchKind = "campaign"
)

// Spans and counts of the matches (operations.md 2.2: a campaign is three similar in one hour).
const (
	sameCallerSpan = 30 * 24 * time.Hour
	campaignSpan   = time.Hour
	campaignSize   = 3
	maxMatches     = 20
)

// Reason explains a match: a message key and its arguments.
type Reason struct {
	Key  string
	Args map[string]any
}

// Match is something the inquiry may belong to, with the reasons why. It is an offer: nothing
// is joined before a person says so. It holds no personal data.
type Match struct {
	Kind    MatchKind
	ID, No  string
	State   string
	Title   string
	At      db.Instant
	Score   int
	Reasons []Reason
	// CaseID and IncidentID say what joining this match would lead to.
	CaseID, CaseNo, IncidentID string
}

// Scores order the offers: the customer's own case before a known caller before a kind of incident.
const (
	scoreCase     = 100
	scoreAccount  = 70
	scorePhone    = 60
	scoreCampaign = 40
	scoreIncident = 30
)

// Matches offers what the form as typed now may belong to, the likeliest first. id is the
// inquiry itself, which is left out; it may be empty before anything is saved.
func (s *Store) Matches(ctx context.Context, by actor.Actor, id string, f Form) (out []Match, err error) {
	if err := by.Need(actor.InquiryRead); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.matches(ctx, tx, by, id, f)
		return err
	})
	return out, err
}

func (s *Store) matches(ctx context.Context, tx *db.Tx, by actor.Actor, id string, f Form) (out []Match, err error) {
	for _, find := range []func(context.Context, *db.Tx, actor.Actor, string, Form) ([]Match, error){
		s.sameCustomer, s.sameCaller, s.sameKind, s.campaign,
	} {
		found, err := find(ctx, tx, by, id, f)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortStableFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.At, a.At), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(len(out), maxMatches)], nil
}

func (s *Store) sameCustomer(ctx context.Context, tx *db.Tx, by actor.Actor, _ string, f Form) (out []Match, err error) {
	if f.CustomerID == "" {
		return nil, nil
	}
	cases, err := s.cases.OpenCasesOf(ctx, tx, by, f.CustomerID)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		out = append(out, Match{
			Kind: MatchCase, ID: c.ID, No: c.No, State: c.State, At: c.ReportedAt, Score: scoreCase,
			CaseID: c.ID, CaseNo: c.No, IncidentID: c.IncidentID,
			Reasons: []Reason{{"inquiry.match.same_customer", map[string]any{"Case": c.No}}},
		})
	}
	return out, nil
}

// sameCaller finds inquiries of the last 30 days with the same call-back number or the same
// account as said, however either was spelled.
func (s *Store) sameCaller(ctx context.Context, tx *db.Tx, _ actor.Actor, id string, f Form) (out []Match, err error) {
	phone := s.blind(phoneField, text.Phone(f.CallbackPhone))
	account := s.blind(accountField, text.Account(f.AccountNo))
	if phone == nil && account == nil {
		return nil, nil
	}
	var rows []struct {
		Inquiry
		SamePhone   bool `db:"same_phone"`
		SameAccount bool `db:"same_account"`
	}
	if err := tx.Select(ctx, &rows, `SELECT `+shown+`, CASE WHEN phone_blind = ? THEN 1 ELSE 0 END AS same_phone,
		CASE WHEN account_blind = ? THEN 1 ELSE 0 END AS same_account FROM inquiry
		WHERE (phone_blind = ? OR account_blind = ?) AND received_at >= ? AND id <> ?
		ORDER BY received_at DESC, id DESC LIMIT ?`,
		phone, account, phone, account, tx.Now.Add(-sameCallerSpan), id, maxMatches); err != nil {
		return nil, err
	}
	for _, r := range rows {
		m := Match{
			Kind: MatchInquiry, ID: r.ID, No: r.No, State: string(r.State), At: r.ReceivedAt,
			CaseID: r.CaseID, CaseNo: r.CaseNo, IncidentID: r.IncidentID,
		}
		if r.SamePhone {
			m.Score = scorePhone
			m.Reasons = append(m.Reasons, Reason{"inquiry.match.same_phone", map[string]any{"Days": 30}})
		}
		if r.SameAccount {
			m.Score = max(m.Score, scoreAccount)
			m.Reasons = append(m.Reasons, Reason{"inquiry.match.same_account", map[string]any{"Days": 30}})
		}
		m.Score += len(m.Reasons) - 1
		out = append(out, m)
	}
	return out, nil
}

// sameKind finds open incidents of the kinds the category may belong to, the newest first.
func (s *Store) sameKind(ctx context.Context, tx *db.Tx, by actor.Actor, _ string, f Form) (out []Match, err error) {
	kinds := traits[f.Category].kinds
	if len(kinds) == 0 || kinds[0] == otherIncident {
		return nil, nil
	}
	incidents, err := s.incidents.OpenIncidents(ctx, tx, by, kinds)
	if err != nil {
		return nil, err
	}
	for _, i := range incidents {
		out = append(out, Match{
			Kind: MatchIncident, ID: i.ID, No: i.No, State: i.State, Title: i.Title, At: i.DetectedAt,
			Score: scoreIncident - slices.Index(kinds, i.Kind), IncidentID: i.ID,
			Reasons: []Reason{{"inquiry.match.same_kind", map[string]any{"Kind": i.Kind, "Incident": i.No}}},
		})
	}
	return out, nil
}

// campaign counts inquiries of the same category in the last hour, this one included.
func (s *Store) campaign(ctx context.Context, tx *db.Tx, _ actor.Actor, id string, f Form) ([]Match, error) {
	if f.Category == "" || f.Category == OtherCategory {
		return nil, nil
	}
	n := 1
	var others int
	if err := tx.Get(ctx, &others, `SELECT count(*) FROM inquiry WHERE category = ? AND received_at > ? AND id <> ?
		AND state <> 'abandoned'`, f.Category, tx.Now.Add(-campaignSpan), id); err != nil {
		return nil, err
	}
	if n += others; n < campaignSize {
		return nil, nil
	}
	return []Match{{
		Kind: MatchCampaign, At: tx.Now, Score: scoreCampaign,
		Reasons: []Reason{{"inquiry.match.campaign", map[string]any{"Count": n, "Category": string(f.Category)}}},
	}}, nil
}
