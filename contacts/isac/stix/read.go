package stix

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tasuke/internal/fault"
)

const (
	// MaxBytes is the largest bundle that is read.
	MaxBytes = 32 << 20
	// MaxObjects is how many objects a bundle may have.
	MaxObjects = 100_000
)

// Found is one value of an indicator somebody else shared. An indicator with several values gives one
// for each, with the same ID.
type Found struct {
	ID          string
	Kind        Kind
	Value       string // normal
	Name, Note  string
	From, Until time.Time // Until zero: no end was told
	// Confidence is 0 to 100, -1 where nothing was told.
	Confidence int
	// TLP is the strictest label of the indicator, "" where it has none.
	TLP      TLP
	Revoked  bool
	Created  time.Time
	Modified time.Time
	By       string // name of who made it, if the bundle says
}

// Kept is an object that is not taken over, as it came.
type Kept struct {
	Type, ID string
	Why      Why
	JSON     json.RawMessage
}

// Why says why an object is kept only; the sentence of each is stix.kept.<it>.
type Why string

// The reasons. Other objects than indicators are context: nothing is wrong with them.
const (
	Context  Why = "context"  // no indicator
	Pattern  Why = "pattern"  // the pattern says more than a list of values, or of values we do not know
	Broken   Why = "broken"   // not as STIX 2.1 says
	Replaced Why = "replaced" // the bundle has a newer version of the same indicator
)

// Import is what a bundle holds.
type Import struct {
	Found []Found
	Kept  []Kept
}

// foreign is any object, with what all have.
type foreign struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	raw  json.RawMessage
}

// Read reads a bundle, or the envelope of TAXII 2.1, of STIX 2.1 (2.0 differs in shape and is kept as
// broken, object by object). Nothing is lost: what is not an indicator of values we know is in Kept, as
// it came. It fails with fault.TooLarge "stix.read.large" and fault.Invalid "stix.read.json" or
// "stix.read.bundle".
func Read(data []byte) (im Import, err error) {
	if len(data) > MaxBytes {
		return im, fault.New(fault.TooLarge, "stix.read.large", nil)
	}
	var b struct {
		Type    string            `json:"type"`
		Objects []json.RawMessage `json:"objects"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &b); err != nil {
		return im, fault.Wrap(fault.Invalid, "stix.read.json", nil, fmt.Errorf("read a bundle: %w", err))
	}
	if b.Type != "" && b.Type != "bundle" || b.Objects == nil {
		return im, fault.New(fault.Invalid, "stix.read.bundle", nil)
	}
	if len(b.Objects) > MaxObjects {
		return im, fault.New(fault.TooLarge, "stix.read.large", nil)
	}
	objects := make([]foreign, len(b.Objects))
	for i, raw := range b.Objects {
		if json.Unmarshal(raw, &objects[i]) != nil {
			objects[i] = foreign{}
		}
		objects[i].raw = raw
	}
	r := reader{known: labels(objects), names: makers(objects), newest: map[string]int{}}
	for _, o := range objects {
		r.take(o)
	}
	return r.result(), nil
}

// makers gives the names of the identities of a bundle.
func makers(objects []foreign) map[string]string {
	out := map[string]string{}
	for _, o := range objects {
		var i struct {
			Name string `json:"name"`
		}
		if o.Type == "identity" && json.Unmarshal(o.raw, &i) == nil {
			out[o.ID] = i.Name
		}
	}
	return out
}

type reader struct {
	known  map[string]TLP
	names  map[string]string
	newest map[string]int // id -> place in taken
	taken  []taken
	kept   []Kept
}

type taken struct {
	foreign
	found    []Found
	modified time.Time
}

// theirs is an indicator as others write it.
type theirs struct {
	SpecVersion string    `json:"spec_version"`
	CreatedBy   string    `json:"created_by_ref"`
	Created     time.Time `json:"created"`
	Modified    time.Time `json:"modified"`
	Revoked     bool      `json:"revoked"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Pattern     string    `json:"pattern"`
	PatternType string    `json:"pattern_type"`
	ValidFrom   time.Time `json:"valid_from"`
	ValidUntil  time.Time `json:"valid_until"`
	Confidence  *int      `json:"confidence"`
	Markings    []string  `json:"object_marking_refs"`
}

func (r *reader) keep(o foreign, why Why) {
	r.kept = append(r.kept, Kept{o.Type, o.ID, why, o.raw})
}

func (r *reader) take(o foreign) {
	if o.Type == "" || o.ID == "" {
		r.keep(o, Broken)
		return
	}
	if o.Type != "indicator" {
		r.keep(o, Context)
		return
	}
	var t theirs
	if json.Unmarshal(o.raw, &t) != nil || t.SpecVersion != "2.1" || t.ValidFrom.IsZero() || t.Modified.IsZero() || t.Confidence != nil && (*t.Confidence < 0 || *t.Confidence > 100) {
		r.keep(o, Broken)
		return
	}
	vs, ok := values(t.Pattern)
	if !ok || t.PatternType != "stix" {
		r.keep(o, Pattern)
		return
	}
	now := taken{o, r.found(o.ID, t, vs), t.Modified}
	at, twice := r.newest[o.ID]
	switch {
	case !twice:
		r.newest[o.ID] = len(r.taken)
		r.taken = append(r.taken, now)
	case now.modified.After(r.taken[at].modified):
		r.keep(r.taken[at].foreign, Replaced)
		r.taken[at] = now
	default:
		r.keep(o, Replaced)
	}
}

func (r *reader) found(id string, t theirs, vs []valueOf) (out []Found) {
	f := Found{ID: id, Name: t.Name, Note: t.Description, From: t.ValidFrom.UTC(), Until: utc(t.ValidUntil), Confidence: -1,
		TLP: strictest(t.Markings, r.known), Revoked: t.Revoked, Created: utc(t.Created), Modified: t.Modified.UTC(), By: r.names[t.CreatedBy]}
	if t.Confidence != nil {
		f.Confidence = *t.Confidence
	}
	seen := map[valueOf]bool{}
	for _, v := range vs {
		if !seen[v] {
			seen[v] = true
			f.Kind, f.Value = v.Kind, v.Value
			out = append(out, f)
		}
	}
	return out
}

// utc keeps a moment that was not told zero.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

func (r *reader) result() (im Import) {
	for _, t := range r.taken {
		im.Found = append(im.Found, t.found...)
	}
	slices.SortStableFunc(im.Found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value), cmp.Compare(a.ID, b.ID))
	})
	im.Kept = r.kept
	return im
}
