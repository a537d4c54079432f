// Package words holds every sentence the product says, in Japanese and English, and the forms
// of dates, spans and numbers. A test fails when one language has a key the other lacks.
package words

import (
	"embed"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

//go:embed ja.toml en.toml
var files embed.FS

// Languages in the order of preference when the reader states none.
var Languages = []string{"ja", "en"}

var matcher = language.NewMatcher([]language.Tag{language.Japanese, language.English})

// Tokyo is the zone of everything on screen; Japan has had no daylight saving time since 1951.
var Tokyo = time.FixedZone("JST", 9*60*60)

// Book is the catalogue of both languages.
type Book struct{ loc map[string]*i18n.Localizer }

// Load reads the catalogue.
func Load() (*Book, error) {
	bundle := i18n.NewBundle(language.Japanese)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	b := &Book{loc: map[string]*i18n.Localizer{}}
	for _, l := range Languages {
		if _, err := bundle.LoadMessageFileFS(files, l+".toml"); err != nil {
			return nil, fmt.Errorf("read the words of %s: %w", l, err)
		}
		b.loc[l] = i18n.NewLocalizer(bundle, l)
	}
	return b, nil
}

// Match picks a language from what the reader chose and what the browser accepts.
func Match(chosen ...string) string {
	tag, _ := language.MatchStrings(matcher, chosen...)
	base, _ := tag.Base()
	return base.String()
}

// In gives the words of a language; an unknown one is Japanese.
func (b *Book) In(lang string) Words {
	if _, ok := b.loc[lang]; !ok {
		lang = Languages[0]
	}
	return Words{Lang: lang, loc: b.loc[lang]}
}

// Words speaks one language.
type Words struct {
	Lang string
	loc  *i18n.Localizer
}

// T is the sentence of a key; args are name, value pairs for its placeholders. A missing key
// shows itself in brackets and is logged; a test keeps that from shipping.
func (w Words) T(key string, args ...any) string {
	data := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		data[fmt.Sprint(args[i])] = args[i+1]
	}
	return w.say(key, data)
}

func (w Words) say(key string, data map[string]any) string {
	s, err := w.loc.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data})
	if err != nil {
		slog.Error("a sentence is missing", "key", key, "lang", w.Lang)
		return "⟦" + key + "⟧"
	}
	return s
}

// Or is T when the key exists, else the fallback: for names that a firm's own data brings.
func (w Words) Or(key, fallback string) string {
	s, err := w.loc.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: map[string]any{}})
	if err != nil {
		return fallback
	}
	return s
}

// Pick chooses between two texts that data carries in both languages.
func (w Words) Pick(ja, en string) string {
	if w.Lang == "en" && en != "" {
		return en
	}
	return ja
}

// Fault is the sentence for an error: what happened, what was kept, what to do next.
func (w Words) Fault(e *fault.Error) string {
	if e == nil {
		return ""
	}
	return w.say(e.Key, e.Args)
}

// When is a moment in Tokyo to the minute; "" when not set.
func (w Words) When(i db.Instant) string {
	if i.IsZero() {
		return ""
	}
	return i.In(Tokyo).Format("2006-01-02 15:04")
}

// Seconds is a moment in Tokyo to the second, for evidence.
func (w Words) Seconds(i db.Instant) string {
	if i.IsZero() {
		return ""
	}
	return i.In(Tokyo).Format("2006-01-02 15:04:05")
}

// Machine is the moment for <time datetime>.
func (w Words) Machine(i db.Instant) string { return i.In(Tokyo).Format(time.RFC3339) }

// Input is the moment for <input type=datetime-local>, Tokyo time.
func (w Words) Input(i db.Instant) string {
	if i.IsZero() {
		return ""
	}
	return i.In(Tokyo).Format("2006-01-02T15:04")
}

// Span is a length of time in its two largest units.
func (w Words) Span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	day, h, m := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60
	switch {
	case day >= 3 || day > 0 && h == 0:
		return w.T("span.days", "Days", day)
	case day > 0:
		return w.T("span.days_hours", "Days", day, "Hours", h)
	case h > 0:
		return w.T("span.hours_minutes", "Hours", h, "Minutes", m)
	}
	return w.T("span.minutes", "Minutes", m)
}

// Count groups digits by three.
func (w Words) Count(n int64) string {
	s := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 && s[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Yen is an amount in yen.
func (w Words) Yen(n int64) string {
	if w.Lang == "en" {
		return "¥" + w.Count(n)
	}
	return w.Count(n) + "円"
}
