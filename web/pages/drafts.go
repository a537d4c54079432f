package pages

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/playbooks"
	"tasuke/web/view"
	"tasuke/workflow"
	"tasuke/workflow/draft"
)

// Drafts are the screens on which playbooks are written: the list, the page of a draft, and the form
// of one of its steps.
type Drafts struct {
	Drafts    *draft.Store
	Published Published
	Rules     playbooks.Rules
	// Import reads a text that somebody pasted: YAML as it is, another format made into YAML. report
	// says what is not carried over as it was, in the reader's language.
	Import func(text, lang string) (body string, report []string, err error)
	// Changes compares two texts, in the reader's language.
	Changes func(old, now *playbooks.Definition, lang string) []string
	// Standard is what this build says of a playbook; ok is false when it is none of the standard ones.
	Standard func(slug string) (*playbooks.Definition, bool)
}

// Register puts the screens on the desk.
func (h *Drafts) Register(d *Desk) {
	d.Get("/playbooks/drafts", actor.PlaybookDraft, h.list)
	d.Get("/playbooks/new", actor.PlaybookEdit, h.blank)
	d.Post("/playbooks/drafts", actor.PlaybookEdit, h.begin)
	d.Get("/playbooks/drafts/:id", actor.PlaybookDraft, h.show)
	d.Post("/playbooks/drafts/:id/moves", actor.PlaybookDraft, h.move)
	d.Post("/playbooks/drafts/:id/head", actor.PlaybookEdit, h.head)
	d.Post("/playbooks/drafts/:id/text", actor.PlaybookEdit, h.text)
	d.Post("/playbooks/drafts/:id/undo", actor.PlaybookEdit, h.undo)
	d.Post("/playbooks/drafts/:id/insert", actor.PlaybookEdit, h.insert)
	d.Post("/playbooks/drafts/:id/arrange", actor.PlaybookEdit, h.arrange)
	d.Get("/playbooks/drafts/:id/steps/:step", actor.PlaybookDraft, h.step)
	d.Post("/playbooks/drafts/:id/steps/:step", actor.PlaybookEdit, h.saveStep)
}

func (h *Drafts) list(v *Visit) error {
	after, err := paging.Parse(v.Query("after"))
	if err != nil {
		return err
	}
	rows, next, err := h.Drafts.List(v.Request.Context(), v.Actor, paging.Page{After: after})
	if err != nil {
		return err
	}
	v.Shell.Topics = draft.Topic
	p := view.DraftList{Rows: rows, Next: next.String(), May: v.Actor.May(actor.PlaybookEdit)}
	return v.Draw(http.StatusOK, view.Drafts(v.Titled(v.Shell.T("draft.title"), "playbooks"), p))
}

func (h *Drafts) blank(v *Visit) error {
	return h.drawNew(v, http.StatusOK, view.DraftNew{Version: v.Query("version")})
}

func (h *Drafts) drawNew(v *Visit, status int, p view.DraftNew) error {
	var err error
	if p.Sources, err = h.newest(v.Request.Context(), v.Actor); err != nil {
		return err
	}
	return v.Draw(status, view.NewDraft(v.Titled(v.Shell.T("draft.new"), "playbooks"), p))
}

// newest gives the newest version of each playbook.
func (h *Drafts) newest(ctx context.Context, by actor.Actor) (out []workflow.Version, err error) {
	all, err := h.Published.Versions(ctx, by)
	seen := map[string]bool{}
	for _, one := range all {
		if !seen[one.Slug] {
			seen[one.Slug] = true
			out = append(out, one)
		}
	}
	return out, err
}

type draftNewForm struct {
	From    string `form:"from"`
	Slug    string `form:"slug"`
	JA      string `form:"title_ja"`
	EN      string `form:"title_en"`
	Version string `form:"version"`
	Body    string `form:"body"`
}

func (h *Drafts) begin(v *Visit) error {
	var f draftNewForm
	if err := v.Form(&f); err != nil {
		return err
	}
	p := view.DraftNew{From: f.From, Slug: f.Slug, JA: f.JA, EN: f.EN, Version: f.Version, Text: unixLines(f.Body)}
	body, base, err := h.first(v, f, &p)
	if err == nil {
		var d draft.Draft
		if d, err = h.Drafts.Begin(v.Request.Context(), v.Actor, body, base); err == nil {
			return v.Done("/playbooks/drafts/"+d.ID, "draft_begun")
		}
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.drawNew(v, status, p)
}

// first is the text that a draft begins with.
func (h *Drafts) first(v *Visit, f draftNewForm, p *view.DraftNew) (body, base string, err error) {
	switch f.From {
	case "blank":
		return blankBook(f, v.Shell.T("draft.first_step"))
	case "copy":
		version, err := h.Published.VersionOf(v.Request.Context(), v.Actor, f.Version)
		return version.Body, version.ID, err
	case "standard":
		if d, ok := h.Standard(f.Slug); ok {
			return string(d.Source), "", nil
		}
	case "import":
		body, p.Report, err = h.Import(unixLines(f.Body), v.Shell.Lang)
		return body, "", err
	}
	return "", "", fault.New(fault.Invalid, "form.malformed", nil)
}

// blankBook is a playbook with a first step and an end, for somebody to go on from.
func blankBook(f draftNewForm, first string) (body, base string, err error) {
	slug, title := strings.ToUpper(strings.TrimSpace(f.Slug)), both(f.JA, f.EN)
	wrong := map[string]string{}
	if !playbooks.IsSlug(slug) {
		wrong["slug"] = "draft.slug"
	}
	if title.Empty() {
		wrong["title_ja"] = "form.required"
	}
	if len(wrong) > 0 {
		return "", "", fault.Form(wrong)
	}
	return string(playbooks.Write(&playbooks.Definition{Slug: slug, Title: title, Steps: []playbooks.Step{
		{ID: "first", Kind: playbooks.Task, Title: both(first, ""), Role: string(actor.Responder)},
		{ID: "finished", Kind: playbooks.End, Title: playbooks.Text{JA: "終わり", EN: "End"}, After: []string{"first"}},
	}})), "", nil
}

func (h *Drafts) show(v *Visit) error { return h.draw(v, http.StatusOK, nil) }

// draw draws the page of a draft as it now is; change puts back what was typed.
func (h *Drafts) draw(v *Visit, status int, change func(*view.DraftPage)) error {
	p, err := h.page(v)
	if err != nil {
		return err
	}
	if change != nil {
		change(&p)
	}
	v.Shell.Topics = draft.Topic
	title := p.Draft.Slug + " " + p.Draft.Title().In(v.Shell.Lang)
	return v.Draw(status, view.Draft(v.Titled(title, "playbooks"), p))
}

func (h *Drafts) page(v *Visit) (p view.DraftPage, err error) {
	ctx := v.Request.Context()
	if p.Sheet, err = h.Drafts.Sheet(ctx, v.Actor, v.Param("id")); err != nil {
		return p, err
	}
	d := p.Definition
	p.Text, p.Locked = p.Draft.Body, !formable(p.Draft.Body)
	p.Head = view.DraftHead{Slug: p.Draft.Slug, JA: d.Title.JA, EN: english(d.Title), SummaryJA: d.Summary.JA, SummaryEN: english(d.Summary)}
	newest, err := h.newest(ctx, v.Actor)
	if err != nil {
		return p, err
	}
	for i := range newest {
		if newest[i].Slug != p.Draft.Slug || newest[i].ID == p.Draft.Version {
			continue
		}
		p.Changes = h.Changes(newest[i].Definition, d, v.Shell.Lang)
		if newest[i].ID == p.Draft.Base {
			p.Base = &newest[i]
		} else if p.Draft.State != draft.Published {
			p.Newer = &newest[i]
		}
	}
	return p, nil
}

// formable reports whether a text can be taken apart into forms and written again without losing
// anything that stands in it.
func formable(body string) bool {
	d, problems := playbooks.Parse([]byte(body))
	return len(d.Steps) > 0 && !problems.Lossy()
}

type draftMoveForm struct {
	Rev    int64  `form:"rev"`
	Event  string `form:"event"`
	Reason string `form:"reason"`
}

func (h *Drafts) move(v *Visit) error {
	var f draftMoveForm
	if err := v.Form(&f); err != nil {
		return err
	}
	_, err := h.Drafts.Move(v.Request.Context(), v.Actor, draft.Cause{ID: v.Param("id"), Rev: f.Rev, Event: draft.Event(f.Event), Reason: unixLines(f.Reason)})
	why := func(p *view.DraftPage) { p.Why = unixLines(f.Reason) }
	switch draft.Event(f.Event) {
	case draft.SentToReview:
		return h.after(v, err, "draft_sent_to_review", why)
	case draft.TakenBack:
		return h.after(v, err, "draft_taken_back", why)
	case draft.SentBack:
		return h.after(v, err, "draft_sent_back", why)
	case draft.Publication:
		return h.after(v, err, "draft_published", why)
	case draft.PutAway:
		return h.after(v, err, "draft_put_away", why)
	}
	return h.after(v, err, "draft_picked_up", why)
}

// after answers a form of the page of a draft.
func (h *Drafts) after(v *Visit, err error, done string, change func(*view.DraftPage)) error {
	if err == nil {
		return v.Done("/playbooks/drafts/"+v.Param("id"), done)
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status, change)
}

type draftTextForm struct {
	Rev  int64  `form:"rev"`
	Body string `form:"body"`
}

func (h *Drafts) text(v *Visit) error {
	var f draftTextForm
	if err := v.Form(&f); err != nil {
		return err
	}
	body := unixLines(f.Body)
	_, err := h.Drafts.Edit(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, body, "")
	return h.after(v, err, "draft_saved", func(p *view.DraftPage) { p.Text = body })
}

type draftUndoForm struct {
	Rev  int64  `form:"rev"`
	Line string `form:"line"`
}

// undo goes back to the text that stood after a line of the history.
func (h *Drafts) undo(v *Visit) error {
	var f draftUndoForm
	if err := v.Form(&f); err != nil {
		return err
	}
	line, err := h.Drafts.Text(v.Request.Context(), v.Actor, v.Param("id"), f.Line)
	if err == nil {
		_, err = h.Drafts.Edit(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, line.Body, "")
	}
	return h.after(v, err, "draft_undone", nil)
}

type draftHeadForm struct {
	Rev       int64  `form:"rev"`
	Slug      string `form:"slug"`
	JA        string `form:"title_ja"`
	EN        string `form:"title_en"`
	SummaryJA string `form:"summary_ja"`
	SummaryEN string `form:"summary_en"`
}

func (h *Drafts) head(v *Visit) error {
	var f draftHeadForm
	if err := v.Form(&f); err != nil {
		return err
	}
	slug := strings.ToUpper(strings.TrimSpace(f.Slug))
	var err error
	if playbooks.IsSlug(slug) {
		err = h.change(v, f.Rev, "", func(d *playbooks.Definition) error {
			d.Slug, d.Title, d.Summary = slug, both(f.JA, f.EN), both(f.SummaryJA, f.SummaryEN)
			return nil
		})
	} else {
		err = fault.Form(map[string]string{"slug": "draft.slug"})
	}
	return h.after(v, err, "draft_saved", func(p *view.DraftPage) {
		p.Head = view.DraftHead{Slug: f.Slug, JA: f.JA, EN: f.EN, SummaryJA: unixLines(f.SummaryJA), SummaryEN: unixLines(f.SummaryEN)}
	})
}

var (
	errNoStep = fault.New(fault.NotFound, "draft.step_none", nil)
	errLocked = fault.New(fault.Refused, "draft.locked", nil)
)

// change reads the text as it is under rev, changes it and keeps it.
func (h *Drafts) change(v *Visit, rev int64, step string, f func(*playbooks.Definition) error) error {
	ctx := v.Request.Context()
	sh, err := h.Drafts.Sheet(ctx, v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	if sh.Draft.Rev != rev {
		return fault.Stale(sh.Draft)
	}
	if !formable(sh.Draft.Body) {
		return errLocked
	}
	d, _ := playbooks.Parse([]byte(sh.Draft.Body))
	if err := f(d); err != nil {
		return err
	}
	_, err = h.Drafts.Edit(ctx, v.Actor, sh.Draft.ID, rev, string(playbooks.Write(d)), step)
	return err
}

type draftInsertForm struct {
	Rev  int64  `form:"rev"`
	JA   string `form:"insert_ja"`
	EN   string `form:"insert_en"`
	Kind string `form:"insert_kind"`
	At   string `form:"insert_at"`
}

// place reads where a step goes, as the form offers it: "" is the end.
func (f draftInsertForm) place() (p playbooks.Place, ok bool) {
	switch words := strings.Fields(f.At); {
	case len(words) == 0:
		return p, true
	case len(words) == 2 && (words[0] == "after" || words[0] == "beside"):
		return playbooks.Place{After: words[1], Beside: words[0] == "beside"}, true
	case len(words) == 3 && words[0] == "when":
		return playbooks.Place{After: words[1], Outcome: words[2]}, true
	}
	return p, false
}

// insert puts a step in and opens its form.
func (h *Drafts) insert(v *Visit) error {
	var f draftInsertForm
	if err := v.Form(&f); err != nil {
		return err
	}
	id := ""
	err := h.change(v, f.Rev, "", func(d *playbooks.Definition) error {
		kind, title := playbooks.Kind(f.Kind), both(f.JA, f.EN)
		wrong := map[string]string{}
		if !slices.Contains(playbooks.Kinds, kind) || kind == playbooks.End || kind == playbooks.Loop {
			wrong["insert_kind"] = "form.choice"
		}
		if title.Empty() {
			wrong["insert_ja"] = "form.required"
		}
		if len(wrong) > 0 {
			return fault.Form(wrong)
		}
		id = d.FreeID(f.EN, kind)
		if place, ok := f.place(); !ok || !d.Insert(place, playbooks.Trim(newStep(id, kind, title))) {
			return fault.Field("insert_at", "form.choice")
		}
		return nil
	})
	if err == nil {
		return v.Done("/playbooks/drafts/"+v.Param("id")+"/steps/"+id, "draft_inserted")
	}
	return h.after(v, err, "", func(p *view.DraftPage) {
		p.Insert = view.InsertForm{At: f.At, Kind: f.Kind, JA: f.JA, EN: f.EN}
	})
}

// newStep is a step of a kind as its form first shows it.
func newStep(id string, kind playbooks.Kind, title playbooks.Text) playbooks.Step {
	return playbooks.Step{ID: id, Kind: kind, Title: title, Role: string(actor.Responder)}
}

type draftArrangeForm struct {
	Rev  int64  `form:"rev"`
	Step string `form:"step"`
	Act  string `form:"act"`
}

func (h *Drafts) arrange(v *Visit) error {
	var f draftArrangeForm
	if err := v.Form(&f); err != nil {
		return err
	}
	err := h.change(v, f.Rev, f.Step, func(d *playbooks.Definition) error {
		if _, ok := d.Seek(f.Step); !ok {
			return errNoStep
		}
		moved := false
		switch f.Act {
		case "up":
			moved = d.Lift(f.Step, 1)
		case "down":
			moved = d.Lift(f.Step, -1)
		case "remove":
			moved = d.Remove(f.Step)
		}
		if !moved {
			return fault.New(fault.Refused, "draft.stays", nil)
		}
		return nil
	})
	return h.after(v, err, "draft_saved", nil)
}
