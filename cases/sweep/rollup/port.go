package rollup

import (
	"context"
	"time"

	"tasuke/internal/db"
)

// Index is the port to sightings, manifest and coverage. Package tables keeps them in a SQLite file
// of their own, so that an import never holds the writer of the case database, or beside the cases
// in PostgreSQL. Segments themselves are files.
type Index interface {
	// Known gives every chunk that is rolled up.
	Known(ctx context.Context) ([]Known, error)
	// Begin notes that something new of a file is being imported, Finish that all of it was. file is
	// the hash of its first chunk, so the same file again, or one that grew, is the same note.
	Begin(ctx context.Context, source string, file Digest, quiet time.Duration) error
	Finish(ctx context.Context, file Digest) error
	// Take adds a chunk with its sightings and hours, all or nothing. It answers false and changes
	// nothing when the chunk is there, and fails with fault.Refused "sweep.import.withdrawn" when its
	// source was withdrawn since Begin.
	Take(ctx context.Context, b Batch) (bool, error)
	// Match gives who was seen with the values since a moment, from the sightings: a superset, as
	// n, first and last of a run of days that reaches over the moment are those of the whole run.
	Match(ctx context.Context, probes []Probe, since db.Instant) ([]Match, error)
	// Users counts, for each probe, the customers seen with it on the days from first to last, both
	// included.
	Users(ctx context.Context, probes []Probe, first, last Day) ([]int, error)
	// Segments gives the manifest in the order of import, of what reaches over a moment or is later.
	Segments(ctx context.Context, since db.Instant) ([]Segment, error)
	// Coverage gives what each source covers.
	Coverage(ctx context.Context) ([]Coverage, error)
	// Withdraw takes the segments of a source out of the manifest, keeps their lines with the reason,
	// and counts all sightings again from what is left, all or nothing. It gives the segments that
	// went; none when there is no such source.
	Withdraw(ctx context.Context, w Retraction, count func(context.Context, Segment) ([]Sighting, error)) ([]Segment, error)
	Close() error
}

// Retraction says why a source is taken back.
type Retraction struct {
	Source string
	Reason string
	By     string // id of who did it
}

// Digest is a SHA-256 in hexadecimal digits.
type Digest string

// Known is a chunk that is rolled up.
type Known struct {
	Chunk   Digest
	Rows    int
	Source  string
	Mapping Digest
}

// Segment is a line of the manifest: one chunk, one Parquet file.
type Segment struct {
	Chunk   Digest
	Source  string
	Mapping Digest
	Rows    int // of the chunk, rejected ones too
	Kept    int // rows in the segment
	// Rejected rows are in no segment; Unknown rows are of customers who are not in the register.
	Rejected int
	Unknown  int
	First    db.Instant // of the events; 0 when none was kept
	Last     db.Instant
	Bytes    int64
	SHA256   Digest // of the Parquet file
	At       db.Instant
}

// Sighting is a customer seen with a value in one era.
type Sighting struct {
	Value
	Customer    string
	Era         int64
	N           int
	First, Last db.Instant
	Days        int64 // one bit for each day of the era
}

// Hour counts the rows of a kind in an hour (hours since 1970, UTC).
type Hour struct {
	Kind Kind
	Hour int64
	N    int
}

// Batch is what one chunk adds.
type Batch struct {
	Segment   Segment
	Sightings []Sighting // in the order of field, key, customer, era
	Hours     []Hour
}

// Probe is a range of values, Low and High included.
type Probe struct {
	Field     Field
	Low, High string
}

// Match is a customer seen with a value that a probe asked for.
type Match struct {
	Probe int // place in the list that was asked
	Value
	Customer    string
	N           int // events with this value; an event with two values counts under both
	First, Last db.Instant
}

// Coverage says for which time a source can answer. "Nobody else was seen" holds there only.
type Coverage struct {
	Source   string
	Kinds    []Kind
	Segments int
	Rows     int
	Rejected int
	Unknown  int
	From     db.Instant // first event
	Until    db.Instant // the watermark: the last event
	// Quiet is the longest time without an event that is usual there; Gaps are longer ones.
	Quiet time.Duration
	Gaps  []Gap
	// Unfinished counts files of which an import stopped before the end.
	Unfinished int
}

// Gap is time from which a source has no event, in whole hours.
type Gap struct{ From, Until db.Instant }

// Gaps finds runs without events longer than quiet. hours are those with events, in order.
func Gaps(hours []int64, quiet time.Duration) (out []Gap) {
	const hour = db.Instant(time.Hour / time.Microsecond)
	for i := 1; i < len(hours); i++ {
		if empty := hours[i] - hours[i-1] - 1; empty > 0 && time.Duration(empty)*time.Hour > quiet {
			out = append(out, Gap{db.Instant(hours[i-1]+1) * hour, db.Instant(hours[i]) * hour})
		}
	}
	return out
}
