package stix_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gowebpki/jcs"

	"tasuke/contacts/isac/stix"
	"tasuke/internal/fault"
)

func TestWhatIsWrongWithAShareIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	s := full()
	s.Title, s.TLP, s.Modified = "", "TLP:WHITE", s.Created.Add(-1)
	s.Indicators = []stix.Indicator{
		{Kind: stix.IP, Value: "999.1.1.1", From: day}, {Kind: stix.Domain, Value: "no domain", From: day}, {Kind: stix.URL, Value: "javascript:alert(1)", From: day}, {Kind: stix.Mail, Value: "a b@c.d", From: day},
		{Kind: "account", Value: "1234567", From: day}, {Kind: stix.Device, Value: "a\x00b", From: day}, {Kind: stix.IP, Value: "192.0.2.1"}, {Kind: stix.IP, Value: "192.0.2.1", From: day, Until: day},
		{Kind: stix.IP, Value: "192.0.2.1", From: day, Confidence: 101}, {Kind: stix.IP, Value: "192.0.2.1", From: day, Seen: 1}, {Kind: stix.IP, Value: "fe80::1%eth0", From: day}, {Kind: stix.IP, Value: "192.0.2.1", From: day},
	}
	_, err := stix.Write(s)
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) != 3+11 || f.Fields["indicator.8"] != "stix.indicator.confidence" || f.Fields["tlp"] != "stix.share.no_tlp" {
		t.Fatalf("%v %v", err, f)
	}
	s = full()
	s.Indicators = nil
	if _, err := stix.Write(s); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

func TestTheSameShareIsTheSameBytes(t *testing.T) {
	t.Parallel()
	b := write(t, full())
	if !bytes.Equal(b, write(t, full())) {
		t.Error("two bundles of one share differ")
	}
	again, err := jcs.Transform(b)
	if err != nil || !bytes.Equal(again, b) {
		t.Errorf("not canonical: %v", err)
	}
	s := full()
	s.Modified = s.Modified.Add(time.Second)
	if bytes.Equal(b, write(t, s)) {
		t.Error("a changed share has the same bundle")
	}
	if strings.Count(string(b), `"name":"198.51.100.3"`) != 1 {
		t.Error("a value that occurs twice is written twice")
	}
}

// The ids are those of the examples in the standard with its Errata 01.
func TestObservablesHaveTheIDsOfTheStandard(t *testing.T) {
	t.Parallel()
	s := full()
	s.Indicators = []stix.Indicator{{Kind: stix.IP, Value: "198.51.100.3"}, {Kind: stix.IP, Value: "2001:db8:0::1"}, {Kind: stix.Domain, Value: "example.com"}}
	for i := range s.Indicators {
		s.Indicators[i].From, s.Indicators[i].Seen, s.Indicators[i].FirstSeen, s.Indicators[i].LastSeen = day, 1, day, day
	}
	b := string(write(t, s))
	for _, id := range []string{
		"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", "ipv6-addr--6469e3a9-b053-5e34-a025-9396ae051d26", "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7",
	} {
		if !strings.Contains(b, id) {
			t.Errorf("no %s", id)
		}
	}
}

func TestEveryReferenceLeadsToAnObject(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	all := objects(t, write(t, full()))
	for _, o := range all {
		if ids[o["id"].(string)] {
			t.Errorf("%s is there twice", o["id"])
		}
		ids[o["id"].(string)] = true
	}
	for _, o := range all {
		for k, v := range o {
			if one, ok := v.(string); ok && strings.HasSuffix(k, "_ref") && !ids[one] {
				t.Errorf("%s of %s leads nowhere", k, o["id"])
			}
			list, _ := v.([]any)
			for _, one := range list {
				if strings.HasSuffix(k, "_refs") && !ids[one.(string)] {
					t.Errorf("%s of %s leads nowhere", k, o["id"])
				}
			}
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	s := full()
	im, err := stix.Read(write(t, s))
	if err != nil {
		t.Fatal(err)
	}
	if len(im.Found) != 8 {
		t.Fatalf("%d values", len(im.Found))
	}
	for _, f := range im.Found {
		at := slices.IndexFunc(s.Indicators, func(i stix.Indicator) bool {
			v, _ := stix.Normal(i.Kind, i.Value)
			return i.Kind == f.Kind && v == f.Value
		})
		if at < 0 || f.TLP != stix.AmberStrict || f.Confidence != 80 || f.By != s.Firm || f.Note != "攻撃元" || !f.From.Equal(day.Truncate(time.Millisecond)) || !f.Until.Equal(day.AddDate(0, 0, 30).Truncate(time.Millisecond)) {
			t.Errorf("%+v", f)
		}
	}
	for _, k := range im.Kept {
		if k.Why != stix.Context {
			t.Errorf("%s %s: %s", k.Why, k.Type, k.JSON)
		}
	}
}

const head = `"type":"indicator","spec_version":"2.1","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","valid_from":"2026-01-01T00:00:00Z","pattern_type":"stix"`

func TestForeignBundles(t *testing.T) {
	t.Parallel()
	one := func(rest string) string {
		return `{"type":"bundle","id":"bundle--1","objects":[{` + head + `,"id":"indicator--1",` + rest + `}]}`
	}
	for name, test := range map[string]struct {
		in    string
		found string // kind value, sorted
		kept  stix.Why
	}{
		"several values in one observation":    {one(`"pattern":"[ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value='192.0.2.2/32']"`), "ip 192.0.2.1, ip 192.0.2.2", ""},
		"several observations":                 {one(`"pattern":"[domain-name:value = 'B.example'] OR [url:value = 'http://b.example/\\'x\\\\']"`), `domain b.example, url http://b.example/'x\`, ""},
		"an envelope of TAXII":                 {`{"more":false,"objects":[{` + head + `,"id":"indicator--1","pattern":"[email-addr:value = 'A@b.example']"}]}`, "mail a@b.example", ""},
		"two conditions at once mean more":     {one(`"pattern":"[ipv4-addr:value = '192.0.2.1' AND domain-name:value = 'b.example']"`), "", stix.Pattern},
		"a file is no value we know":           {one(`"pattern":"[file:hashes.MD5 = 'cead3f77f6cda6ec00f57d76c9a69faa']"`), "", stix.Pattern},
		"an escape that is none":               {one(`"pattern":"[domain-name:value = 'b.\\xample']"`), "", stix.Pattern},
		"no value at all":                      {one(`"pattern":"[ipv4-addr:value = 'localhost']"`), "", stix.Pattern},
		"a qualifier means more":               {one(`"pattern":"[ipv4-addr:value = '192.0.2.1'] REPEATS 5 TIMES"`), "", stix.Pattern},
		"another language":                     {one(`"pattern":"[ipv4-addr:value = '192.0.2.1']","pattern_type":"sigma"`), "", stix.Pattern},
		"no time from which it holds":          {one(`"pattern":"[ipv4-addr:value = '192.0.2.1']","valid_from":null`), "ip 192.0.2.1", ""},
		"STIX 2.0":                             {one(`"pattern":"[ipv4-addr:value = '192.0.2.1']","spec_version":"2.0"`), "", stix.Broken},
		"a confidence out of range":            {one(`"pattern":"[ipv4-addr:value = '192.0.2.1']","confidence":900`), "", stix.Broken},
		"an object that is none":               {`{"type":"bundle","objects":[7]}`, "", stix.Broken},
		"an object without a type":             {`{"type":"bundle","objects":[{"id":"x"}]}`, "", stix.Broken},
		"a type nobody knows is kept as it is": {`{"type":"bundle","objects":[{"type":"x-new","id":"x-new--1","a":1.50}]}`, "", stix.Context},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			im, err := stix.Read([]byte(test.in))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range im.Found {
				got = append(got, string(f.Kind)+" "+f.Value)
			}
			if s := strings.Join(got, ", "); s != test.found {
				t.Errorf("found %s, want %s", s, test.found)
			}
			if test.kept != "" && (len(im.Kept) != 1 || im.Kept[0].Why != test.kept || !strings.Contains(test.in, string(im.Kept[0].JSON))) {
				t.Errorf("kept %+v", im.Kept)
			}
		})
	}
}

func TestTheNewestVersionAndTheStrictestLabelHold(t *testing.T) {
	t.Parallel()
	mark := func(modified, rest string) string {
		return `{"type":"indicator","spec_version":"2.1","id":"indicator--1","created":"2026-01-01T00:00:00.000Z","modified":"` + modified + `","valid_from":"2026-01-01T00:00:00Z","pattern_type":"stix","pattern":"[ipv4-addr:value = '192.0.2.1']",` + rest + `}`
	}
	in := `{"type":"bundle","objects":[` + strings.Join([]string{
		mark("2026-01-03T00:00:00.000Z", `"revoked":true,"object_marking_refs":["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9","marking-definition--aaaa"]`),
		mark("2026-01-02T00:00:00.000Z", `"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]`),
		`{"type":"marking-definition","spec_version":"2.1","id":"marking-definition--aaaa","definition_type":"tlp","definition":{"tlp":"amber"}}`,
	}, ",") + `]}`
	im, err := stix.Read([]byte(in))
	if err != nil || len(im.Found) != 1 || !im.Found[0].Revoked || im.Found[0].TLP != stix.Amber || im.Found[0].Confidence != -1 || len(im.Kept) != 2 {
		t.Errorf("%+v %v", im, err)
	}
}

func TestWhatIsNoBundleIsRefused(t *testing.T) {
	t.Parallel()
	for in, kind := range map[string]fault.Kind{
		"": fault.Invalid, "[]": fault.Invalid, "{}": fault.Invalid, `{"type":"bundle"}`: fault.Invalid, `{"type":"indicator","objects":[]}`: fault.Invalid, "\xff": fault.Invalid,
		strings.Repeat(" ", stix.MaxBytes+1):                           fault.TooLarge,
		`{"objects":[` + strings.Repeat("1,", stix.MaxObjects) + `1]}`: fault.TooLarge,
	} {
		if _, err := stix.Read([]byte(in)); !fault.Is(err, kind) {
			t.Errorf("%.20q: %v", in, err)
		}
	}
}

func FuzzReadLosesNothing(f *testing.F) {
	small := full()
	small.Indicators = small.Indicators[1:2]
	f.Add(write(f, small))
	f.Add([]byte(`{"type":"bundle","objects":[{` + head + `,"id":"indicator--1","pattern":"[ipv4-addr:value = '192.0.2.1\\'']"},7,null,{}]}`))
	f.Add([]byte(`{"objects":[{"type":"indicator","id":"a","pattern":"[url:value = '\\"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		im, err := stix.Read(b)
		if err != nil {
			return
		}
		var x struct{ Objects []json.RawMessage }
		if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), &x); err != nil {
			t.Fatalf("read, and not JSON: %v", err)
		}
		ids := map[string]bool{}
		for _, v := range im.Found {
			ids[v.ID] = true
			if n, ok := stix.Normal(v.Kind, v.Value); !ok || n != v.Value {
				t.Errorf("%q is not normal", v.Value)
			}
		}
		if len(ids)+len(im.Kept) != len(x.Objects) {
			t.Errorf("%d of %d objects", len(ids)+len(im.Kept), len(x.Objects))
		}
	})
}
