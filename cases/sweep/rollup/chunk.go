package rollup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// chunk is a run of rows that is taken over at once. Its hash is over the header and the rows as
// they stand in the file, so the same rows are the same chunk, whoever brings them and when.
type chunk struct {
	head     []byte
	sum      hash.Hash
	rows     int
	rejected int
	events   []Event
	// ends are the lengths and hashes of the chunks that are rolled up. A log that grew since it was
	// imported begins with them: a chunk ends where an earlier one ended.
	ends map[int]map[Digest]bool
}

func newChunk(head []byte, known []Known) *chunk {
	c := &chunk{head: bytes.Clone(head), ends: map[int]map[Digest]bool{}}
	for _, k := range known {
		if c.ends[k.Rows] == nil {
			c.ends[k.Rows] = map[Digest]bool{}
		}
		c.ends[k.Rows][k.Chunk] = true
	}
	c.reset()
	return c
}

func (c *chunk) reset() {
	c.sum, c.rows, c.rejected, c.events = sha256.New(), 0, 0, c.events[:0]
	_, _ = c.sum.Write([]byte("tasuke chunk 1\n")) // hash.Hash never fails
	c.record(c.head)
}

func (c *chunk) record(b []byte) {
	_, _ = c.sum.Write(b)
	_, _ = c.sum.Write([]byte{'\n', 0})
}

func (c *chunk) add(b []byte) {
	c.record(b)
	c.rows++
}

func (c *chunk) digest() Digest { return Digest(hex.EncodeToString(c.sum.Sum(nil))) }

// ended reports whether exactly these rows were taken over before.
func (c *chunk) ended() bool {
	at, ok := c.ends[c.rows]
	return ok && at[c.digest()]
}
