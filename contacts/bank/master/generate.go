//go:build ignore

// Command generate writes banks.tsv.gz, the banks of Japan and their branches as plain facts (code, name, kana), from
// the pinned version of a public data set.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	dataSet = "zengin-code"
	version = "1.0.0-p20260824" // the date stands in the version; change it with package.json
	prefix  = "module.exports ="
)

type entry struct {
	Code     string           `json:"code"`
	Name     string           `json:"name"`
	Kana     string           `json:"kana"`
	Branches map[string]entry `json:"branches"`
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	banks, err := read()
	if err != nil {
		return err
	}
	day, err := time.Parse("20060102", version[strings.LastIndex(version, "p")+1:])
	if err != nil {
		return fmt.Errorf("the version has no date: %w", err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "#\t%s %s\t%s\n", dataSet, version, day.Format(time.DateOnly))
	branches := 0
	for _, b := range sorted(banks) {
		if err := line(&out, "B", b, 4); err != nil {
			return err
		}
		for _, s := range sorted(b.Branches) {
			branches++
			if err := line(&out, "S", s, 3); err != nil {
				return err
			}
		}
	}
	if len(banks) < 1000 || branches < 25000 {
		return fmt.Errorf("only %d banks with %d branches: the data set has another shape than version %s", len(banks), branches, version)
	}
	return compress(out.Bytes())
}

func sorted(m map[string]entry) []entry {
	return slices.SortedFunc(maps.Values(m), func(a, b entry) int { return cmp.Compare(a.Code, b.Code) })
}

// line refuses what the reader of the file could not split again.
func line(out *bytes.Buffer, kind string, e entry, digits int) error {
	if len(e.Code) != digits || strings.Trim(e.Code, "0123456789") != "" || e.Name == "" || e.Kana == "" || strings.ContainsAny(e.Name+e.Kana, "\t\n") {
		return fmt.Errorf("an entry of another shape: %q", e)
	}
	fmt.Fprintf(out, "%s%s\t%s\t%s\n", kind, e.Code, e.Name, e.Kana)
	return nil
}

// read takes the data set where `make assets` has put it, at the version and checksum of package-lock.json.
func read() (map[string]entry, error) {
	source, err := os.ReadFile(filepath.Join("..", "..", "..", "node_modules", dataSet, "lib", "zengin-data.js"))
	if err != nil {
		return nil, fmt.Errorf("read %s %s (run make assets first): %w", dataSet, version, err)
	}
	raw, found := bytes.CutPrefix(bytes.TrimSpace(source), []byte(prefix))
	if !found {
		return nil, fmt.Errorf("%s does not begin with %q", dataSet, prefix)
	}
	var banks map[string]entry
	if err := json.Unmarshal(bytes.TrimSuffix(bytes.TrimSpace(raw), []byte(";")), &banks); err != nil {
		return nil, fmt.Errorf("read %s: %w", dataSet, err)
	}
	return banks, nil
}

// compress leaves the time out of the head, so that the same data make the same bytes.
func compress(plain []byte) error {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(plain); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile("banks.tsv.gz", packed.Bytes(), 0o644)
}
