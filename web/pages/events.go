package pages

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// topics says which right lets a person hear of a topic; the part after ":" is an id.
var topics = map[string]actor.Permission{
	"cases": actor.CaseRead, "case": actor.CaseRead,
	"incidents": actor.IncidentRead, "incident": actor.IncidentRead,
	"inquiries": actor.InquiryRead, "inquiry": actor.InquiryRead,
	"tasks": actor.TaskRead, "run": actor.TaskRead,
	"reminders": actor.ReminderRead, "outbox": actor.MailRead, "mail": actor.MailRead,
	"filings": actor.FilingRead, "filing": actor.FilingRead, "bank": actor.BankRead,
	"remedies": actor.RemedyRead, "remedy": actor.RemedyRead,
	"disclosures": actor.DisclosureRead, "disclosure": actor.DisclosureRead,
	"sweeps": actor.SweepRead, "sweep": actor.SweepRead,
	"banks": actor.BankRead, "notices": actor.NoticeRead, "notice": actor.NoticeRead,
	"polices": actor.PoliceRead, "police": actor.PoliceRead, "shares": actor.ShareRead, "share": actor.ShareRead,
}

// changed is all that is ever sent.
const changed = "id: 1\nevent: changed\ndata: 1\n\n"

// Events is the live update: it sends the name "changed" and nothing else, and the page then
// reads again under the normal permission check.
type Events struct {
	Subscribe func() (<-chan string, func())
	// Changed reports whether one of the topics may have been announced since the page that asks was
	// drawn, which its mark tells.
	Changed func(mark string, topics []string) bool
	// Stopping is closed when the server is about to stop.
	Stopping <-chan struct{}
}

// Register puts the stream on the desk.
func (h *Events) Register(d *Desk) { d.Get("/events", SignedIn, h.stream) }

func (h *Events) stream(v *Visit) error {
	want := strings.Split(v.Query("topics"), ",")
	if len(want) > 8 {
		return fault.New(fault.Invalid, "form.malformed", nil)
	}
	for _, t := range want {
		name, _, _ := strings.Cut(t, ":")
		need, ok := topics[name]
		if !ok || !v.Actor.May(need) {
			return fault.New(fault.NotFound, "row.none", nil)
		}
	}
	heard, end := h.Subscribe()
	defer end()
	v.Header("Content-Type", "text/event-stream")
	v.Writer.WriteHeader(http.StatusOK)
	beat := time.NewTicker(20 * time.Second)
	defer beat.Stop()
	line := ": connected\n\n"
	again := v.GetHeader("Last-Event-ID") != "" // after a break: what changed meanwhile was not heard
	if mark := v.Query("after"); again || mark != "" && h.Changed(mark, want) {
		line = changed
	}
	for {
		if _, err := fmt.Fprint(v.Writer, line); err != nil {
			return nil // the reader has gone
		}
		v.Writer.Flush()
		var ok bool
		if line, ok = h.next(v, heard, beat.C, want); !ok {
			return nil
		}
	}
}

// next waits for something to send; false ends the stream.
func (h *Events) next(v *Visit, heard <-chan string, beat <-chan time.Time, want []string) (string, bool) {
	for {
		select {
		case <-v.Request.Context().Done():
			return "", false
		case <-h.Stopping:
			return "", false
		case <-beat:
			return ": still here\n\n", true
		case t := <-heard:
			if t == "*" || slices.Contains(want, t) {
				return changed, true
			}
		}
	}
}
