package main

import (
	"context"
	"strings"

	"tasuke/cases/sweep"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// sweepShapes are what a playbook can have done with the impact sweep and its indicators.
var sweepShapes = map[string]playbooks.Shape{
	"sweep.round": {
		Title:  playbooks.Text{JA: "有効な指標で影響調査の回を始める", EN: "Start a round of the sweep with the active indicators"},
		Output: map[string]playbooks.FieldType{"sweep": playbooks.TextField, "round": playbooks.NumberField, "indicators": playbooks.NumberField},
	},
	"sweep.cases": {
		Title:  playbooks.Text{JA: "確定した影響口座の案件を作る", EN: "Make cases of the confirmed accounts"},
		Output: map[string]playbooks.FieldType{"made": playbooks.NumberField, "linked": playbooks.NumberField},
	},
	"sweep.expire": {
		Title:  playbooks.Text{JA: "失効させる指標と無害とみられる指標を挙げる", EN: "Propose indicators to retire and those that look harmless"},
		Output: map[string]playbooks.FieldType{"indicators": playbooks.NumberField, "benign": playbooks.NumberField},
	},
	"phishing.collect": {
		Title:  playbooks.Text{JA: "問い合わせと指標からフィッシングのURLを集める", EN: "Collect phishing addresses from inquiries and indicators"},
		Output: map[string]playbooks.FieldType{"urls": playbooks.NumberField, "new": playbooks.NumberField},
	},
}

func (r *rooms) sweepKinds() []workflow.Kind {
	return []workflow.Kind{
		inside("sweep.round", func(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
			b, err := r.sweeps.NextRound(ctx, tx, c.By, c.Subject.ID)
			return output{"sweep": b.ID, "round": b.Round, "indicators": b.Indicators}, err
		}),
		r.apart("sweep.cases", r.playCases), inside("sweep.expire", r.playExpire), r.apart("phishing.collect", r.playPhishing),
	}
}

func (r *rooms) playCases(ctx context.Context, c workflow.Call) (output, error) {
	none := output{"made": int64(0), "linked": int64(0)}
	var w sweep.Sweep
	err := r.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		w, err = r.sweeps.Of(ctx, tx, c.Subject.ID)
		return err
	})
	if fault.Is(err, fault.NotFound) || err == nil && (w.Answered == 0 || w.State == sweep.Concluded || w.State == sweep.Dropped) {
		return none, nil // nobody is confirmed, or all of them have their case
	}
	if err != nil {
		return nil, err
	}
	m, err := r.sweeps.MakeCases(ctx, c.By, w.ID)
	if err != nil || m.Opened+m.Linked == 0 {
		return none, err
	}
	args := map[string]string{"No": w.No, "N": decimal(int64(m.Opened)), "Linked": decimal(int64(m.Linked))}
	return output{"made": int64(m.Opened), "linked": int64(m.Linked)}, r.telling(ctx, c, "playbook.did.cases", args, "", "", nil)
}

func (r *rooms) playExpire(ctx context.Context, tx *db.Tx, c workflow.Call) (output, error) {
	out, err := r.sweeps.Retire(ctx, tx, c.By, c.Subject.ID, "平常時から多くの顧客が使う値のため、無害とする案 / common before the attack: proposed as harmless")
	if err != nil {
		return nil, err
	}
	return output{"indicators": out.Expired, "benign": out.Benign},
		r.told(ctx, tx, c, "playbook.did.expire", map[string]string{"N": decimal(out.Expired), "Benign": decimal(out.Benign)}, "")
}

func (r *rooms) playPhishing(ctx context.Context, c workflow.Call) (output, error) {
	var urls []string
	if err := r.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		urls, err = r.inquiries.PhishingURLs(ctx, tx, c.Subject.ID)
		return err
	}); err != nil {
		return nil, err
	}
	for i, u := range urls {
		urls[i] = strings.TrimSpace(u)
	}
	got, err := r.sweeps.Collect(ctx, c.By, c.Subject.ID, urls, "問い合わせの申告 / told by callers")
	if err != nil {
		return nil, err
	}
	return output{"urls": got.URLs, "new": got.New}, r.telling(ctx, c, "playbook.did.phishing", map[string]string{"N": decimal(got.URLs)}, "", "", nil)
}
