package document

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The files a document is set in. The text face is fixed-width Mincho, so that kana stand in columns and the digits of
// an account number under each other; the fallback has the rare characters of names (𠮷) and 46 MB, and may be absent.
const (
	textFile     = "BIZUDMincho-Regular.ttf"
	sansFile     = "BIZUDGothic-Regular.ttf"
	strongFile   = "BIZUDGothic-Bold.ttf"
	fallbackFile = "ipamjm.ttf"
)

var packages = map[string]string{
	textFile:     "fonts-morisawa-bizud-mincho",
	sansFile:     "fonts-morisawa-bizud-gothic",
	strongFile:   "fonts-morisawa-bizud-gothic",
	fallbackFile: "fonts-ipamj-mincho",
}

// Fonts are the faces of documents. A file is read when a document first needs it and then kept, so make one Fonts for
// the life of the process; several goroutines may use it. The zero value has no faces.
type Fonts struct {
	text, sans, strong *face
	fallback           *face // nil when the file is not installed
}

// MissingFonts says which font files are not on this machine.
type MissingFonts struct{ Files, Dirs []string }

// Error names the files and the packages of Debian that have them.
func (e *MissingFonts) Error() string {
	var wanted []string
	for _, file := range e.Files {
		wanted = append(wanted, packages[file])
	}
	slices.Sort(wanted)
	return fmt.Sprintf("fonts %s are not in %s; on Debian: apt-get install %s",
		strings.Join(e.Files, ", "), strings.Join(e.Dirs, ", "), strings.Join(slices.Compact(wanted), " "))
}

// FindFonts looks for the files in dirs, without their subfolders; with none given, where Debian puts them. It answers
// *MissingFonts when a face is absent; without the fallback documents can be made, but rare characters are refused.
func FindFonts(dirs ...string) (Fonts, error) {
	if len(dirs) == 0 {
		const debian = "/usr/share/fonts/truetype/"
		dirs = []string{debian + "bizud-mincho", debian + "bizud-gothic", debian + "ipamj"}
	}
	fonts := Fonts{
		text: find(textFile, dirs), sans: find(sansFile, dirs), strong: find(strongFile, dirs), fallback: find(fallbackFile, dirs),
	}
	missing := &MissingFonts{Dirs: dirs}
	for file, f := range map[string]*face{textFile: fonts.text, sansFile: fonts.sans, strongFile: fonts.strong} {
		if f == nil {
			missing.Files = append(missing.Files, file)
		}
	}
	if len(missing.Files) > 0 {
		slices.Sort(missing.Files)
		return Fonts{}, missing
	}
	return fonts, nil
}

// HasFallback says whether the face for rare characters is installed.
func (f Fonts) HasFallback() bool { return f.fallback != nil }

func find(file string, dirs []string) *face {
	for _, dir := range dirs {
		path := filepath.Join(dir, file)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return &face{name: strings.TrimSuffix(file, ".ttf"), path: path}
		}
	}
	return nil
}
