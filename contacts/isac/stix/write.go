package stix

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gowebpki/jcs"

	"tasuke/internal/fault"
)

// MaxIndicators is how many indicators one bundle may have.
const MaxIndicators = 10_000

// Write gives the bundle of a share as canonical JSON: the firm's identity, the marking, an
// indicator per value with what was observed of it, and the report that holds them. Values that
// occur twice are one. It fails with field faults: stix.share.* on "title", "firm", "tlp",
// "times" and "indicators", and on "indicator.<n>" (from 0) what is wrong with that one.
func Write(s Share) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	w := &writer{share: s, marked: []string{markings[s.TLP]}, seen: map[string]bool{}}
	w.by = ownID("identity", s.Firm)
	w.raw(definition(s.TLP))
	w.put(identity{w.common("identity", w.by), s.Firm, "organization", []string{"financial-services"}, s.Contact})
	for _, i := range s.Indicators {
		w.indicator(i)
	}
	w.collection()
	if w.err != nil {
		return nil, fmt.Errorf("write the bundle of share %s: %w", s.ID, w.err)
	}
	id := ownID("bundle", s.ID, stamp(s.Modified), stamp(s.Published), string(s.TLP))
	b, err := json.Marshal(bundle{"bundle", id, w.objects})
	if err == nil {
		b, err = jcs.Transform(b)
	}
	if err != nil {
		return nil, fmt.Errorf("write the bundle of share %s: %w", s.ID, err)
	}
	return b, nil
}

func stamp(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// check finds everything that is wrong with a share at once.
func (s Share) check() error {
	wrong := map[string]string{}
	if s.Title == "" {
		wrong["title"] = "stix.share.no_title"
	}
	if s.Firm == "" || s.ID == "" {
		wrong["firm"] = "stix.share.no_firm"
	}
	if !slices.Contains(TLPs, s.TLP) {
		wrong["tlp"] = "stix.share.no_tlp"
	}
	if s.Created.IsZero() || s.Modified.Before(s.Created) {
		wrong["times"] = "stix.share.times"
	}
	switch {
	case len(s.Indicators) == 0:
		wrong["indicators"] = "stix.share.empty"
	case len(s.Indicators) > MaxIndicators:
		wrong["indicators"] = "stix.share.many"
	}
	for n, i := range s.Indicators {
		if key := i.wrong(); key != "" {
			wrong[fmt.Sprintf("indicator.%d", n)] = key
		}
	}
	if len(wrong) > 0 {
		return fault.Form(wrong)
	}
	return nil
}

func (i Indicator) wrong() string {
	if _, ok := Normal(i.Kind, i.Value); !ok {
		return "stix.indicator.value"
	}
	switch {
	case i.From.IsZero() || !i.Until.IsZero() && !i.Until.After(i.From):
		return "stix.indicator.times"
	case i.Confidence < 0 || i.Confidence > 100:
		return "stix.indicator.confidence"
	case i.Seen < 0 || i.Seen > 999_999_999 || i.Seen > 0 && (i.FirstSeen.IsZero() || i.LastSeen.Before(i.FirstSeen)):
		return "stix.indicator.seen"
	}
	return ""
}

type writer struct {
	share   Share
	by      string
	marked  []string
	objects []json.RawMessage
	refs    []string
	seen    map[string]bool
	err     error
}

func (w *writer) raw(b []byte) { w.objects = append(w.objects, b) }

func (w *writer) put(o any) {
	b, err := json.Marshal(o)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.raw(b)
}

func (w *writer) common(typ, id string) common {
	s := w.share
	return common{Type: typ, SpecVersion: "2.1", ID: id, CreatedBy: w.by, Created: moment(s.Created), Modified: moment(s.Modified), Lang: s.Language, Markings: w.marked}
}

// indicator writes a value as an indicator and, where it was met, as observed data it is based on.
func (w *writer) indicator(i Indicator) {
	value, _ := Normal(i.Kind, i.Value) // checked before
	object := objectOf(i.Kind, value)
	id := ownID("indicator", w.share.ID, object, value)
	if w.seen[id] {
		return
	}
	w.seen[id] = true
	if i.Kind == Device {
		w.device()
	}
	o := indicator{common: w.common("indicator", id), Name: i.Name, Description: i.Note, Types: []string{"malicious-activity"},
		Pattern: pattern(object, value), PatternType: "stix", PatternVersion: "2.1", ValidFrom: moment(i.From), ValidUntil: moment(i.Until)}
	if o.Name == "" {
		o.Name = value
	}
	o.Confidence = &i.Confidence
	w.put(o)
	w.refs = append(w.refs, id)
	if i.Seen > 0 {
		w.observed(i, object, value, id)
	}
}

func (w *writer) observed(i Indicator, object, value, indicatorID string) {
	sco := observable{Type: object, SpecVersion: "2.1", ID: observableID(object, value), Value: value, Markings: w.marked}
	if i.Kind == Device {
		sco.Extensions = map[string]extension{deviceExtension: {"new-sco"}}
	}
	id := ownID("observed-data", w.share.ID, sco.ID)
	relation := ownID("relationship", indicatorID, id)
	w.put(sco)
	w.put(observedData{w.common("observed-data", id), moment(i.FirstSeen), moment(i.LastSeen), i.Seen, []string{sco.ID}})
	w.put(relationship{w.common("relationship", relation), "based-on", indicatorID, id})
	w.refs = append(w.refs, sco.ID, id, relation)
}

// device says, once, what our object for devices is, and who made it.
func (w *writer) device() {
	if w.seen[deviceExtension] {
		return
	}
	w.seen[deviceExtension] = true
	since := moment(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	maker := ownID("identity", "tasuke")
	c := common{Type: "identity", SpecVersion: "2.1", ID: maker, CreatedBy: maker, Created: since, Modified: since}
	w.put(identity{common: c, Name: "tasuke", Class: "system"})
	c.Type, c.ID = "extension-definition", deviceExtension
	w.put(extensionDefinition{c, "Device fingerprint", "A browser or telephone as a firm's own systems recognise it again.",
		"A cyber observable of type " + deviceObject + " with the required string property value, which also makes its id.", "1.0.0", []string{"new-sco"}})
}

// collection writes the report, or the grouping as long as nothing is published.
func (w *writer) collection() {
	s := w.share
	o := collection{common: w.common("report", ownID("report", s.ID)), Name: s.Title, Description: s.Text, Types: []string{"indicator"}, Published: moment(s.Published), Refs: w.refs}
	if s.Published.IsZero() {
		o.Type, o.ID, o.Types, o.Context = "grouping", ownID("grouping", s.ID), nil, "suspicious-activity"
	}
	w.put(o)
}
