package pages

import (
	"bytes"
	"net/http"
	"time"

	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
)

// PublicNotices is what anybody may read without signing in: the published notices.
type PublicNotices struct{ Disclosures *disclosure.Store }

// Register puts the pages on the desk.
func (h *PublicNotices) Register(d *Desk) {
	d.Get("/public/", Public, h.file)
	d.Get("/public/:name", Public, h.file)
}

// file sends one file as the record has it. It may be kept for a minute, so that a correction is seen
// soon, and asked for again by its hash.
func (h *PublicNotices) file(v *Visit) error {
	f, err := h.Disclosures.Serve(v.Request.Context(), v.Param("name"), notice.Language(v.Shell.Lang))
	if err != nil {
		return err
	}
	v.Header("Cache-Control", "public, max-age=60")
	v.Header("Content-Type", f.Type)
	v.Header("ETag", `"`+f.SHA256+`"`)
	v.Writer.Header().Add("Vary", "Accept-Language")
	http.ServeContent(v.Writer, v.Request, "", time.Time{}, bytes.NewReader(f.Body))
	return nil
}
