package document

import "errors"

// setter finds a shape for each character and puts lines on sheets.
type setter struct {
	fonts   Fonts
	layers  map[*face]*layers
	found   map[place]shape
	missing MissingGlyphs
	err     error // a font file that cannot be read, or a fault of the program
}

type place struct {
	face *face
	char rune
}

type shape struct {
	face  *face
	layer int
	glyph
}

func newSetter(fonts Fonts) setter {
	return setter{
		fonts: fonts, layers: map[*face]*layers{}, found: map[place]shape{},
		missing: MissingGlyphs{Fallback: fonts.HasFallback()},
	}
}

// layers keeps apart the characters of a face that share one shape (U+29FCE and U+29FD7): a PDF's font maps a shape
// back to one character only, so the second character goes to another subset of the same face.
type layers struct{ taken []map[uint]rune }

func (l *layers) put(r rune, id uint) int {
	for i, taken := range l.taken {
		if other, ok := taken[id]; !ok || other == r {
			taken[id] = r
			return i
		}
	}
	l.taken = append(l.taken, map[uint]rune{id: r})
	return len(l.taken) - 1
}

// shape answers the glyph of the wanted face, else of the fallback; without one the character is noted as missing.
func (s *setter) shape(wanted *face, r rune) shape {
	key := place{wanted, r}
	if known, ok := s.found[key]; ok {
		return known
	}
	for _, f := range []*face{wanted, s.fonts.fallback} {
		if f == nil {
			continue
		}
		if err := f.load(); err != nil {
			s.err = errors.Join(s.err, err)
			return shape{}
		}
		if g, ok := f.glyph(r); ok {
			if s.layers[f] == nil {
				s.layers[f] = &layers{}
			}
			s.found[key] = shape{f, s.layers[f].put(r, g.id), g}
			return s.found[key]
		}
	}
	s.missing.add(string(r))
	return shape{}
}

// width of one character in points.
func (s *setter) width(st style, r rune) float64 {
	return s.shape(st.face(s.fonts), r).advance * st.size / 1000
}

func (s *setter) measure(st style, line []rune) float64 {
	var sum float64
	for _, r := range line {
		sum += s.width(st, r)
	}
	return sum
}

// lines breaks a text; each line feed ends a line.
func (s *setter) lines(st style, text string, measure float64) [][]rune {
	rs, refused := clean(text)
	s.missing.add(refused...)
	var out [][]rune
	start := 0
	for i := 0; i <= len(rs); i++ {
		if i == len(rs) || rs[i] == '\n' {
			out = append(out, wrap(rs[start:i], measure, func(r rune) float64 { return s.width(st, r) })...)
			start = i + 1
		}
	}
	return out
}

// set puts one line with its left end at x in the line box at y.
func (s *setter) set(on *sheet, st style, line []rune, x, y float64) {
	var last *run
	for _, r := range line {
		sh := s.shape(st.face(s.fonts), r)
		if last == nil || last.face != sh.face || last.layer != sh.layer {
			on.runs = append(on.runs, run{face: sh.face, layer: sh.layer, size: st.size, x: x, y: st.baseline(y)})
			last = &on.runs[len(on.runs)-1]
		}
		last.text = append(last.text, r)
		x += sh.advance * st.size / 1000
	}
}

// setIn puts one line into a column.
func (s *setter) setIn(on *sheet, st style, line []rune, x, y, measure float64, align Align) {
	switch free := measure - s.measure(st, line); align {
	case Start:
	case Centre:
		x += free / 2
	case End:
		x += free
	}
	s.set(on, st, line, x, y)
}

func (s *setter) fault() error {
	if s.err != nil {
		return s.err
	}
	if len(s.missing.Clusters) > 0 {
		return &s.missing
	}
	return nil
}
