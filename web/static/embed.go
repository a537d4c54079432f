// Package static holds the files a browser loads, embedded in the binary.
//
// app/ is ours and committed. vendor/ holds other people's files (htmx, the Noto Sans JP font), each beside its
// licence; scripts/assets.sh (`make assets`) brings them at the versions and checksums of package-lock.json, and
// until it has run this package does not compile.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sync"
)

// Files are the folders app and vendor. Serve them below a path that contains Hash: their style sheets refer to
// each other by relative addresses, so every address then changes with the content and may be cached for ever.
//
//go:embed app vendor
var Files embed.FS

// Hash is a short name (12 hexadecimal digits) for the names and contents of all Files.
func Hash() string { return hash() }

var hash = sync.OnceValue(func() string {
	sum, err := digest(Files)
	if err != nil {
		panic(fmt.Sprintf("static: embedded files cannot be read: %v", err)) // the binary itself is damaged
	}
	return sum
})

// digest walks in the file system's own lexical order. The length before each content keeps two files from
// being taken for one.
func digest(files fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s\x00%d\x00", path, len(content))
		h.Write(content)
		return nil
	})
	return hex.EncodeToString(h.Sum(nil))[:12], err
}
