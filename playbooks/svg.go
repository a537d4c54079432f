package playbooks

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"
)

// drawn is how large the boxes of a drawing are: two lines of 14 full-width characters and a word.
var drawn = Size{NodeWidth: 190, NodeHeight: 64, GapX: 16, GapY: 40}

// boxLine is how much fits into a line of a box, in half-width characters.
const boxLine = 28

// Draw draws a whole playbook as an SVG file that stands alone: with its blocks, without script.
// role gives the name of a role; nil leaves the id.
func Draw(d *Definition, lang string, role func(id string) string) []byte {
	if role == nil {
		role = func(id string) string { return id }
	}
	p := &painter{d: d, lang: lang, role: role, steps: d.places()}
	p.paint(Plan(d, drawn))
	return p.b.Bytes()
}

type painter struct {
	b     bytes.Buffer
	d     *Definition
	lang  string
	role  func(string) string
	steps map[string]place
}

// titleHeight is the room above the drawing for the title.
const titleHeight = 36

func (p *painter) paint(c Chart) {
	title := p.d.Slug + " " + p.d.Title.In(p.lang)
	width := max(c.Width, 10*width(title)+2*drawn.GapX)
	p.f(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" lang="%s">`+"\n",
		width, c.Height+titleHeight, width, c.Height+titleHeight, p.lang)
	p.f("<title>%s</title>\n<style>%s</style>\n%s\n", escaped(title), svgStyle, svgMarks)
	p.f(`<rect class="paper" width="%d" height="%d"/>`+"\n", width, c.Height+titleHeight)
	p.f(`<text class="head" x="%d" y="26">%s</text>`+"\n", drawn.GapX, escaped(title))
	p.f(`<g transform="translate(0 %d)">`+"\n", titleHeight)
	for _, f := range c.Frames {
		p.frame(f)
	}
	for _, a := range c.Arrows {
		p.arrow(a)
	}
	for _, b := range c.Boxes {
		p.box(b)
	}
	for _, a := range c.Arrows { // words above everything that could cover them
		p.label(a)
	}
	p.f("</g>\n</svg>\n")
}

const svgStyle = `text{font-family:"Noto Sans JP","Hiragino Sans","Yu Gothic",sans-serif;font-size:12px;fill:#1a1f2b}` +
	`.paper{fill:#fff}.head{font-size:18px;font-weight:700}.box{fill:#f4f6fa;stroke:#4a5568;stroke-width:1.2}` +
	`.program{fill:#eef7f1}.marker{fill:#e2e6ee}.dashed{stroke-dasharray:5 3}.inner{fill:none;stroke:#4a5568;stroke-width:.8}` +
	`.word{font-size:10.5px;fill:#3d4657}.frame{fill:#fafbfd;stroke:#7b8798;stroke-width:1.2;stroke-dasharray:7 4}` +
	`.frameword{font-size:12px;font-weight:700;fill:#3d4657}.line{fill:none;stroke:#5b6678;stroke-width:1.2}` +
	`.failure{stroke:#a4262c;stroke-dasharray:6 3}.undo{stroke:#6b4fa0;stroke-dasharray:2 3}` +
	`.label{font-size:10.5px;paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}`

const svgMarks = `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">` +
	`<path d="M0 0L8 4L0 8z" fill="#5b6678"/></marker></defs>`

func (p *painter) frame(f Frame) {
	p.f(`<rect class="frame" x="%d" y="%d" width="%d" height="%d" rx="10"/>`+"\n", f.X, f.Y, f.Width, f.Height)
	if f.Block == ExceptionBlock {
		p.f(`<text class="frameword" x="%d" y="%d">%s</text>`+"\n", f.X+12, f.Y+20, escaped(svgWords["exception"].In(p.lang)))
	}
}

func (p *painter) arrow(a Arrow) {
	class := strings.TrimSpace("line " + string(a.Kind))
	p.f(`<path class="%s" marker-end="url(#tip)" d="`, class)
	for i, at := range a.Points {
		p.f("%c%d %d", "ML"[min(i, 1)], at.X, at.Y)
	}
	p.f("\"/>\n")
}

// label says why an arrow is followed, beside its end.
func (p *painter) label(a Arrow) {
	var says []string
	for _, id := range a.Outcomes {
		if o, ok := p.steps[a.From].step.Outcome(id); ok {
			says = append(says, o.Text.In(p.lang))
		}
	}
	if w, ok := svgWords[string(a.Kind)]; ok {
		says = append(says, w.In(p.lang))
	}
	if len(says) == 0 {
		return
	}
	end := a.Points[len(a.Points)-1]
	p.f(`<text class="label" x="%d" y="%d">%s</text>`+"\n", end.X+8, end.Y-12, escaped(cut(strings.Join(says, p.comma()), boxLine)))
}

func (p *painter) comma() string {
	if p.lang == "en" {
		return ", "
	}
	return "、"
}

// box draws a step: what it is called, what kind it is and who does it.
func (p *painter) box(b Box) {
	class := "box"
	switch k := b.Step.Kind; {
	case k == Parallel || k == Join || k == End:
		class += " marker"
	case !k.ByHand():
		class += " program"
	}
	if b.Step.When != nil || b.Step.Compensates != "" {
		class += " dashed"
	}
	p.f(`<g><title>%s</title><rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`,
		escaped(p.tip(b.Step)), class, b.X, b.Y, b.Width, b.Height, roundness(b.Step.Kind))
	if b.Step.Kind == Call { // a second line around it: there is more behind
		p.f(`<rect class="inner" x="%d" y="%d" width="%d" height="%d"/>`, b.X+4, b.Y+4, b.Width-8, b.Height-8)
	}
	lines := wrapped(b.Step.Title.In(p.lang))
	y := b.Y + 34 - 8*len(lines)
	for i, line := range lines {
		p.f(`<text text-anchor="middle" x="%d" y="%d">%s</text>`, b.X+b.Width/2, y+16*i, escaped(line))
	}
	p.f(`<text class="word" text-anchor="middle" x="%d" y="%d">%s</text></g>`+"\n", b.X+b.Width/2, b.Y+b.Height-9, escaped(cut(p.word(b.Step), boxLine+7)))
}

// roundness tells the kinds apart by form: people's work is rounded, what is decided is a stadium
// and what the program does is square.
func roundness(k Kind) int {
	switch k {
	case Task:
		return 8
	case Action, Wait, Call, Loop:
		return 0
	}
	return drawn.NodeHeight / 2
}

// tip is the whole of what a box has no room for.
func (p *painter) tip(s *Step) string {
	out := s.ID + ": " + s.Title.In(p.lang) + " (" + p.word(s) + ")"
	if s.When != nil {
		out += " when: " + s.When.Source
	}
	return out
}

// word says what kind of step it is, who does it and by when.
func (p *painter) word(s *Step) string {
	says := []string{svgWords[string(s.Kind)].In(p.lang)}
	switch s.Kind {
	case Task, Decision, Approval:
		says = append(says, p.role(s.Role), s.Target.String())
	case Action:
		says = append(says, s.Do)
	case Wait:
		says = append(says, s.Event+s.For.String()+s.Until)
	case Call:
		says = append(says, s.Playbook)
	case Loop:
		says = append(says, fmt.Sprintf(svgWords["most"].In(p.lang), s.Max))
	case Join:
		if s.partial() {
			says = append(says, fmt.Sprintf(svgWords["need"].In(p.lang), s.Need, len(s.After)), svgWords["rest_"+string(s.Rest)].In(p.lang))
		}
	}
	var kept []string
	for _, one := range says {
		if one != "" {
			kept = append(kept, one)
		}
	}
	return strings.Join(kept, " · ")
}

var svgWords = map[string]Text{
	"task": {"作業", "task"}, "decision": {"判断", "decision"}, "approval": {"承認", "approval"}, "action": {"自動", "automatic"}, "wait": {"待つ", "wait"},
	"switch": {"自動の分岐", "switch"}, "parallel": {"並行", "parallel"}, "join": {"合流", "join"}, "playbook": {"手順書", "playbook"}, "loop": {"繰り返し", "loop"}, "end": {"終わり", "end"},
	"most": {"最大 %d 回", "at most %d"}, "need": {"%[2]d のうち %[1]d", "%d of %d"}, "rest_continue": {"残りは続ける", "rest goes on"}, "rest_cancel": {"残りは中止", "rest is cancelled"},
	"exception": {"例外: 行き先の無い失敗のとき", "Exception: when a step fails that says nothing about it"}, "failure": {"失敗したとき", "on failure"}, "undo": {"取りやめたとき", "when given up"},
}

// wrapped breaks a title into at most two lines that fit into a box.
func wrapped(title string) []string {
	first, rest := breakLine(title, boxLine)
	if rest == "" {
		return []string{first}
	}
	return []string{first, cut(rest, boxLine)}
}

// breakLine takes a first line from a text: at a space where there is one, else anywhere.
func breakLine(s string, limit int) (line, rest string) {
	at, n, space := 0, 0, -1
	for i, r := range s {
		if n += width(string(r)); n > limit {
			break
		}
		if r == ' ' {
			space = i
		}
		at = i + utf8.RuneLen(r)
	}
	if at >= len(s) {
		return s, ""
	}
	if space > at/2 {
		at = space
	}
	return strings.TrimSpace(s[:at]), strings.TrimSpace(s[at:])
}

// cut shortens a text to a width.
func cut(s string, limit int) string {
	if width(s) <= limit {
		return s
	}
	n := 0
	for i, r := range s {
		if n += width(string(r)); n > limit-2 {
			return s[:i] + "…"
		}
	}
	return s
}

func escaped(s string) string {
	var b bytes.Buffer
	xml.Escape(&b, []byte(s))
	return b.String()
}

func (p *painter) f(format string, args ...any) { fmt.Fprintf(&p.b, format, args...) }
