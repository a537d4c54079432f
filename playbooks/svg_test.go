package playbooks_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"tasuke/playbooks"
)

// texts reads an SVG file as XML and gives the texts in it, by element.
func texts(t *testing.T, svg []byte) map[string][]string {
	t.Helper()
	out, in := map[string][]string{}, ""
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			in = token.Name.Local
			out[in] = append(out[in], "")
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
					t.Errorf("<%s> has %s", in, a.Name.Local)
				}
			}
		case xml.CharData:
			if in != "" {
				out[in][len(out[in])-1] += string(token)
			}
		}
	}
}

func TestADrawingStandsAlone(t *testing.T) {
	for name, src := range books(t) {
		d, _ := playbooks.Parse([]byte(src))
		for _, lang := range []string{"ja", "en"} {
			got := texts(t, playbooks.Draw(d, lang, nil))
			steps, _ := count(d)
			if len(got["script"])+len(got["image"])+len(got["foreignObject"]) > 0 {
				t.Errorf("%s asks for more than a drawing", name)
			}
			if len(got["title"]) != steps+1 || !strings.Contains(got["title"][0], d.Title.In(lang)) {
				t.Errorf("%s: %d titles for %d steps", name, len(got["title"]), steps)
			}
		}
	}
}

func TestADrawingSaysWhatTheStepsAre(t *testing.T) {
	d, _ := playbooks.Parse([]byte(blocks))
	for lang, want := range map[string][]string{
		"ja": {"全部の手順書", "合流 · 3 のうち 2 · 残りは中止", "手順書 · PB-80", "繰り返し · 最大 5 回", "失敗したとき", "取りやめたとき", "例外: 行き先の無い失敗のとき", "作業 · 【operator】"},
		"en": {"A playbook with everything", "join · 2 of 3 · rest is cancelled", "playbook · PB-80", "loop · at most 5", "on failure", "when given up", "Exception: when a step fails"},
	} {
		all := strings.Join(texts(t, playbooks.Draw(d, lang, func(id string) string { return "【" + id + "】" }))["text"], "\n")
		for _, one := range want {
			if !strings.Contains(all, one) {
				t.Errorf("%s: %q is not drawn in\n%s", lang, one, all)
			}
		}
	}
}

func TestADrawingTakesTheOutcomeToItsArrow(t *testing.T) {
	d, _ := playbooks.Parse([]byte(small))
	if all := texts(t, playbooks.Draw(d, "ja", nil))["text"]; !strings.Contains(strings.Join(all, "\n"), "はい") {
		t.Errorf("%v", all)
	}
}

func TestWhatATitleSaysIsNeverMarkup(t *testing.T) {
	d, _ := playbooks.Parse([]byte(small))
	bad := `<script>alert("1")</script>&amp;' onload="x`
	d.Title, d.Steps[0].Title = playbooks.Text{JA: bad, EN: bad}, playbooks.Text{JA: bad, EN: bad}
	got := texts(t, playbooks.Draw(d, "en", nil))
	if len(got["script"]) > 0 || !strings.Contains(got["title"][0], bad) {
		t.Errorf("%v", got)
	}
}
