package document

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// finish rewrites what gopdf 0.33 gets wrong or cannot say: characters above U+FFFF in the map from glyphs to text
// (five digits where UTF-16 is asked for, so that 𠮷 would be copied as another character), the language, the
// properties as an object of their own, and an identifier that depends on the content alone.
func finish(pdf []byte, meta Meta) ([]byte, error) {
	objects, err := split(pdf)
	if err != nil {
		return nil, err
	}
	for i, o := range objects {
		if bytes.Contains(o, []byte("stream\n/CIDInit /ProcSet")) {
			objects[i] = toUnicode(o)
		}
	}
	objects[0] = catalog(meta)
	return join(append(objects, info(meta))), nil
}

var (
	objectHead = regexp.MustCompile(`^\d+ 0 obj\n`)
	mapping    = regexp.MustCompile(`<([0-9A-F]{4})><[0-9A-F]{4}><([0-9A-F]{4,6})>`)
)

// split is the bodies of the objects 1, 2, … found through the cross-reference table.
func split(pdf []byte) ([][]byte, error) {
	start := bytes.LastIndex(pdf, []byte("startxref\n"))
	if start < 0 {
		return nil, fmt.Errorf("pdf has no startxref")
	}
	table, err := strconv.Atoi(string(bytes.Fields(pdf[start:])[1]))
	if err != nil || table >= start {
		return nil, fmt.Errorf("pdf has no cross-reference table at %d", table)
	}
	var offsets []int
	for _, line := range strings.Split(string(pdf[table:start]), "\n") {
		if f := strings.Fields(line); len(f) == 3 && f[2] == "n" {
			offset, err := strconv.Atoi(f[0])
			if err != nil {
				return nil, fmt.Errorf("cross-reference %q: %w", line, err)
			}
			offsets = append(offsets, offset)
		}
	}
	offsets = append(offsets, table)
	objects := make([][]byte, len(offsets)-1)
	for i := range objects {
		body := pdf[offsets[i]:offsets[i+1]]
		head, end := objectHead.FindIndex(body), bytes.LastIndex(body, []byte("endobj"))
		if head == nil || end < 0 {
			return nil, fmt.Errorf("pdf object %d is not where the table says", i+1)
		}
		objects[i] = body[head[1]:end]
	}
	return objects, nil
}

// toUnicode writes the map anew: UTF-16, and at most a hundred lines in a block, as the specification has it.
func toUnicode(object []byte) []byte {
	all := mapping.FindAllSubmatch(object, -1)
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for len(all) > 0 {
		block := all[:min(100, len(all))]
		all = all[len(block):]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for _, m := range block {
			char, err := strconv.ParseUint(string(m[2]), 16, 32)
			if err != nil {
				panic(err) // hexadecimal by the pattern above
			}
			fmt.Fprintf(&b, "<%s> <%s>\n", m[1], utf16Hex(string(rune(char))))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return fmt.Appendf(nil, "<< /Length %d >>\nstream\n%sendstream\n", b.Len(), b.String())
}

func catalog(meta Meta) []byte {
	lang := meta.Lang
	if lang == "" {
		lang = "ja"
	}
	return fmt.Appendf(nil, "<< /Type /Catalog /Pages 2 0 R /Lang %s /ViewerPreferences << /DisplayDocTitle true >> >>\n", textString(lang))
}

func info(meta Meta) []byte {
	var b strings.Builder
	b.WriteString("<<")
	for _, entry := range []struct{ key, text string }{{"Title", meta.Title}, {"Author", meta.Author}} {
		if entry.text != "" {
			fmt.Fprintf(&b, " /%s %s", entry.key, textString(entry.text))
		}
	}
	if !meta.Created.IsZero() {
		fmt.Fprintf(&b, " /CreationDate (%s)", pdfDate(meta.Created))
	}
	b.WriteString(" >>\n")
	return []byte(b.String())
}

// pdfDate is ISO 32000-1, 7.9.4: D:20261001120000+09'00'.
func pdfDate(t time.Time) string {
	return t.Format("D:20060102150405") + strings.Replace(t.Format("-07:00"), ":", "'", 1) + "'"
}

func textString(s string) string { return "<FEFF" + utf16Hex(s) + ">" }

func utf16Hex(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String()
}

// join writes the objects with a table of where they are; the last one holds the properties.
func join(objects [][]byte) []byte {
	var out, table bytes.Buffer
	out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	for i, o := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%sendobj\n", i+1, o)
	}
	id := sha256.Sum256(out.Bytes())
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n%s", len(objects)+1, table.String())
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R /ID [<%X> <%X>] >>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, len(objects), id[:16], id[:16], start)
	return out.Bytes()
}
