package pages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/signin"
	"tasuke/playbooks"
	"tasuke/web/view"
	"tasuke/workflow"
)

// Published gives the playbooks as they were published.
type Published interface {
	// Versions lists every version with its definition, by slug, the newest first.
	Versions(ctx context.Context, by actor.Actor) ([]workflow.Version, error)
	// VersionOf gives one version; fault.NotFound when there is none.
	VersionOf(ctx context.Context, by actor.Actor, id string) (workflow.Version, error)
}

// Playbooks is the list of published playbooks and the page on which one is read.
type Playbooks struct {
	Published Published
	Accounts  *signin.Service
	// Standard is what this build says of a playbook; ok is false when it is none of the standard ones.
	Standard func(slug string) (*playbooks.Definition, bool)
	// Changes compares two texts, in the reader's language.
	Changes func(old, now *playbooks.Definition, lang string) []string
}

// Register puts the screens on the desk.
func (h *Playbooks) Register(d *Desk) {
	d.Get("/playbooks", actor.TaskRead, h.list)
	d.Get("/playbooks/:id", actor.TaskRead, h.show)
}

func (h *Playbooks) list(v *Visit) error {
	versions, err := h.Published.Versions(v.Request.Context(), v.Actor)
	if err != nil {
		return err
	}
	rows := make([]view.PlaybookRow, len(versions))
	newest := map[string]bool{}
	for i, version := range versions {
		rows[i] = view.PlaybookRow{Version: version, Newest: !newest[version.Slug]}
		newest[version.Slug] = true
		if rows[i].Publisher, err = h.publisher(v, version); err != nil {
			return err
		}
	}
	return v.Draw(http.StatusOK, view.Playbooks(v.Titled(v.Shell.T("nav.playbooks"), "playbooks"), rows))
}

func (h *Playbooks) show(v *Visit) error {
	version, err := h.Published.VersionOf(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p := view.PlaybookPage{Version: version, Open: v.Request.URL.Query().Get("open") == "all"}
	if p.Newest, err = h.newest(v, version); err != nil {
		return err
	}
	if p.Publisher, err = h.publisher(v, version); err != nil {
		return err
	}
	if err := h.offer(v, &p); err != nil {
		return err
	}
	title := version.Slug + " " + version.Definition.Title.In(v.Shell.Lang)
	return v.Draw(http.StatusOK, view.Playbook(v.Titled(title, "playbooks"), p))
}

// newest reports whether no later version of the playbook was published.
func (h *Playbooks) newest(v *Visit, version workflow.Version) (bool, error) {
	all, err := h.Published.Versions(v.Request.Context(), v.Actor)
	later := func(x workflow.Version) bool { return x.Slug == version.Slug && x.Number > version.Number }
	return !slices.ContainsFunc(all, later), err
}

// publisher is who published a version: a person, or the product itself.
func (h *Playbooks) publisher(v *Visit, version workflow.Version) (string, error) {
	if strings.HasPrefix(version.PublishedBy, "system:") {
		return v.Shell.T("playbook.by_product"), nil
	}
	return h.Accounts.Name(v.Request.Context(), version.PublishedBy)
}

// offer shows what the standard playbook says now, when the version that is read is the newest and the
// standard text was never published: the firm has a text of its own, which the program does not replace.
func (h *Playbooks) offer(v *Visit, p *view.PlaybookPage) error {
	now, ok := h.Standard(p.Slug)
	if !ok {
		return nil
	}
	versions, err := h.Published.Versions(v.Request.Context(), v.Actor)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(now.Source)
	for _, one := range versions {
		if one.Slug == p.Slug && (one.Number > p.Number || one.SHA256 == hex.EncodeToString(sum[:])) {
			return nil
		}
	}
	p.Offered, p.Changes = true, h.Changes(p.Definition, now, v.Shell.Lang)
	return nil
}
