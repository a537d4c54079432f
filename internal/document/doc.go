// Package document makes business letters and forms in Japanese as PDF, A4 upright. It knows blocks (title, paragraph,
// key and value, table, boxes to tick), breaks lines under kinsoku rules (JIS X 4051) and pages with repeated table
// heads, and embeds the glyphs it uses. Three promises: what cannot be drawn is refused by name (*MissingGlyphs),
// never left blank; the text read back from the PDF is the text that was put in; the same input makes the same bytes.
//
// Text is taken as it is with two exceptions, both without loss of meaning: a base with a combining mark (か + ゛) is
// joined to its composed character, and white space counts as white space only. Other characters are never exchanged,
// above all no compatibility ideographs: U+FA19 in a name does not become 神 (U+795E). Variation selectors (葛 + U+E0100)
// are refused, because the shape they ask for is not the shape the base character would print.
// The PDF has no structure tags (PDF/UA): gopdf cannot write them.
package document

import "time"

// Meta is what a document says about itself; every text of the footer comes from the caller.
type Meta struct {
	Title   string    // of the PDF's properties and window; not printed
	Author  string    // of the PDF's properties, e.g. the firm
	Lang    string    // BCP 47; "" is "ja"
	Created time.Time // zero: the PDF has no date of its own
	Number  string    // document number, printed at the left of each page's foot
	Version string    // printed after the number, e.g. "第2版"
	Draft   string    // "" for a finished document, else the label on every page, e.g. "案"
}

// Doc collects blocks from top to bottom. It is not safe for use by several goroutines; Fonts are.
type Doc struct {
	fonts  Fonts
	meta   Meta
	blocks []block
}

// New starts an empty document.
func New(fonts Fonts, meta Meta) *Doc { return &Doc{fonts: fonts, meta: meta} }

// KeyValue is one row of a form: what is asked at the left, the answer at the right. Line feeds in Value stay.
type KeyValue struct{ Key, Value string }

// Align says where a text stands in its column.
type Align int

// The places in a column. End is for amounts.
const (
	Start Align = iota
	Centre
	End
)

// Column is one column of a table; Share is its part of the width in relation to the other columns' shares (0 counts as 1).
type Column struct {
	Title string
	Share float64
	Align Align
}

// Box is an item to tick.
type Box struct {
	Text    string
	Checked bool
}

// Title is the subject of the document, large and in the middle.
func (d *Doc) Title(text string) { d.add(title{text}) }

// Left puts each line at the left edge, as the addressee's lines stand.
func (d *Doc) Left(lines ...string) { d.add(lineBlock{lines, Start}) }

// Right puts each line at the right edge, as the date and the sender's lines stand.
func (d *Doc) Right(lines ...string) { d.add(lineBlock{lines, End}) }

// Centre puts each line in the middle, as 記 stands.
func (d *Doc) Centre(lines ...string) { d.add(lineBlock{lines, Centre}) }

// Heading opens a section; it never stands alone at the foot of a page.
func (d *Doc) Heading(text string) { d.add(heading{text}) }

// Para is running text. A line feed ends the line, an empty line stays empty, a tab is one full-width space. Indenting
// the first line is the caller's: put a full-width space before it.
func (d *Doc) Para(text string) { d.add(para{text}) }

// List has one item per text, each after a middle dot, further lines under the first.
func (d *Doc) List(items ...string) { d.add(list(items, func(int) string { return "・" })) }

// Numbered has one item per text, each after its number: (1), (2), …
func (d *Doc) Numbered(items ...string) { d.add(list(items, parenthesised)) }

// KeyValues is a ruled block of two columns; keyWidth is the key column's part of the width (0 is a quarter).
func (d *Doc) KeyValues(keyWidth float64, rows ...KeyValue) { d.add(keyValues(keyWidth, rows)) }

// Table is ruled, with its head repeated on every page it reaches. A row with fewer cells than columns has empty ones
// at its end; surplus cells are a fault of the program that PDF answers with an error.
func (d *Doc) Table(columns []Column, rows [][]string) { d.add(table{columns, rows}) }

// Boxes are items to tick, □ or ■ before each.
func (d *Doc) Boxes(items ...Box) { d.add(boxes(items)) }

// Note is small print over the whole width.
func (d *Doc) Note(text string) { d.add(note{text}) }

// Space is an empty band of that many millimetres; at the head of a page it takes no room.
func (d *Doc) Space(mm float64) { d.add(space{mm * millimetre}) }

// Break ends the page, unless nothing stands on it.
func (d *Doc) Break() { d.add(pageBreak{}) }

func (d *Doc) add(b block) { d.blocks = append(d.blocks, b) }

// Part begins a new page and counts pages anew: one file of several letters, each with pages of its own.
func (d *Doc) Part() { d.add(newPart{}) }

// PDF draws the document. It answers *MissingGlyphs with every character that no face has; nothing is drawn then.
func (d *Doc) PDF() ([]byte, error) {
	sheets, err := d.layOut()
	if err != nil {
		return nil, err
	}
	return d.draw(sheets)
}
