package document

import (
	"fmt"
	"os"
	"sync"

	"github.com/signintech/gopdf"
)

// A face is one font file, read once when it is first needed.
type face struct {
	name, path string

	once      sync.Once
	err       error
	metrics   gopdf.SubsetFontObj  // only read after load: which glyph, how wide
	container *gopdf.FontContainer // gives each PDF its own subset of the parsed file
}

// family is a subset's name in the PDF: six letters of its own, then the font's name (ISO 32000-1, 9.6.4).
func (f *face) family(layer int) string { return fmt.Sprintf("LAYER%c+%s", 'A'+layer, f.name) }

func (f *face) load() error {
	f.once.Do(func() { f.err = f.read() })
	return f.err
}

func (f *face) read() error {
	data, err := os.ReadFile(f.path)
	if err != nil {
		return fmt.Errorf("read font: %w", err)
	}
	f.metrics.SetTtfFontOption(gopdf.TtfOption{})
	if err := f.metrics.SetTTFData(data); err != nil {
		return fmt.Errorf("parse font %s: %w", f.path, err)
	}
	f.container = &gopdf.FontContainer{}
	if err := f.container.AddTTFFontData(f.family(0), data); err != nil {
		return fmt.Errorf("parse font %s: %w", f.path, err)
	}
	return nil
}

// A glyph is a drawn shape of a face; advance is its width in thousandths of the size, as gopdf writes it.
type glyph struct {
	id      uint
	advance float64
}

// glyph answers false for a character the face has no shape for; an empty shape counts as none, except of a space.
func (f *face) glyph(r rune) (glyph, bool) {
	id, err := f.metrics.CharCodeToGlyphIndex(r)
	if err != nil || id == 0 {
		return glyph{}, false
	}
	shapes := f.metrics.GetTTFParser().LocaTable
	if int(id)+1 >= len(shapes) || shapes[id] == shapes[id+1] && !blank(r) {
		return glyph{}, false
	}
	return glyph{id, float64(f.metrics.GlyphIndexToPdfWidth(id))}, true
}
