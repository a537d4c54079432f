package main

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// TestTheProgramDoesNotReplaceAPlaybookOfTheFirm: a text that the firm published stays in use when the
// program starts with a newer standard one; the page shows what the standard says, for a person to take over.
func TestTheProgramDoesNotReplaceAPlaybookOfTheFirm(t *testing.T) {
	t.Parallel()
	onBoth(t, options{}, func(t *testing.T, h *house) {
		ctx := t.Context()
		reworded := func(title string) *playbooks.Definition {
			d, problems := playbooks.Parse([]byte(strings.Replace(string(h.library["PB-08"].Source), "  en: ", "  en: "+title+" ", 1)))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			return d
		}
		own, newer := reworded("Our own"), reworded("Newer")
		version, err := h.runs.Publish(ctx, actor.System("firm"), own)
		must(t, err)
		page, reader := "/playbooks/"+version.ID, h.signedIn("ir", "en")
		if body := reader.get(page).body; strings.Contains(body, `id="offer"`) {
			t.Error("the standard text was a version before the firm's, and is offered as new")
		}
		h.library = maps.Clone(h.library)
		h.library["PB-08"] = newer
		must(t, h.offer(ctx, slices.Collect(maps.Values(h.library)))) // as when a newer program starts
		newest := map[string]workflow.Version{}                       // by slug
		versions, err := h.runs.Versions(ctx, h.firm.who["audit"])
		must(t, err)
		for _, v := range slices.Backward(versions) {
			newest[v.Slug] = v
		}
		if newest["PB-08"].ID != version.ID {
			t.Fatalf("version %d of %s is in use", newest["PB-08"].Number, newest["PB-08"].PublishedBy)
		}
		if body := reader.get(page).body; !strings.Contains(body, `id="offer"`) || !strings.Contains(body, "Newer") {
			t.Error("the page of the firm's version does not show what the standard says now")
		}
		older := "/playbooks/" + newest["PB-01"].ID
		if body := reader.get(older).body; strings.Contains(body, `id="offer"`) {
			t.Error("a standard playbook is offered to itself")
		}
		a := reader.post("/playbooks/drafts", url.Values{"from": {"standard"}, "slug": {"PB-08"}})
		if a.status != http.StatusSeeOther {
			t.Fatalf("%d: %s", a.status, a.body)
		}
		d, err := h.drafts.Sheet(ctx, h.firm.who["audit"], path.Base(strings.Split(a.header.Get("Location"), "?")[0]))
		must(t, err)
		if d.Draft.Body != string(newer.Source) {
			t.Error("the draft holds another text")
		}
	})
}

// TestAnIncidentBeginsThePlaybookOfItsKind repeats which playbook is for which kind (operations.md 5).
func TestAnIncidentBeginsThePlaybookOfItsKind(t *testing.T) {
	t.Parallel()
	want := map[incident.Kind]string{"ato_withdrawal": "PB-01", "ato_trade": "PB-02", "mass_login": "PB-03", "phishing": "PB-04",
		"own_leak": "PB-05", "vendor_leak": "PB-06", "other": ""}
	onBoth(t, options{}, func(t *testing.T, h *house) {
		for _, kind := range incident.Kinds {
			must(t, h.db.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				i, err := h.incidents.Open(ctx, tx, h.firm.who["ir"], incident.New{DetectedAt: tx.Now, Evidence: "監視の警告", Details: incident.Details{
					Title: "試し", Kind: kind, Severity: "S3", DetectedBy: "monitoring", SystemBreach: "none_confirmed"}})
				if err != nil {
					return err
				}
				runs, err := h.runs.RunsOf(ctx, tx, h.firm.who["audit"], workflow.Subject{Kind: "incident", ID: i.ID})
				var got []string
				for _, r := range runs {
					if r.ParentID == "" {
						got = append(got, r.Slug)
					}
				}
				if strings.Join(got, " ") != want[kind] {
					t.Errorf("%s begins %v", kind, got)
				}
				return err
			}))
		}
	})
}
