package isac

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tasuke/contacts/isac/stix"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Audience is whom a playbook prepares a share for.
type Audience string

// The audiences.
const (
	ToISAC  Audience = "isac"
	ToJSDA  Audience = "jsda"
	ToPeers Audience = "peers"
)

var channelFor = map[Audience]Channel{ToISAC: FISAC, ToJSDA: JSDA, ToPeers: Peer}

// Told is what the incident's rooms say of the attack, for a first draft: no personal data.
type Told struct {
	Title, Origin, Method, Purpose, Countermeasure string
	ObservedFrom                                   db.Instant
}

// Drafted is the share that a playbook prepared, or found.
type Drafted struct {
	Share
	Indicators int64
}

// Prepare writes down the draft of a share for an audience, with the values the incident is known by,
// in the caller's transaction. One to the same channel that is still at work is given back as it is.
// It needs share.write; it fails with fault.Invalid for an unknown audience, with fault.Refused
// "share.step.no_indicator" when there is nothing to share yet, and like Begin.
func (s *Store) Prepare(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, to Audience, t Told) (d Drafted, err error) {
	if err := by.Need(actor.ShareWrite); err != nil {
		return d, err
	}
	channel, ok := channelFor[to]
	if !ok {
		return d, fault.New(fault.Invalid, "share.step.audience", map[string]any{"Audience": string(to)})
	}
	var ids []string
	if err := tx.Select(ctx, &ids, `SELECT id FROM share WHERE incident_id = ? AND channel = ? AND state NOT IN ('withdrawn', 'closed') ORDER BY opened_at DESC, id DESC LIMIT 1`, incidentID, channel); err != nil {
		return d, fmt.Errorf("look for a share: %w", err)
	}
	if len(ids) > 0 {
		r, err := s.load(ctx, tx, ids[0])
		return Drafted{r.Share, int64(len(r.content.Indicators))}, err
	}
	c := Content{Title: t.Title, TLP: stix.Amber, Channel: channel, AttackOrigin: t.Origin, Method: t.Method, Purpose: t.Purpose,
		Countermeasure: t.Countermeasure, ObservedFrom: t.ObservedFrom, Confidence: 50, Language: "ja"}
	if c.Indicators, err = s.opts.Indicators(ctx, tx, incidentID); err != nil {
		return d, err
	}
	if c = c.Tidied(); len(c.Indicators) == 0 {
		return d, fault.New(fault.Refused, "share.step.no_indicator", nil)
	}
	if len(c.Indicators) > maxIndicators {
		c.Indicators = c.Indicators[:maxIndicators]
	}
	d.Indicators = int64(len(c.Indicators))
	d.Share, err = s.begin(ctx, tx, by, incidentID, c)
	return d, err
}

// waiting are the shares whose version is frozen and that have not left.
const waiting = `state IN ('sanitised', 'approved') AND bundle_sha256 <> ''`

// ShownShare is a share as who approves it sees it.
type ShownShare struct {
	ID, No     string
	TLP        stix.TLP
	Channel    Channel
	Version    int64
	SHA256     string // of the bundle
	ApprovedBy string // who approved it in the room; empty while nobody has
}

// Digest is over every share of an incident that is frozen and waits to leave: number, version, bundle
// and the address of the desk. It is empty when none waits.
func (s *Store) Digest(ctx context.Context, tx *db.Tx, incidentID string) (digest string, shown []ShownShare, err error) {
	var ids []string
	if err := tx.Select(ctx, &ids, `SELECT id FROM share WHERE incident_id = ? AND `+waiting+` ORDER BY no`, incidentID); err != nil || len(ids) == 0 {
		return "", nil, err
	}
	h, stand := sha256.New(), true
	for _, id := range ids {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return "", nil, err
		}
		desk, _, err := s.desk(ctx, tx, r)
		if err != nil {
			return "", nil, err
		}
		standing, err := s.standing(ctx, tx, r, desk.Mail)
		if err != nil {
			return "", nil, err
		}
		stand = stand && standing != ""
		if _, err := fmt.Fprintln(h, standing); err != nil {
			return "", nil, err
		}
		shown = append(shown, ShownShare{r.ID, r.No, r.TLP, r.Channel, r.Version, r.BundleSHA256, r.ApprovedName})
	}
	if !stand {
		return "", shown, nil
	}
	return hex.EncodeToString(h.Sum(nil)), shown, nil
}

// Makers are the accounts that wrote what Digest is over, or put it to approval.
func (s *Store) Makers(ctx context.Context, tx *db.Tx, incidentID string) (ids []string, err error) {
	err = tx.Select(ctx, &ids, `SELECT actor_id FROM (SELECT l.actor_id FROM share r JOIN share_line l ON l.share_id = r.id
		WHERE r.incident_id = ? AND r.`+waiting+` AND l.`+makersOf+`
		UNION SELECT sanitised_by FROM share WHERE incident_id = ? AND `+waiting+` AND sanitised_by <> '') m ORDER BY actor_id`, incidentID, incidentID)
	return ids, err
}

// CountSent counts the shares of an incident that left. It is one query of its own, so that the
// conditions of playbooks, which ask in every step, can ask several rooms at once.
const CountSent = `SELECT count(*) FROM share WHERE incident_id = ? AND sent_at > 0`

// SharesSent counts the shares of an incident that left, in the caller's transaction.
func (s *Store) SharesSent(ctx context.Context, tx *db.Tx, incidentID string) (n int64, err error) {
	err = tx.Get(ctx, &n, CountSent, incidentID)
	return n, err
}
