package incident

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"tasuke/cases/deadline"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// News adds a line to the story unless the newest line of its kind, of the same incident and case,
// says the same: what a playbook has looked at again and found as it was is not told again. It is
// false when nothing was told.
func (s *Store) News(ctx context.Context, tx *db.Tx, by actor.Actor, l Line) (bool, error) {
	var last []string
	of := Story{IncidentID: l.IncidentID, CaseID: l.CaseID}
	where, args := of.where()
	query := `SELECT args FROM timeline WHERE ` + where[0] + ` AND ` + where[1] + ` AND kind = ? ORDER BY at DESC, id DESC LIMIT 1`
	if err := tx.Select(ctx, &last, query, append(args, l.Kind)...); err != nil {
		return false, fmt.Errorf("read the newest line %s: %w", l.Kind, err)
	}
	if len(last) > 0 {
		var said map[string]string
		if err := json.Unmarshal([]byte(last[0]), &said); err != nil {
			return false, fmt.Errorf("read the newest line %s: %w", l.Kind, err)
		}
		if maps.Equal(said, l.Args) {
			return false, nil
		}
	}
	tx.Announce("incident:" + l.IncidentID)
	return true, s.Tell(ctx, tx, by, l)
}

// ClocksNow is where the clocks of an incident stand.
type ClocksNow struct {
	Clocks  int        // clocks of law that run to a date
	Open    int        // of them, those whose duty nobody has answered
	NextDue db.Instant // the earliest end of these; zero without one
}

// RefreshClocks brings the index of due moments in line with the events and says where the clocks
// stand, in the caller's transaction. It needs awareness.record; fault.Refused "incident.over" when
// the work has ended.
func (s *Store) RefreshClocks(ctx context.Context, tx *db.Tx, by actor.Actor, id string) (now ClocksNow, err error) {
	if err := by.Need(actor.AwarenessRecord); err != nil {
		return now, err
	}
	if err := s.Enter(ctx, tx, id); err != nil {
		return now, err
	}
	i, err := s.load(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if err := s.refresh(ctx, tx, by, i, "", ""); err != nil {
		return now, err
	}
	all, err := s.Clocks(ctx, tx, id)
	if err != nil {
		return now, err
	}
	for _, c := range all {
		due := c.DueAt()
		if c.State != deadline.Running || due == 0 {
			continue
		}
		now.Clocks++
		if c.Answer != nil {
			continue
		}
		now.Open++
		if now.NextDue == 0 || due < now.NextDue {
			now.NextDue = due
		}
	}
	return now, nil
}

// Figures are what the rooms say of an incident, for the next version of the fact sheet.
type Figures struct {
	Claimed, Suspected, Confirmed, Excluded int64 // persons
	LossYen, RecoveredYen                   int64
	Notified, Notifiable                    int64 // victims told or tried, of those to be told
	Published                               int64 // public notices
	Contained                               int64 // cases with a stop
}

// DraftFacts saves the next version of the fact sheet with the figures of the rooms, in the caller's
// transaction, and gives its number; the present one when nothing differs. What a person wrote stays:
// only empty items, and those that an earlier draft of the product filled, are written, and nothing
// that somebody marked as confirmed is touched. It needs facts.write.
func (s *Store) DraftFacts(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, f Figures) (version int64, err error) {
	if err := by.Need(actor.FactsWrite); err != nil {
		return 0, err
	}
	if err := s.Enter(ctx, tx, incidentID); err != nil {
		return 0, err
	}
	old, err := s.FactSheet(ctx, tx, incidentID)
	if err != nil {
		return 0, err
	}
	own, err := s.lastOf(ctx, tx, incidentID, by.ID)
	if err != nil {
		return 0, err
	}
	c := f.onto(old.FactContent, own, tx.Now)
	if old.Version > 0 && len(FactDiff(old.FactContent, c)) == 0 {
		return old.Version, nil
	}
	fresh, err := s.addFacts(ctx, tx, by, incidentID, old.Version, c)
	return fresh.Version, err
}

// lastOf is the newest version that an account saved; an empty content when it saved none.
func (s *Store) lastOf(ctx context.Context, tx *db.Tx, incidentID, account string) (FactContent, error) {
	var r factRow
	err := tx.Get(ctx, &r, `SELECT `+factColumns+` FROM fact_sheet WHERE incident_id = ? AND saved_by = ? ORDER BY version DESC LIMIT 1`, incidentID, account)
	if fault.Is(err, fault.NotFound) {
		return FactContent{}, nil
	}
	if err != nil {
		return FactContent{}, err
	}
	f, err := s.opened(ctx, tx, r)
	return f.FactContent, err
}

// onto writes the figures into a content; own is what the product wrote last.
func (f Figures) onto(c, own FactContent, now db.Instant) FactContent {
	c = c.Tidied()
	c.Items = maps.Clone(c.Items)
	if persons := f.Suspected + f.Confirmed; f.Claimed > 0 && persons != c.Persons && c.Items[FactPersons].Known != FactConfirmed && (c.PersonsAsOf == 0 || c.Persons == own.Persons) {
		c.Persons, c.PersonsAsOf = persons, now
	}
	for k, text := range f.texts() {
		old := c.Items[k]
		if text == "" || old.Known == FactConfirmed || old.Text != "" && old.Text != own.Items[k].Text {
			continue
		}
		c.Items[k] = Fact{Text: text, Known: FactInvestigating}
	}
	return c.Tidied()
}

// texts are the items that figures can fill; the form to the authority is in Japanese.
func (f Figures) texts() map[FactItem]string {
	out := map[FactItem]string{}
	if f.Claimed > 0 {
		out[FactPersons] = fmt.Sprintf("申出・検知 %d人（被害確認 %d人、確認中 %d人、被害なしと確認 %d人）。", f.Claimed, f.Confirmed, f.Suspected, f.Excluded)
	}
	if f.LossYen > 0 {
		out[FactSecondary] = fmt.Sprintf("財産的被害が発生。検算済みの損害額 %d円、うち銀行からの回収 %d円。", f.LossYen, f.RecoveredYen)
	}
	if f.Contained > 0 || f.Notifiable > 0 {
		out[FactResponse] = fmt.Sprintf("口座の停止を依頼した案件 %d件。被害者への通知 %d人中%d人（通知の試みを含む。）。", f.Contained, f.Notifiable, f.Notified)
	}
	if f.Published > 0 {
		out[FactPublication] = fmt.Sprintf("当社ウェブサイトで%d件公表した。", f.Published)
	}
	return out
}

// StageCounts are the accounts of a snapshot by stage.
type StageCounts struct{ Claimed, Confirmed, Excluded int64 }

// SnapshotOnce takes a snapshot of the counts, or gives the newest when nothing would be counted
// otherwise now: a step that is done again makes no second one. It needs counts.write.
func (s *Store) SnapshotOnce(ctx context.Context, by actor.Actor, incidentID string) (snap Snapshot, fresh bool, err error) {
	if err := by.Need(actor.CountsWrite); err != nil {
		return Snapshot{}, false, err
	}
	var now []Count
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.load(ctx, tx, incidentID); err != nil {
			return err
		}
		newest, err := s.Snapshots(ctx, tx, incidentID, 1)
		if err != nil {
			return err
		}
		if len(newest) > 0 {
			snap = newest[0]
		}
		now, err = s.CountNow(ctx, tx, incidentID)
		return err
	})
	if err != nil {
		return Snapshot{}, false, err
	}
	if snap.ID != "" && snap.says(now) {
		return snap, false, nil
	}
	snap, err = s.TakeSnapshot(ctx, by, incidentID)
	return snap, true, err
}

// says reports whether what rooms count now is what the snapshot has of them.
func (s Snapshot) says(now []Count) bool {
	return !slices.ContainsFunc(now, func(c Count) bool {
		was, ok := s.Count(c.Key())
		return !ok || was.N != c.N || was.Source != c.Source
	})
}

// Accounts are the accounts of a snapshot by stage.
func (s Snapshot) Accounts() (out StageCounts) {
	for st, into := range map[CountStage]*int64{CountClaimed: &out.Claimed, CountConfirmed: &out.Confirmed, CountExcluded: &out.Excluded} {
		c, _ := s.Count(CountKey{CountAccounts, st})
		*into = c.N
	}
	return out
}

// ToldUs is when a contractor told the firm of the incident, as the newest such event says; zero while
// none has. It reads in the caller's transaction.
func (s *Store) ToldUs(ctx context.Context, tx *db.Tx, incidentID string) (at db.Instant, err error) {
	events, err := s.events(ctx, tx, incidentID)
	for _, e := range effective(events) {
		if e.Kind == ContractorToldUs {
			at = max(at, e.At)
		}
	}
	return at, err
}
