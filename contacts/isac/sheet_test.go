package isac_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/internal/db"
	"tasuke/internal/document"
)

func TestTheSheetSaysTheFourThingsInBothLanguages(t *testing.T) {
	t.Parallel()
	fonts, err := document.FindFonts()
	must(t, err)
	for language, parts := range map[string][]string{
		"ja": {"金融ISAC共有票", "TLP:AMBER+STRICT", "1攻撃元", "2手口", "3目的", "4対策と結果", "5観測期間", "6確度", "7共有可能範囲", "8連絡先", "受領者の組織内のみ", "198.51.100.23", "SHR-2026-0001v2", "abc123"},
		"en": {"Informationsharingsheet", "1Originoftheattack", "4Countermeasuresandtheireffect", "goingon", "Therecipient'sorganizationonly", "80/100"},
	} {
		d := isac.SheetData{Content: content(func(c *isac.Content) {
			if c.Language, c.TLP = language, stix.AmberStrict; language == "en" {
				c.ObservedTo = 0
			}
		}), Firm: isac.Firm{Name: "たすけ証券株式会社", Mail: "csirt@tasuke.example"}, No: "SHR-2026-0001", Version: 2, At: db.At(start), BundleSHA256: "abc123"}
		pdf, err := isac.Draw(fonts, d)
		must(t, err)
		cmd := exec.Command("pdftotext", "-layout", "-", "-")
		cmd.Stdin = bytes.NewReader(pdf)
		out, err := cmd.Output()
		must(t, err)
		text := strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, string(out))
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("%s: the sheet does not say %q", language, part)
			}
		}
	}
}
