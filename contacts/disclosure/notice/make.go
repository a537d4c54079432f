package notice

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"strings"
	"text/template"
	"time"

	"tasuke/internal/fault"
)

//go:embed text/*.txt
var texts embed.FS

var templates = template.Must(template.New("").Option("missingkey=error").Funcs(template.FuncMap{
	"day": day, "moment": moment, "group": group, "next": func(i int) int { return i + 1 },
}).ParseFS(texts, "text/*.txt"))

// Finding is a piece of a text that must not leave.
type Finding struct {
	From, To int // bytes of the body, or of the subject
	Kind     string
	Masked   string
	// InSubject says which of the two; notices set it, not who looks.
	InSubject bool
}

// Look finds what must not leave with a text: customers' data, links to sign in. It is handed in and
// knows the register; whose notice it is has been said to it, so that the customer's own name passes.
type Look func(ctx context.Context, text string) ([]Finding, error)

// ToVictim makes the notice to one customer. An empty blank is a field fault (notice.blank) under the name
// of the blank; a link in a blank is notice.link and a word that must not be said notice.word. When look
// finds something, the answer is the notice as it would be, the findings, and fault.Refused
// "notice.leak".
func ToVictim(ctx context.Context, v Victim, look Look) (Notice, []Finding, error) {
	if err := v.check(); err != nil {
		return Notice{}, nil, err
	}
	return write(ctx, "victim."+string(v.Language), v, look)
}

// write fills a template. Its first line is the subject.
func write(ctx context.Context, name string, blanks any, look Look) (n Notice, found []Finding, err error) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name+".txt", blanks); err != nil {
		return n, nil, fmt.Errorf("fill %s: %w", name, err)
	}
	subject, body, _ := strings.Cut(b.String(), "\n")
	n = Notice{Subject: subject, Body: strings.TrimSpace(body) + "\n", Version: Version}
	sum := sha256.Sum256([]byte(n.Version + "\n" + n.Subject + "\n" + n.Body))
	n.Hash = hex.EncodeToString(sum[:])
	for _, part := range []struct {
		text    string
		subject bool
	}{{n.Subject, true}, {n.Body, false}} {
		more, err := look(ctx, part.text)
		if err != nil {
			return Notice{}, nil, fmt.Errorf("look through a notice: %w", err)
		}
		for _, f := range more {
			f.InSubject = part.subject
			found = append(found, f)
		}
	}
	if len(found) > 0 {
		return n, found, fault.New(fault.Refused, "notice.leak", map[string]any{"N": len(found)})
	}
	return n, nil, nil
}

// jst is where notices are read.
var jst = time.FixedZone("JST", 9*60*60)

func day(l Language, t time.Time) string {
	if l == English {
		return t.In(jst).Format("2 January 2006")
	}
	return t.In(jst).Format("2006年1月2日")
}

func moment(l Language, t time.Time) string {
	if l == English {
		return t.In(jst).Format("2 January 2006, 15:04") + " JST"
	}
	return t.In(jst).Format("2006年1月2日 15時04分")
}

// group writes a number with commas.
func group(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
