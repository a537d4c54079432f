package isac_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
)

// schemas compiles the schemas OASIS publishes, by the type of the object; nothing is fetched.
func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	root := os.Getenv("TASUKE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	files, err := filepath.Glob(filepath.Join(root, "testdata", "stix", "schemas", "*", "*.json"))
	must(t, err)
	if len(files) == 0 {
		t.Skipf("no published schemas under %s (TASUKE_SHARED names the folder)", root)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(nowhere{})
	ids := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(t, err)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		must(t, err)
		id := doc.(map[string]any)["$id"].(string)
		must(t, c.AddResource(id, doc))
		ids[strings.TrimSuffix(filepath.Base(f), ".json")] = id
	}
	out := map[string]*jsonschema.Schema{"": nil}
	for name, id := range ids {
		out[name], err = c.Compile(id)
		must(t, err)
	}
	return out
}

type nowhere struct{}

func (nowhere) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is fetched from nowhere", url)
}

func TestEveryObjectOfASharesBundleIsValidByThePublishedSchemas(t *testing.T) {
	all := schemas(t)
	each(t, map[string]func(*testing.T, *house){
		"in every label, both languages, with and without an end": func(t *testing.T, h *house) {
			checked := map[string]int{}
			for n, label := range stix.TLPs {
				s := h.frozen(func(c *isac.Content) {
					c.TLP, c.Channel = label, isac.Peer
					for i := range c.Indicators {
						c.Indicators[i].Label = isac.Own
					}
					if n%2 == 1 {
						c.Language, c.ObservedTo = "en", 0
						c.Title, c.Method = "Phishing", "A site that looks like ours."
					}
				})
				bundle, name, err := h.Bundle(t.Context(), auditor, s.ID, 0)
				must(t, err)
				if name != s.No+"-1.json" {
					t.Error(name)
				}
				var doc struct {
					Type    string
					Objects []map[string]any
				}
				must(t, json.Unmarshal(bundle, &doc))
				for _, o := range doc.Objects {
					typ := o["type"].(string)
					schema := all[typ]
					if typ == "x-tasuke-device" {
						schema = all["cyber-observable-core"]
					}
					if schema == nil {
						t.Fatalf("no schema for %s", typ)
					}
					if err := schema.Validate(o); err != nil {
						t.Errorf("%s: %v", o["id"], err)
					}
					checked[typ]++
				}
				im, err := stix.Read(bundle)
				must(t, err)
				if len(im.Found) != len(content().Indicators) {
					t.Errorf("%d values are read back", len(im.Found))
				}
				for _, f := range im.Found {
					if f.TLP != label {
						t.Errorf("%s is marked %s", f.Value, f.TLP)
					}
				}
			}
			t.Logf("valid: %v", checked)
			if checked["report"] != len(stix.TLPs) || checked["indicator"] != 5*len(stix.TLPs) || checked["grouping"] != 0 {
				t.Errorf("checked %v", checked)
			}
		},
		"and is frozen byte for byte": func(t *testing.T, h *house) {
			s := h.frozen()
			first, _, err := h.Bundle(t.Context(), auditor, s.ID, 1)
			must(t, err)
			h.move(lawyer, s, isac.ApprovalGiven)
			again, _, err := h.Bundle(t.Context(), auditor, s.ID, 0)
			must(t, err)
			if !bytes.Equal(first, again) {
				t.Error("the approval changed the bundle")
			}
			if _, _, err := h.Bundle(t.Context(), auditor, s.ID, 2); err == nil {
				t.Error("there is a version nobody froze")
			}
		},
	})
}
