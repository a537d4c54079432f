package rollup

import "path/filepath"

// File is where the segment lies in the folder of the segments; "" when no row was kept, and so
// nothing was written.
func (g Segment) File() string {
	if g.Kept == 0 {
		return ""
	}
	return filepath.Join(g.Source, string(g.Chunk)+".parquet")
}
