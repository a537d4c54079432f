// Package page draws a public notice: the page that the firm's customers read and the paper for the
// press, both from the same parts. It is pure. The pages have no script and nothing from elsewhere; one
// style sheet of ours lies beside them.
package page

import (
	"bytes"
	_ "embed" // the style sheet and the templates
	"fmt"
	"html/template"
	"time"

	"tasuke/contacts/disclosure/notice"
)

//go:embed notice.css
var style []byte

// StyleName is the file beside the pages; it has the same address for ever.
const StyleName = "notice.css"

// Style is its content.
func Style() []byte { return style }

//go:embed page.html
var pageHTML string

//go:embed index.html
var indexHTML string

var pages = template.Must(template.New("page").Parse(pageHTML))
var indexes = template.Must(template.New("index").Parse(indexHTML))

// Note is what stands above a page whose notice does not stand any more as it was.
type Note struct {
	Status string    `json:"status"` // superseded, corrected or withdrawn; empty while it stands
	At     time.Time `json:"at"`
	No     string    `json:"no,omitempty"`     // of the notice that takes its place
	Name   string    `json:"name,omitempty"`   // of that notice's page
	Reason string    `json:"reason,omitempty"` // of a withdrawal, for the reader
}

// Look is how a page is to be drawn.
type Look struct {
	Note Note
	// Other is the page in the other language; empty when there is none.
	Other string
	// Root stands before names of files: empty in the files themselves.
	Root string
	// Draft says that nothing of it has been published.
	Draft bool
}

type sheet struct {
	notice.Document
	Look
	Say   words
	Style string
}

// Date is when it was published, for the reader and for machines.
func (s sheet) Machine() string { return s.At.In(jst).Format(time.RFC3339) }

// Noted is the sentence above a page that does not stand any more.
func (s sheet) Noted() string { return noted(s.Language, s.Note) }

// HTML draws the page. The same input makes the same bytes.
func HTML(d notice.Document, l Look) ([]byte, error) {
	var b bytes.Buffer
	if err := pages.Execute(&b, sheet{d, l, wordsIn(d.Language), l.Root + StyleName}); err != nil {
		return nil, fmt.Errorf("draw the page of %s: %w", d.No, err)
	}
	return b.Bytes(), nil
}

// Entry is one notice in the list.
type Entry struct {
	Title, No, Name string
	At              time.Time
	Note            Note
}

// Index is the list of notices in one language, the newest first.
type Index struct {
	Language notice.Language
	Firm     string
	Entries  []Entry
}

type list struct {
	Index
	Say   words
	Style string
	Other string
}

// Day is a moment in the words of the list.
func (l list) Moment(t time.Time) string {
	return notice.Document{Language: l.Language, At: t}.Moment()
}

// Noted is what is said beside a notice that does not stand any more.
func (l list) Noted(n Note) string { return noted(l.Language, n) }

var indexNames = map[notice.Language]string{notice.Japanese: "index.html", notice.English: "index.en.html"}

// IndexName is the file of the list in a language.
func IndexName(l notice.Language) string { return indexNames[l] }

// HTML draws the list.
func (i Index) HTML() ([]byte, error) {
	other := notice.English
	if i.Language == notice.English {
		other = notice.Japanese
	}
	var b bytes.Buffer
	if err := indexes.Execute(&b, list{i, wordsIn(i.Language), StyleName, IndexName(other)}); err != nil {
		return nil, fmt.Errorf("draw the list of notices: %w", err)
	}
	return b.Bytes(), nil
}

// jst is where notices are read.
var jst = time.FixedZone("JST", 9*60*60)
