package migrations_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tasuke/internal/db"
	"tasuke/migrations"
)

var update = flag.Bool("update", false, "add new migrations to migrations.sum")

const sumFile = "migrations.sum"

// A released migration has run in databases that nobody here can reach: a change to it would
// reach new firms only. -update adds files, and never accepts another content of an old one.
func TestAReleasedMigrationNeverChanges(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations.Sources, "*.sql")
	noError(t, err)
	sums := readSums(t)
	for _, name := range names {
		src, err := fs.ReadFile(migrations.Sources, name)
		noError(t, err)
		sum := sha256.Sum256(src)
		now := hex.EncodeToString(sum[:])
		switch was := sums[name]; {
		case was == "" && *update:
			sums[name] = now
		case was == "":
			t.Errorf("%s is new: run go test ./migrations -update", name)
		case was != now:
			t.Errorf("%s was changed. Leave it as it was and write a new migration.", name)
		}
	}
	for name := range sums {
		if !slices.Contains(names, name) {
			t.Errorf("%s is gone. Released migrations stay.", name)
		}
	}
	if *update && !t.Failed() {
		writeSums(t, sums)
	}
}

func readSums(t *testing.T) map[string]string {
	t.Helper()
	b, err := os.ReadFile(sumFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(b)) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			t.Fatalf("%s has the line %q", sumFile, line)
		}
		sums[name] = sum
	}
	return sums
}

func writeSums(t *testing.T, sums map[string]string) {
	t.Helper()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(&b, "%s  %s\n", sums[name], name) // as sha256sum prints and checks it
	}
	noError(t, os.WriteFile(sumFile, []byte(b.String()), 0o644))
}

func TestTheNumbersOfMigrationsHaveNoGapAndNoDouble(t *testing.T) {
	t.Parallel()
	for i, v := range versions(t) {
		if v != int64(i+1) {
			t.Fatalf("file %d has number %d", i+1, v)
		}
	}
}

func TestEveryMigrationIsRenderedForBothDatabases(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		files, err := migrations.Render(dialect)
		noError(t, err)
		noError(t, fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			src, err := fs.ReadFile(files, name)
			if text := string(src); strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || strings.Contains(text, "+goose Down") {
				t.Errorf("%s for %s: a template left over, or a way back", filepath.Base(name), dialect)
			}
			return err
		}))
	}
}
