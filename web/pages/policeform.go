package pages

import (
	"strconv"
	"strings"

	"tasuke/contacts/police"
	"tasuke/internal/fault"
	"tasuke/web/view"
)

// policeForm is a consultation as a browser sends it.
type policeForm struct {
	Rev         int64    `form:"rev"`
	Kind        string   `form:"kind"`
	FiledBy     string   `form:"filed_by"`
	Agency      string   `form:"agency"`
	Section     string   `form:"section"`
	Officer     string   `form:"officer"`
	Phone       string   `form:"phone"`
	Offences    []string `form:"offences"`
	Cases       []string `form:"cases"`
	Recognition string   `form:"recognition"`
	Timeline    string   `form:"timeline"`
	Sold        string   `form:"sold"`
	Bought      string   `form:"bought"`
	Withdrawn   string   `form:"withdrawn"`
	Net         string   `form:"net"`
	Method      string   `form:"method"`
	Evidence    string   `form:"evidence"`
	Measures    string   `form:"measures"`
	Wish        string   `form:"wish"`
	Person      string   `form:"person"`
}

// shown is what was typed, on its way back to the reader.
func (f policeForm) shown() view.PoliceForm {
	return view.PoliceForm{Rev: f.Rev, Kind: f.Kind, FiledBy: f.FiledBy, Agency: f.Agency, Section: f.Section, Officer: f.Officer, Phone: f.Phone,
		Offences: f.Offences, Cases: f.Cases, Recognition: unixLines(f.Recognition), Timeline: unixLines(f.Timeline), Sold: f.Sold, Bought: f.Bought,
		Withdrawn: f.Withdrawn, Net: f.Net, Method: unixLines(f.Method), Evidence: unixLines(f.Evidence), Measures: unixLines(f.Measures),
		Wish: unixLines(f.Wish), Person: f.Person}
}

// content reads what was typed; amounts that are none are named by field, rows by line.
func (f policeForm) content() (c police.Content, lines, proofs []view.WrongLine, err error) {
	bad := map[string]string{}
	amount := func(field, s string) int64 {
		if strings.TrimSpace(s) == "" {
			return -1
		}
		n, err := yen(s)
		if err != nil {
			bad[field] = "form.yen"
		}
		return n
	}
	c = police.Content{Kind: police.Kind(f.Kind), FiledBy: police.FiledBy(f.FiledBy), Agency: f.Agency, Section: f.Section, Officer: f.Officer, Phone: f.Phone,
		Offences: typed[police.Offence](f.Offences), Cases: f.Cases, Recognition: unixLines(f.Recognition), Method: unixLines(f.Method),
		Measures: unixLines(f.Measures), Wish: unixLines(f.Wish), Person: f.Person,
		Damages: police.Damages{Sold: amount("sold", f.Sold), Bought: amount("bought", f.Bought), Withdrawn: amount("withdrawn", f.Withdrawn), Net: amount("net", f.Net)}}
	for n, row := range rowsOf(f.Timeline) {
		e, key := seenOf(row)
		if key != "" {
			lines = append(lines, view.WrongLine{N: n + 1, Key: key})
		}
		c.Timeline = append(c.Timeline, e)
	}
	for _, row := range rowsOf(f.Evidence) {
		c.Evidence = append(c.Evidence, police.Proof{No: row[0], SHA256: strings.ToLower(cell(row, 1)), Kept: cell(row, 2)})
	}
	for _, w := range c.WrongProofs() {
		proofs = append(proofs, view.WrongLine{N: w.N, Key: w.Key})
	}
	if len(lines) > 0 {
		bad["timeline"] = "police.timeline.wrong"
	}
	if len(proofs) > 0 {
		bad["evidence"] = "police.evidence.wrong"
	}
	if len(bad) > 0 {
		return c, lines, proofs, fault.Form(bad)
	}
	return c, nil, nil, nil
}

// seenOf reads one row of the time line: moment, operation, IP, source port, UA, device, case.
func seenOf(row []string) (e police.Seen, wrong string) {
	at, ok := cellTime(row[0])
	if !ok || at == 0 {
		wrong = "police.timeline.at"
	}
	e = police.Seen{At: at, Operation: cell(row, 1), IP: cell(row, 2), Agent: cell(row, 4), Device: cell(row, 5), Case: cell(row, 6)}
	if s := cell(row, 3); s != "" {
		n, err := strconv.Atoi(s)
		if e.Port = n; err != nil {
			wrong = "police.timeline.port"
		}
	}
	return e, wrong
}

// marked is the form as typed with what is wrong in it; lines that only the store can judge are
// those that lie in the future.
func (h *Police) marked(v *Visit, f policeForm, c police.Content, lines, proofs []view.WrongLine) view.PoliceForm {
	out := f.shown()
	if out.WrongLines, out.WrongProofs = lines, proofs; len(lines) == 0 {
		for _, w := range c.WrongLines(v.Shell.Now) {
			out.WrongLines = append(out.WrongLines, view.WrongLine{N: w.N, Key: w.Key})
		}
	}
	return out
}

func (h *Police) begin(v *Visit) error {
	var f policeForm
	if err := v.Form(&f); err != nil {
		return err
	}
	c, lines, proofs, err := f.content()
	if err == nil {
		var r police.Report
		if r, err = h.Police.Begin(v.Request.Context(), v.Actor, v.Param("id"), c); err == nil {
			return v.Done("/police/"+r.ID, "police_begun")
		}
	}
	status, err := v.Problem(worded(v, err, policeWords))
	if err != nil {
		return err
	}
	return h.drawIncident(v, status, func(p *view.PoliceOfIncident) { p.Form, p.New = h.marked(v, f, c, lines, proofs), true })
}

func (h *Police) edit(v *Visit) error {
	var f policeForm
	if err := v.Form(&f); err != nil {
		return err
	}
	c, lines, proofs, err := f.content()
	if err == nil {
		_, err = h.Police.Edit(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, c)
	}
	return h.after(v, err, "police_saved", func(p *view.PolicePage) {
		form := h.marked(v, f, c, lines, proofs)
		if p.Report.Rev != f.Rev { // somebody saved first: what stands is on the page, what was typed in the form
			form.Stands, form.Rev = true, p.Report.Rev
		}
		p.Form, p.Edit = form, true
	})
}
