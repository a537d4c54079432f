package db

import "time"

// Instant is a moment in UTC, in whole microseconds since 1970. It is stored as BIGINT: zone
// text sorts wrongly in SQLite, and PostgreSQL drops nanoseconds. Zero means "not set".
type Instant int64

// At converts a time to the stored form; the zero time becomes the zero Instant.
func At(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMicro())
}

// Time gives the moment in UTC; a zero Instant gives the zero time.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(i)).UTC()
}

// In gives the moment in a zone.
func (i Instant) In(loc *time.Location) time.Time { return i.Time().In(loc) }

// IsZero reports whether the moment was never set.
func (i Instant) IsZero() bool { return i == 0 }

// Add moves the instant by d.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Microseconds()) }

// Sub is the time from other to i.
func (i Instant) Sub(other Instant) time.Duration {
	return time.Duration(i-other) * time.Microsecond
}
