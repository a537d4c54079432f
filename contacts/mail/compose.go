package mail

import (
	"bytes"
	"fmt"

	gomail "github.com/wneessen/go-mail"

	"tasuke/internal/db"
)

// parcel is an opened letter, ready to be written down as bytes.
type parcel struct {
	Letter
	messageID string
	at        db.Instant
	boundary  string
}

// compose writes the mail as it goes over the wire. The bytes are the same at every attempt: the
// Message-ID, the date and the boundary are those of the letter, not of the moment.
func (s SMTP) compose(p parcel) ([]byte, error) {
	from, err := s.sender()
	if err != nil {
		return nil, err
	}
	// Base64: quoted-printable makes nine bytes of a kanji. Without its own user agent the library
	// would tell every reader its version.
	m := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64), gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(p.boundary))
	m.FromMailAddress(from)
	if err := m.To(p.To...); err != nil {
		return nil, fmt.Errorf("set the recipients: %w", err)
	}
	m.Subject(p.Subject)
	m.SetDateWithValue(p.at.Time())
	m.SetMessageIDWithValue(p.messageID)
	m.SetBodyString(gomail.TypeTextPlain, p.Text)
	for _, f := range p.Attachments {
		if err := m.AttachReader(f.Name, bytes.NewReader(f.Body), gomail.WithFileContentType(gomail.ContentType(f.Type))); err != nil {
			return nil, fmt.Errorf("attach a file: %w", err)
		}
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write the mail: %w", err)
	}
	return b.Bytes(), nil
}
