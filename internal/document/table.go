package document

import "fmt"

// Room inside a cell, in points.
const padX, padY = 4, 3

type table struct {
	columns []Column
	rows    [][]string
}

func (b table) lay(f *flow) {
	g := grid{head: gridRow{head: true}}
	var shares float64
	for _, c := range b.columns {
		shares += share(c)
	}
	for _, c := range b.columns {
		g.widths = append(g.widths, fullMeasure*share(c)/shares)
		g.head.cells = append(g.head.cells, cell{keyStyle, c.Title, Centre, true})
	}
	for i, texts := range b.rows {
		if len(texts) > len(b.columns) {
			f.err = fmt.Errorf("row %d of a table has %d cells for %d columns", i+1, len(texts), len(b.columns))
			return
		}
		row := gridRow{}
		for k, c := range b.columns {
			row.cells = append(row.cells, cell{style: cellStyle, align: c.Align})
			if k < len(texts) {
				row.cells[k].text = texts[k]
			}
		}
		g.rows = append(g.rows, row)
	}
	g.lay(f)
}

func share(c Column) float64 {
	if c.Share <= 0 {
		return 1
	}
	return c.Share
}

func keyValues(keyWidth float64, rows []KeyValue) grid {
	if keyWidth <= 0 || keyWidth >= 1 {
		keyWidth = 0.25
	}
	g := grid{widths: []float64{fullMeasure * keyWidth, fullMeasure * (1 - keyWidth)}}
	for _, row := range rows {
		g.rows = append(g.rows, gridRow{cells: []cell{{keyStyle, row.Key, Start, true}, {cellStyle, row.Value, Start, false}}})
	}
	return g
}

// A grid is ruled rows of cells; head is repeated on each page unless it has no cells.
type grid struct {
	widths []float64
	head   gridRow
	rows   []gridRow
}

type gridRow struct {
	cells []cell
	head  bool
}

type cell struct {
	style style
	text  string
	align Align
	grey  bool
}

func (g grid) lay(f *flow) {
	f.skip(4)
	head := g.broken(f, g.head)
	if h := height(g.head, head); h > (bottom-top)/2 {
		f.err = fmt.Errorf("the head of a table is %.0f points high, more than half a page", h)
		return
	}
	for i, row := range g.rows {
		lines := g.broken(f, row)
		room := height(row, lines)
		if i == 0 {
			room += height(g.head, head)
		}
		f.need(min(room, (bottom-top)/3)) // a longer row is cut rather than leaving a page empty
		if i == 0 || f.fresh() {
			g.whole(f, g.head, head)
		}
		g.overPages(f, row, lines, head)
	}
	if len(g.rows) == 0 {
		f.need(height(g.head, head))
		g.whole(f, g.head, head)
	}
	f.y += 4
}

// overPages puts a row, cut between lines where it is longer than what is left of a page. A head is at most half a
// page, so every page takes some lines.
func (g grid) overPages(f *flow, row gridRow, lines [][][]rune, head [][][]rune) {
	for height(row, lines) > f.left() {
		now, later := cut(row, lines, f.left())
		if now != nil {
			g.whole(f, row, now)
			lines = later
		}
		f.turn()
		g.whole(f, g.head, head)
	}
	g.whole(f, row, lines)
}

// cut divides the lines of each cell at what fits into room; nil when not one line does.
func cut(row gridRow, lines [][][]rune, room float64) (now, later [][][]rune) {
	fits := false
	for i, c := range row.cells {
		n := min(len(lines[i]), max(0, int((room-2*padY)/c.style.leading)))
		fits = fits || n > 0
		now, later = append(now, lines[i][:n]), append(later, lines[i][n:])
	}
	if !fits {
		return nil, lines
	}
	return now, later
}

// broken is the lines of each cell.
func (g grid) broken(f *flow, row gridRow) [][][]rune {
	out := make([][][]rune, len(row.cells))
	for i, c := range row.cells {
		out[i] = f.lines(c.style, c.text, g.widths[i]-2*padX)
	}
	return out
}

func height(row gridRow, lines [][][]rune) float64 {
	var h float64
	for i, c := range row.cells {
		h = max(h, float64(len(lines[i]))*c.style.leading+2*padY)
	}
	return h
}

// whole draws the lines given, with grounds and rules, and moves on below them.
func (g grid) whole(f *flow, row gridRow, lines [][][]rune) {
	if len(row.cells) == 0 {
		return
	}
	h, x, on := height(row, lines), left, f.sheet()
	for i, c := range row.cells {
		w := g.widths[i]
		if c.grey {
			on.panels = append(on.panels, panel{x, f.y, w, h})
		}
		on.rules = append(on.rules, rule{x, f.y, x, f.y + h})
		y := f.y + padY
		if row.head {
			y = f.y + (h-float64(len(lines[i]))*c.style.leading)/2
		}
		for _, line := range lines[i] {
			f.setIn(on, c.style, line, x+padX, y, w-2*padX, c.align)
			y += c.style.leading
		}
		x += w
	}
	on.rules = append(on.rules, rule{x, f.y, x, f.y + h}, rule{left, f.y, x, f.y}, rule{left, f.y + h, x, f.y + h})
	f.y += h
}
