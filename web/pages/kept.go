package pages

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"tasuke/web/view"
)

// secret are the fields that are never shown again.
var secret = []string{"password", "again", "old", "login"}

// render draws a page. When a posted form did not succeed and the page has no place any more for a
// text that was typed (the record moved on and the form is gone), the page is drawn once more with
// that text below the problem: nothing that was written is lost.
func (v *Visit) render(c templ.Component) (*bytes.Buffer, error) {
	var b bytes.Buffer
	if err := c.Render(v.Request.Context(), &b); err != nil {
		return nil, err
	}
	if v.Request.Method != http.MethodPost || v.Shell.Problem == nil {
		return &b, nil
	}
	lost := v.missing(b.String())
	if len(lost) == 0 {
		return &b, nil
	}
	b.Reset()
	return &b, c.Render(view.WithKept(v.Request.Context(), lost), &b)
}

// missing are the written texts of the posted form that a drawn page does not contain, in the order
// of their fields' names.
func (v *Visit) missing(page string) (lost []string) {
	page = unixLines(page)
	var names []string
	for name := range v.Request.PostForm {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if slices.Contains(secret, name) {
			continue
		}
		for _, text := range v.Request.PostForm[name] {
			if text = strings.TrimSpace(unixLines(text)); written(text) && !strings.Contains(page, templ.EscapeString(text)) && !slices.Contains(lost, text) {
				lost = append(lost, text)
			}
		}
	}
	return lost
}

// written says whether a value is a text that a person wrote; a choice, a number, a date and an id
// are neither Japanese nor of several words.
func written(text string) bool {
	return utf8.ValidString(text) && strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsSpace(r) })
}
