package stix

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// tlp2 is the extension by which OASIS marks objects with TLP 2.0.
const tlp2 = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

// markings are the ids of the published marking definitions of TLP 2.0.
var markings = map[TLP]string{
	Clear:       "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
	Green:       "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
	Amber:       "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
	AmberStrict: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
	Red:         "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

// older are the marking definitions of TLP 1.0, which STIX 2.1 itself lists (section 7.2.1.4).
var older = map[string]TLP{
	"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Clear,
	"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Green,
	"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Amber,
	"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Red,
}

// definition is the marking definition of a label, as published; readers who know it by its id
// and those who read it find the same.
func definition(t TLP) json.RawMessage {
	return fmt.Appendf(nil, `{"created":"2022-10-01T00:00:00.000Z","extensions":{%q:{"extension_type":"property-extension","tlp_2_0":%q}},`+
		`"id":%q,"name":%q,"spec_version":"2.1","type":"marking-definition"}`, tlp2, strings.ToLower(strings.TrimPrefix(string(t), "TLP:")), markings[t], t)
}

// labels reads the marking definitions of a bundle by their content, together with those known by id.
func labels(objects []foreign) map[string]TLP {
	known := map[string]TLP{}
	for t, id := range markings {
		known[id] = t
	}
	for id, t := range older {
		known[id] = t
	}
	for _, o := range objects {
		if o.Type != "marking-definition" {
			continue
		}
		var d struct {
			Definition struct {
				TLP string `json:"tlp"`
			} `json:"definition"`
			Extensions map[string]struct {
				TLP string `json:"tlp_2_0"`
			} `json:"extensions"`
		}
		if json.Unmarshal(o.raw, &d) != nil {
			continue // a statement of another shape marks nothing we know
		}
		for _, name := range []string{d.Definition.TLP, d.Extensions[tlp2].TLP} {
			if t := TLP("TLP:" + strings.ToUpper(strings.Replace(name, "white", "clear", 1))); slices.Contains(TLPs, t) {
				if _, ok := known[o.ID]; !ok {
					known[o.ID] = t
				}
			}
		}
	}
	return known
}

// strictest gives the strictest of the labels among refs; "" when there is none.
func strictest(refs []string, known map[string]TLP) (out TLP) {
	for _, r := range refs {
		if t, ok := known[r]; ok && slices.Index(TLPs, t) > slices.Index(TLPs, out) {
			out = t
		}
	}
	return out
}
