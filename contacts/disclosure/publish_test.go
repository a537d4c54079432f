package disclosure_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	"tasuke/contacts/disclosure/page"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestSigning(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"nobody signs what they wrote, and nobody signs twice": func(t *testing.T, h *house) {
			both := person("pr2", actor.PR, actor.Responder, actor.Legal)
			d, err := h.Begin(t.Context(), both, disclosure.New{IncidentID: h.incident.ID, Kind: notice.First})
			must(t, err)
			_, err = h.Edit(t.Context(), writer, d.ID, d.Rev, h.snapshot().ID, h.written())
			must(t, err)
			wants(t, h.sign(both, d.ID, disclosure.FactsStep), fault.Refused, "disclosure.guard.maker")
			twice := person("x2", actor.Responder, actor.Legal)
			must(t, h.sign(twice, d.ID, disclosure.FactsStep))
			wants(t, h.sign(twice, d.ID, disclosure.LawStep), fault.Refused, "disclosure.guard.signer")
			wants(t, h.sign(executive, d.ID, disclosure.ExecutiveStep), fault.Refused, "disclosure.move.unknown")
			wants(t, h.sign(responder, d.ID, disclosure.LawStep), fault.Forbidden, "disclosure.move.role")
			wants(t, h.sign(operator, d.ID, disclosure.LawStep), fault.Forbidden, "actor.denied")
		},
		"a changed word makes every signature void": func(t *testing.T, h *house) {
			d := h.signed(h.first().ID)
			c := h.written()
			c.JA.Outline += "追記。"
			d, err := h.Edit(t.Context(), writer, d.ID, d.Rev, d.SnapshotID, c)
			must(t, err)
			sh := h.sheet(d.ID)
			if d.State != disclosure.Draft || sh.Facts.FactsHold || sh.Facts.LawHolds || sh.Facts.ExecHolds || len(sh.Signed) != 3 {
				t.Fatalf("%s %+v", d.State, sh.Facts)
			}
			_, err = h.Publish(t.Context(), writer, d.ID, d.Rev)
			wants(t, err, fault.Refused, "disclosure.move.unknown")
		},
		"a content that was changed past the program is not what was signed": func(t *testing.T, h *house) {
			d := h.signed(h.first().ID)
			other := h.snapshot()
			must(t, h.exec(`UPDATE disclosure SET snapshot_id = ? WHERE id = ?`, other.ID, d.ID))
			_, err := h.Publish(t.Context(), writer, d.ID, d.Rev)
			wants(t, err, fault.Refused, "disclosure.guard.approval_void")
		},
		"what was sent back is signed anew": func(t *testing.T, h *house) {
			d := h.signed(h.first().ID)
			must(t, h.move(lawyer, d.ID, disclosure.SentBack))
			if sh := h.sheet(d.ID); sh.Disclosure.State != disclosure.Draft || sh.Facts.FactsHold {
				t.Fatalf("%+v", sh.Facts)
			}
			h.signed(d.ID)
		},
		"who read something else than stands there now signs nothing": func(t *testing.T, h *house) {
			d := h.first()
			_, err := h.Sign(t.Context(), responder, d.ID, d.Rev, disclosure.FactsStep, "0000", "")
			wants(t, err, fault.Conflict, "row.stale")
			_, err = h.Sign(t.Context(), responder, d.ID, d.Rev-1, disclosure.FactsStep, d.Digest, "")
			wants(t, err, fault.Conflict, "row.stale")
		},
		"an incomplete notice is kept and signed by nobody": func(t *testing.T, h *house) {
			c := h.written()
			c.EN.Outline, c.Measures[0].EN = "", ""
			d := h.begun(disclosure.New{Kind: notice.First}, c)
			sh := h.sheet(d.ID)
			if sh.Missing["outline_en"] != "notice.blank" || sh.Missing["measures"] != "notice.blank" || sh.Now != "" || len(sh.Docs) != 0 {
				t.Fatalf("%v", sh.Missing)
			}
			wants(t, h.sign(responder, d.ID, disclosure.FactsStep), fault.Refused, "disclosure.guard.incomplete")
		},
		"a customer's name stops it before the facts are signed, on record": func(t *testing.T, h *house) {
			c := h.written()
			c.JA.Outline = secret + "様の口座です。"
			d := h.begun(disclosure.New{Kind: notice.First}, c)
			wants(t, h.sign(responder, d.ID, disclosure.FactsStep), fault.Refused, "disclosure.leak")
			sh := h.sheet(d.ID)
			if sh.Disclosure.State != disclosure.Draft || sh.Lines[0].Event != disclosure.LeakFound || sh.Lines[0].Args["N"] != "1" || sh.Lines[0].Args["Kinds"] != "name" {
				t.Fatalf("%+v", sh.Lines[0])
			}
			if n := h.count(`SELECT count(*) FROM disclosure_line WHERE args LIKE '%山%'`); n != 0 {
				t.Fatal("what was found stands in the record")
			}
		},
	})
}

func TestPublishing(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"the numbers of the page, of the other language and of the paper are those of the snapshot": func(t *testing.T, h *house) {
			d := h.published()
			h.settle()
			files := h.files()
			paper, _, err := h.Paper(t.Context(), auditor, d.ID, notice.Japanese)
			must(t, err)
			for name, body := range map[string]string{"ja": files[d.Page(notice.Japanese)], "en": files[d.Page(notice.English)], "paper": string(paper)} {
				if strings.Count(body, "12") < 2 || strings.Contains(body, "13口座") {
					t.Errorf("%s: %s", name, body)
				}
			}
			h.counts["accounts.confirmed"] = 14
			sh := h.sheet(d.ID)
			if len(sh.Differs) != 1 || sh.Differs[0].Was != 12 || sh.Differs[0].Now != 14 {
				t.Errorf("%+v", sh.Differs)
			}
			if b, err := h.incidents.Counts(t.Context(), auditor, h.incident.ID, disclosure.Page{}); err != nil || len(b.Differs()) != 1 || b.Differs()[0].No != d.No {
				t.Errorf("%+v %v", b.Differs(), err)
			}
		},
		"the files are, byte by byte, what the record has, and so is what is served": func(t *testing.T, h *house) {
			d := h.published()
			h.settle()
			files := h.files()
			if len(files) != 5 {
				t.Fatalf("%d files", len(files))
			}
			for _, e := range h.sheet(d.ID).Editions {
				if e.Media != "html" {
					continue
				}
				got, err := h.Serve(t.Context(), e.Name, notice.Japanese)
				must(t, err)
				if got.SHA256 != e.SHA256 || string(got.Body) != files[e.Name] {
					t.Errorf("%s differs", e.Name)
				}
			}
			for _, forbidden := range []string{"<script", "style=", "http://", "https://", "onclick"} {
				if strings.Contains(files[d.Page(notice.Japanese)]+files["index.html"], forbidden) {
					t.Errorf("a page has %s", forbidden)
				}
			}
		},
		"victims hear of it first, unless an executive says why not": func(t *testing.T, h *house) {
			h.victims = [2]int{12, 11}
			d := h.signed(h.first().ID)
			_, err := h.Publish(t.Context(), writer, d.ID, d.Rev)
			wants(t, err, fault.Refused, "disclosure.guard.untold")
			wants(t, h.move(lawyer, d.ID, disclosure.OverrideGiven), fault.Forbidden, "disclosure.move.role")
			must(t, h.move(executive, d.ID, disclosure.OverrideGiven))
			if d = h.publish(d.ID); d.State != disclosure.Published || h.sheet(d.ID).OverrideReason != "理由" {
				t.Fatalf("%+v", d)
			}
		},
		"an override is for the content it was given for": func(t *testing.T, h *house) {
			h.victims = [2]int{12, 11}
			d := h.signed(h.first().ID)
			must(t, h.move(executive, d.ID, disclosure.OverrideGiven), h.move(lawyer, d.ID, disclosure.SentBack))
			d = h.signed(d.ID)
			_, err := h.Publish(t.Context(), writer, d.ID, d.Rev)
			wants(t, err, fault.Refused, "disclosure.guard.untold")
		},
		"that nobody knows who was told is not that all were": func(t *testing.T, h *house) {
			h.options.Notified = nil
			must(t, h.reopen())
			d := h.signed(h.first().ID)
			_, err := h.Publish(t.Context(), writer, d.ID, d.Rev)
			wants(t, err, fault.Refused, "disclosure.guard.told_unknown")
		},
		"a name that came into the register meanwhile stops it at the publishing": func(t *testing.T, h *house) {
			c := h.written()
			d := h.signed(h.begun(disclosure.New{Kind: notice.First}, c).ID)
			h.options.Leaks = func(_ context.Context, _ *db.Tx, _ string, _ []string) ([]notice.Finding, error) {
				return []notice.Finding{{Kind: "name", Masked: "不＊"}}, nil
			}
			must(t, h.reopen())
			_, err := h.Publish(t.Context(), writer, d.ID, d.Rev)
			wants(t, err, fault.Refused, "disclosure.leak")
			if len(h.files()) != 0 || h.count(`SELECT count(*) FROM disclosure_page`) != 0 || h.sheet(d.ID).Disclosure.State != disclosure.Exec {
				t.Fatal("something was published")
			}
		},
		"who changes it while it is being published wins": func(t *testing.T, h *house) {
			d := h.signed(h.first().ID)
			h.looking = func() { must(t, h.move(lawyer, d.ID, disclosure.SentBack)) }
			_, err := h.Publish(t.Context(), writer, d.ID, d.Rev)
			wants(t, err, fault.Conflict, "row.stale")
			if h.count(`SELECT count(*) FROM disclosure_page`) != 0 || h.sheet(d.ID).Disclosure.State != disclosure.Draft {
				t.Fatal("a page was kept")
			}
		},
		"a run hears of it once, and the incident can be closed": func(t *testing.T, h *house) {
			d := h.first()
			if n := h.openCount(); n != 1 {
				t.Fatal(n)
			}
			h.signed(d.ID)
			h.publish(d.ID)
			if want := "disclosure.published " + h.incident.ID + " " + d.ID; len(h.emitted) != 1 || h.emitted[0] != want || h.openCount() != 0 {
				t.Fatalf("%v, %d open", h.emitted, h.openCount())
			}
		},
		"neither a page nor a signature nor a line can be changed or removed": func(t *testing.T, h *house) {
			h.published()
			for _, table := range []string{"disclosure_page", "disclosure_signature", "disclosure_line"} {
				for _, query := range []string{"DELETE FROM " + table, "UPDATE " + table + " SET at = 1"} {
					if h.exec(query) == nil {
						t.Errorf("%s was done", query)
					}
				}
			}
		},
	})
}

func TestSchedules(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"it comes out at its moment, and not before": func(t *testing.T, h *house) {
			d := h.signed(h.first().ID)
			_, err := h.Schedule(t.Context(), writer, d.ID, d.Rev, h.d.Now())
			wants(t, err, fault.Invalid, "form.invalid")
			at := h.d.Now().Add(2 * time.Hour)
			_, err = h.Schedule(t.Context(), writer, d.ID, d.Rev, at)
			must(t, err)
			h.settle()
			if got := h.sheet(d.ID).Disclosure; got.State != disclosure.Scheduled || len(h.files()) != 0 {
				t.Fatal(got.State)
			}
			h.clock.Set(at.Time())
			h.settle()
			if got := h.sheet(d.ID).Disclosure; got.State != disclosure.Published || len(h.files()) != 5 {
				t.Fatalf("%s, %d files", got.State, len(h.files()))
			}
		},
		"what a guard holds back at its moment goes back to people": func(t *testing.T, h *house) {
			d := h.signed(h.first().ID)
			at := h.d.Now().Add(time.Hour)
			_, err := h.Schedule(t.Context(), writer, d.ID, d.Rev, at)
			must(t, err)
			h.victims = [2]int{3, 0}
			h.clock.Set(at.Time())
			h.settle()
			sh := h.sheet(d.ID)
			if sh.Disclosure.State != disclosure.Exec || sh.Lines[0].Event != disclosure.PublishingFailed || sh.Lines[0].Args["Why"] != "disclosure.guard.untold" {
				t.Fatalf("%s %+v", sh.Disclosure.State, sh.Lines[0])
			}
		},
		"a moment that was taken back passes without it": func(t *testing.T, h *house) {
			d := h.signed(h.first().ID)
			at := h.d.Now().Add(time.Hour)
			_, err := h.Schedule(t.Context(), writer, d.ID, d.Rev, at)
			must(t, err, h.move(writer, d.ID, disclosure.TimeTakenBack))
			h.clock.Set(at.Time())
			h.settle()
			if got := h.sheet(d.ID).Disclosure; got.State != disclosure.Exec || got.PublishAt != 0 {
				t.Fatal(got.State)
			}
		},
	})
}

func TestWhatWasPublishedStays(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a correction says what the notice before said, and both are read": func(t *testing.T, h *house) {
			first := h.published()
			h.counts["accounts.confirmed"] = 11
			c := h.written()
			c.JA.Reason, c.EN.Reason = "同じ口座を二重に数えていました。", "One account was counted twice."
			d := h.begun(disclosure.New{Kind: notice.Correction, CorrectsID: first.ID}, c)
			d = h.publish(h.signed(d.ID).ID)
			h.settle()
			files, old := h.files(), h.sheet(first.ID)
			now, was := files[d.Page(notice.Japanese)], files[first.Page(notice.Japanese)]
			for page, all := range map[string][]string{
				now: {"11口座", "12口座", "訂正の内容", first.No, c.JA.Reason}, was: {"12口座", "により訂正しました", d.No, d.Page(notice.Japanese)},
				files[first.Page(notice.English)]: {"was wrong and was corrected", d.Page(notice.English)}, files["index.html"]: {first.No, d.No, "訂正"},
			} {
				for _, want := range all {
					if !strings.Contains(page, want) {
						t.Errorf("%q is missing in %.3000s", want, page)
					}
				}
			}
			if old.Disclosure.State != disclosure.Corrected || len(old.Editions) != 6 {
				t.Errorf("%s, %d editions", old.Disclosure.State, len(old.Editions))
			}
			if _, err := h.Begin(t.Context(), writer, disclosure.New{IncidentID: h.incident.ID, Kind: notice.Correction, CorrectsID: first.ID}); !fault.Is(err, fault.Refused) {
				t.Errorf("corrected twice: %v", err)
			}
		},
		"an update takes the place of what was published, which says so": func(t *testing.T, h *house) {
			first := h.published()
			c := h.written()
			c.JA.Changes, c.EN.Changes = "対象口座数を更新しました。", "The number of accounts."
			d := h.publish(h.signed(h.begun(disclosure.New{Kind: notice.Update}, c).ID).ID)
			h.settle()
			if got := h.sheet(first.ID).Disclosure; got.State != disclosure.Superseded || d.Ordinal != 2 || !strings.Contains(h.files()[first.Page(notice.Japanese)], d.No) {
				t.Fatalf("%s %d", got.State, d.Ordinal)
			}
		},
		"a withdrawn notice stays readable under the reason": func(t *testing.T, h *house) {
			d := h.published()
			_, err := h.Withdraw(t.Context(), executive, disclosure.Withdrawal{ID: d.ID, Rev: d.Rev, JA: "https://x.example/login", EN: ""})
			wants(t, err, fault.Invalid, "form.invalid")
			_, err = h.Withdraw(t.Context(), executive, disclosure.Withdrawal{ID: d.ID, Rev: d.Rev, JA: secret + "様の件", EN: "x"})
			wants(t, err, fault.Refused, "disclosure.leak")
			_, err = h.Withdraw(t.Context(), lawyer, disclosure.Withdrawal{ID: d.ID, Rev: d.Rev, JA: "別件でした。", EN: "Another matter."})
			wants(t, err, fault.Forbidden, "disclosure.move.role")
			_, err = h.Withdraw(t.Context(), executive, disclosure.Withdrawal{ID: d.ID, Rev: d.Rev, JA: "別件でした。", EN: "Another matter."})
			must(t, err)
			h.settle()
			page := h.files()[d.Page(notice.Japanese)]
			if !strings.Contains(page, "取り下げました") || !strings.Contains(page, "別件でした。") || !strings.Contains(page, "12口座") {
				t.Fatal(page)
			}
			pdf, _, err := h.Paper(t.Context(), auditor, d.ID, notice.Japanese)
			if must(t, err); !strings.Contains(string(pdf), "withdrawn") {
				t.Fatalf("%s", pdf)
			}
			if _, err := h.Begin(t.Context(), writer, disclosure.New{IncidentID: h.incident.ID, Kind: notice.First}); err != nil {
				t.Fatalf("nothing can be published any more: %v", err)
			}
		},
		"notices come in their order": func(t *testing.T, h *house) {
			begin := func(k disclosure.Kind) error {
				_, err := h.Begin(t.Context(), writer, disclosure.New{IncidentID: h.incident.ID, Kind: k})
				return err
			}
			wants(t, begin(notice.Update), fault.Refused, "disclosure.begin.no_first")
			wants(t, begin("leaflet"), fault.Invalid, "form.invalid")
			d := h.first()
			wants(t, begin(notice.First), fault.Refused, "disclosure.begin.open")
			must(t, h.move(writer, d.ID, disclosure.Dropped))
			h.published()
			wants(t, begin(notice.First), fault.Refused, "disclosure.begin.not_first")
		},
		"a file that is gone or was changed is put right, by a start and by a reader": func(t *testing.T, h *house) {
			d := h.published()
			h.settle()
			good := h.files()
			h.spoil(d.Page(notice.Japanese), "<h1>defaced</h1>")
			if got, err := h.Serve(t.Context(), d.Page(notice.Japanese), notice.Japanese); err != nil || string(got.Body) != good[d.Page(notice.Japanese)] {
				t.Fatalf("%s %v", got.Body, err)
			}
			h.spoil("index.html", "")
			if n, err := h.Rebuild(t.Context()); err != nil || n != 1 {
				t.Fatalf("%d %v", n, err)
			}
			for name, body := range h.files() {
				if good[name] != body {
					t.Errorf("%s differs", name)
				}
			}
			if n, err := h.Rebuild(t.Context()); err != nil || n != 0 {
				t.Fatalf("written again: %d %v", n, err)
			}
		},
		"no other name is served": func(t *testing.T, h *house) {
			h.published()
			for _, name := range []string{"../tasuke.db", "DIS-2026-0001.ja.pdf", "DIS-2026-9999", "DIS-2026-9999.ja.html", "x", page.StyleName + "x"} {
				if _, err := h.Serve(t.Context(), name, notice.Japanese); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: %v", name, err)
				}
			}
			for name, want := range map[string]string{"": `lang="en"`, "DIS-2026-0001": `lang="en"`, "index.html": `lang="ja"`, page.StyleName: "color-scheme"} {
				got, err := h.Serve(t.Context(), name, notice.English)
				if err != nil || !strings.Contains(string(got.Body), want) {
					t.Errorf("%q: %.80s %v", name, got.Body, err)
				}
			}
		},
	})
}
