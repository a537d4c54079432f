package stix_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tasuke/contacts/isac/stix"
)

// shared is where the published schemas and examples lie, beside the tree.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("TASUKE_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{root, "testdata"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no published test data at %s (TASUKE_SHARED names its folder)", path)
	}
	return path
}

// schemas compiles the schemas OASIS publishes, by the type of the object. They refer to each other
// by address; nothing is fetched.
func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	dir := shared(t, "stix", "schemas")
	c := jsonschema.NewCompiler()
	c.UseLoader(nowhere{})
	ids := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		id := doc.(map[string]any)["$id"].(string)
		if err := c.AddResource(id, doc); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		ids[strings.TrimSuffix(filepath.Base(f), ".json")] = id
	}
	out := map[string]*jsonschema.Schema{}
	for name, id := range ids {
		if out[name], err = c.Compile(id); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return out
}

type nowhere struct{}

func (nowhere) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is fetched from nowhere", url)
}

var day = time.Date(2026, 11, 20, 3, 4, 5, 678_901_000, time.UTC)

// full is a share with an indicator of each kind.
func full() stix.Share {
	s := stix.Share{ID: "0192f3c0-0000-7000-8000-000000000001", Firm: "ひなた証券株式会社", Contact: "fraud-desk@hinata.example", Title: "フィッシングによる不正ログイン",
		Text: "手口: 誘導サイトで窃取した認証情報による。\u2028対策: 多要素認証 <必須> & 遮断。", Language: "ja", TLP: stix.AmberStrict, Created: day, Modified: day.Add(time.Hour)}
	for i, v := range []struct {
		kind  stix.Kind
		value string
	}{
		{stix.IP, "198.51.100.3"}, {stix.IP, "2001:DB8::1"}, {stix.IP, "203.0.113.0/24"}, {stix.Domain, "Hinata-Login.example"}, {stix.URL, "https://hinata-login.example/o'clock?a=\\b"},
		{stix.Mail, "Phish@example.com"}, {stix.Device, "fp-'日本'-01"}, {stix.Device, "fp-2"}, {stix.IP, "198.51.100.3"},
	} {
		s.Indicators = append(s.Indicators, stix.Indicator{Kind: v.kind, Value: v.value, Note: "攻撃元", From: day, Until: day.AddDate(0, 0, 30), Confidence: 80, Seen: i, FirstSeen: day, LastSeen: day.Add(time.Minute)})
	}
	return s
}

func write(t testing.TB, s stix.Share) []byte {
	t.Helper()
	b, err := stix.Write(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func objects(t testing.TB, b []byte) (out []map[string]any) {
	t.Helper()
	var x struct{ Objects []map[string]any }
	if err := json.Unmarshal(b, &x); err != nil {
		t.Fatal(err)
	}
	return x.Objects
}

func TestEveryObjectIsValidByThePublishedSchemas(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	published := full()
	published.Published = day.Add(2 * time.Hour)
	checked := map[string]int{}
	for _, label := range stix.TLPs {
		for _, s := range []stix.Share{full(), published} {
			s.TLP = label
			for _, o := range objects(t, write(t, s)) {
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
		}
	}
	t.Logf("valid: %v", checked)
	if len(checked) != 14 {
		t.Errorf("%d types are checked", len(checked))
	}
}

func TestASchemaIsNotPassedByAnything(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	for _, o := range objects(t, write(t, full())) {
		if o["type"] != "indicator" {
			continue
		}
		o["confidence"] = 101.0
		if all["indicator"].Validate(o) == nil {
			t.Error("a confidence of 101 is valid")
		}
		return
	}
}

func TestTheMarkingsAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(shared(t, "tlp", "tlp2-marking-definitions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want []map[string]any
	if err := json.Unmarshal(b, &want); err != nil || len(want) != len(stix.TLPs) {
		t.Fatalf("%d definitions: %v", len(want), err)
	}
	for _, w := range want {
		s := full()
		s.TLP = stix.TLP(w["name"].(string))
		for _, o := range objects(t, write(t, s)) {
			if o["type"] == "marking-definition" {
				if !reflect.DeepEqual(o, w) {
					t.Errorf("%v, want %v", o, w)
				}
				continue
			}
			if refs, _ := o["object_marking_refs"].([]any); o["type"] != "extension-definition" && o["name"] != "tasuke" && (len(refs) != 1 || refs[0] != w["id"]) {
				t.Errorf("%s %s is marked %v", o["type"], o["id"], refs)
			}
		}
	}
}

func TestPublishedBundlesAreReadWhole(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(shared(t, "stix", "examples"), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob(filepath.Join(shared(t, "stix", "examples"), "threat-reports", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range append(files, more...) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		im, err := stix.Read(b)
		if err != nil {
			t.Logf("%s: %v", filepath.Base(f), err)
			continue
		}
		ids := map[string]bool{}
		for _, x := range im.Found {
			ids[x.ID] = true
		}
		if got, want := len(ids)+len(im.Kept), len(objects(t, b)); got != want {
			t.Errorf("%s: %d of %d objects", filepath.Base(f), got, want)
		}
		why := map[stix.Why]int{}
		for _, k := range im.Kept {
			why[k.Why]++
		}
		t.Logf("%s: %d values, kept %v", filepath.Base(f), len(im.Found), why)
		found += len(im.Found)
	}
	if found == 0 {
		t.Error("no published bundle gives a value")
	}
}

func TestAPatternThatIsNoneIsNeverTakenForAList(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(shared(t, "stix", "patterns"), "validator-cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Pattern, Expect string }
	if err := json.Unmarshal(b, &cases); err != nil || len(cases) == 0 {
		t.Fatal(err)
	}
	for _, c := range cases {
		o := map[string]any{"type": "indicator", "spec_version": "2.1", "id": "indicator--1", "created": day, "modified": day, "valid_from": day, "pattern_type": "stix", "pattern": c.Pattern}
		raw, err := json.Marshal(map[string]any{"type": "bundle", "objects": []any{o}})
		if err != nil {
			t.Fatal(err)
		}
		im, err := stix.Read(raw)
		if err != nil || len(im.Found)+len(im.Kept) == 0 {
			t.Errorf("%q: %+v %v", c.Pattern, im, err)
		}
		if c.Expect == "invalid" && len(im.Found) > 0 {
			t.Errorf("%q is taken for %+v", c.Pattern, im.Found)
		}
	}
}
