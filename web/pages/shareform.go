package pages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// shareForm is a share as a browser sends it. Look is the button that reads the pasted text into
// the list of values; it saves nothing.
type shareForm struct {
	Rev            int64  `form:"rev"`
	Title          string `form:"title"`
	TLP            string `form:"tlp"`
	Channel        string `form:"channel"`
	Desk           string `form:"desk"`
	AttackOrigin   string `form:"attack_origin"`
	Method         string `form:"method"`
	Purpose        string `form:"purpose"`
	Countermeasure string `form:"countermeasure"`
	ObservedFrom   string `form:"observed_from"`
	ObservedTo     string `form:"observed_to"`
	Confidence     string `form:"confidence"`
	Language       string `form:"language"`
	Indicators     string `form:"indicators"`
	Paste          string `form:"paste"`
	Look           string `form:"look"`
}

// shown is what was typed, on its way back to the reader.
func (f shareForm) shown() view.ShareForm {
	return view.ShareForm{Rev: f.Rev, Title: f.Title, TLP: f.TLP, Channel: f.Channel, Desk: f.Desk, AttackOrigin: unixLines(f.AttackOrigin), Method: unixLines(f.Method),
		Purpose: unixLines(f.Purpose), Countermeasure: unixLines(f.Countermeasure), ObservedFrom: f.ObservedFrom, ObservedTo: f.ObservedTo,
		Confidence: f.Confidence, Language: f.Language, Indicators: unixLines(f.Indicators), Paste: unixLines(f.Paste)}
}

// content reads what was typed; what is no time or no number is named by field, and values by line.
func (f shareForm) content() (c isac.Content, lines []view.WrongLine, err error) {
	bad := map[string]string{}
	at := func(field, s string) db.Instant {
		i, err := tokyo(s)
		if err != nil {
			bad[field] = "form.time"
		}
		return i
	}
	c = isac.Content{Title: f.Title, TLP: stix.TLP(f.TLP), Channel: isac.Channel(f.Channel), DeskID: f.Desk, AttackOrigin: unixLines(f.AttackOrigin),
		Method: unixLines(f.Method), Purpose: unixLines(f.Purpose), Countermeasure: unixLines(f.Countermeasure), Language: f.Language,
		ObservedFrom: at("observed_from", f.ObservedFrom), ObservedTo: at("observed_to", f.ObservedTo)}
	if c.Confidence, err = strconv.Atoi(strings.TrimSpace(f.Confidence)); err != nil {
		bad["confidence"] = "stix.indicator.confidence"
	}
	for n, row := range rowsOf(f.Indicators) {
		i, key := indicatorOf(row)
		if key != "" {
			lines = append(lines, view.WrongLine{N: n + 1, Key: key})
		}
		c.Indicators = append(c.Indicators, i)
	}
	for _, w := range c.WrongLines() {
		if !slices.ContainsFunc(lines, func(l view.WrongLine) bool { return l.N == w.N }) {
			lines = append(lines, view.WrongLine{N: w.N, Key: w.Key})
		}
	}
	slices.SortFunc(lines, func(a, b view.WrongLine) int { return a.N - b.N })
	if len(lines) > 0 {
		bad["indicators"] = "share.indicators.wrong"
	}
	if len(bad) > 0 {
		return c, lines, fault.Form(bad)
	}
	return c, nil, nil
}

// indicatorOf reads one row: kind, value, from, until, how often, whose, note. A row with one cell
// is a value whose kind is plain to see.
func indicatorOf(row []string) (i isac.Indicator, wrong string) {
	if len(row) == 1 {
		return isac.Indicator{Kind: kindOf(row[0]), Value: row[0], Label: isac.Own}, ""
	}
	i = isac.Indicator{Kind: stix.Kind(strings.ToLower(row[0])), Value: cell(row, 1), Label: labelOf(row), Note: cell(row, 6)}
	var from, until bool
	if i.From, from = cellTime(cell(row, 2)); !from {
		wrong = "stix.indicator.times"
	}
	if i.Until, until = cellTime(cell(row, 3)); !until {
		wrong = "stix.indicator.times"
	}
	if seen := cell(row, 4); seen != "" {
		n, err := strconv.Atoi(strings.ReplaceAll(seen, ",", ""))
		if i.Seen = n; err != nil {
			wrong = "stix.indicator.seen"
		}
	}
	return i, wrong
}

// labelOf is whose the value is: the firm's own where the row does not say, and of somebody who did
// not say how far it may travel where it says so.
func labelOf(row []string) string {
	switch s := cell(row, 5); s {
	case "":
		return isac.Own
	case "unknown":
		return ""
	default:
		return s
	}
}

func kindOf(value string) stix.Kind {
	for _, k := range []stix.Kind{stix.IP, stix.URL, stix.Mail, stix.Domain} {
		if _, ok := stix.Normal(k, value); ok {
			return k
		}
	}
	return ""
}

// look reads the pasted text into the list of values and says what it did not take.
func (h *Shares) look(f shareForm) view.ShareForm {
	out := f.shown()
	read := h.Shares.Read(out.Paste)
	var lines []string
	if s := strings.TrimSpace(out.Indicators); s != "" {
		lines = append(lines, s)
	}
	for _, i := range read.Found {
		if line := view.IndicatorLine(i); !strings.Contains(out.Indicators, line) {
			lines = append(lines, line)
		}
	}
	out.Indicators, out.Paste, out.Read, out.Taken = strings.Join(lines, "\n"), "", true, len(read.Found)
	for _, x := range read.Left {
		out.Left = append(out.Left, view.Leftover{Line: x.Line, Text: x.Text, Reason: x.Reason})
	}
	return out
}

func (h *Shares) begin(v *Visit) error {
	var f shareForm
	if err := v.Form(&f); err != nil {
		return err
	}
	back := func(status int, form view.ShareForm) error {
		return h.drawIncident(v, status, func(p *view.ShareOfIncident) { p.Form, p.New = form, true })
	}
	if f.Look != "" {
		return back(http.StatusOK, h.look(f))
	}
	c, lines, err := f.content()
	if err == nil {
		var s isac.Share
		if s, err = h.Shares.Begin(v.Request.Context(), v.Actor, v.Param("id"), c); err == nil {
			return v.Done("/shares/"+s.ID, "share_begun")
		}
	}
	status, err := v.Problem(worded(v, err, shareWords))
	if err != nil {
		return err
	}
	form := f.shown()
	form.Wrong = lines
	return back(status, form)
}

func (h *Shares) edit(v *Visit) error {
	var f shareForm
	if err := v.Form(&f); err != nil {
		return err
	}
	back := func(form view.ShareForm) func(*view.SharePage) {
		return func(p *view.SharePage) {
			if p.Share.Rev != f.Rev && f.Look == "" { // somebody saved first: both stand on the page
				form.Stands, form.Rev = true, p.Share.Rev
			}
			p.Form, p.Edit = form, true
		}
	}
	if f.Look != "" {
		return h.draw(v, http.StatusOK, back(h.look(f)))
	}
	c, lines, err := f.content()
	if err == nil {
		_, err = h.Shares.Edit(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, c)
	}
	form := f.shown()
	form.Wrong = lines
	return h.after(v, err, "share_saved", back(form))
}
