package cacao

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
)

// tlpMakers is who made the five official marking objects of TLP 2.0, and tlpIDs which they are.
const tlpMaker = "identity--5abe695c-7bd5-4c31-8824-2528696cdbf1"

var tlpIDs = map[string]string{
	"TLP:CLEAR":        "marking-tlp--94868c89-83c2-464b-929b-a1a8aa3c8487",
	"TLP:GREEN":        "marking-tlp--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
	"TLP:AMBER":        "marking-tlp--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
	"TLP:AMBER+STRICT": "marking-tlp--939a9414-2ddd-4d32-a0cd-375ea402b003",
	"TLP:RED":          "marking-tlp--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

// markings checks who may read a playbook.
func (c *checker) markings() {
	defined := object(c.tree, "data_marking_definitions")
	for i, id := range texts(c.tree, "markings") {
		if !has(defined, id) {
			c.found.add("/markings/"+strconv.Itoa(i), "undefined", clip(id), "data_marking_definitions")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(defined)) {
		at := "/data_marking_definitions" + pointer(id)
		o, ok := c.named(at, id, defined[id])
		if !ok {
			continue
		}
		s, known := markingShapes[text(o, "type")]
		if !known {
			c.found.add(at+"/type", "marking_kind", clip(text(o, "type")))
			continue
		}
		c.object(at, o, s)
		if has(o, "modified") {
			c.found.add(at+"/modified", "marking_version")
		}
		if has(o, "id") && text(o, "id") != id {
			c.found.add(at+"/id", "marking_id", id)
		}
		c.prefixed(at, o, "created_by", "identity")
		c.order(at, o, "valid_from", "valid_until", "valid_order", false)
		c.tlp(at, o)
		for i, other := range texts(o, "markings") {
			if other == id || c.marks(other, id, map[string]bool{}) {
				c.found.add(at+"/markings/"+strconv.Itoa(i), "marking_circle", other)
			}
		}
	}
}

// marks reports whether a marking is marked, at any distance, with another.
func (c *checker) marks(from, with string, seen map[string]bool) bool {
	if seen[from] {
		return false
	}
	seen[from] = true
	for _, id := range texts(object(object(c.tree, "data_marking_definitions"), from), "markings") {
		if id == with || c.marks(id, with, seen) {
			return true
		}
	}
	return false
}

// tlp checks that a level is one of the five official objects, as it was published.
func (c *checker) tlp(at string, o map[string]any) {
	if text(o, "type") != "marking-tlp" {
		return
	}
	want, ok := tlpIDs[text(o, "tlpv2_level")]
	switch {
	case !ok:
		c.found.add(at+"/tlpv2_level", "tlp_level", clip(text(o, "tlpv2_level")))
	case text(o, "id") != want || text(o, "created_by") != tlpMaker || text(o, "created") != "2022-10-01T00:00:00.000Z":
		c.found.add(at, "tlp_object", text(o, "tlpv2_level"), want)
	}
}

// signatures checks the shape of signatures; whether they hold is for Verify.
func (c *checker) signatures() {
	for i, v := range list(c.tree, "signatures") {
		if o, ok := v.(map[string]any); ok {
			c.signature("/signatures/"+strconv.Itoa(i), o, 0)
		}
	}
	if len(list(c.tree, "signatures")) > 0 {
		c.found.add("/signatures", "signature_unlooked")
	}
}

const maxCountersigned = 4

func (c *checker) signature(at string, o map[string]any, depth int) {
	c.object(at, o, signatureShape)
	if has(o, "type") && text(o, "type") != "jss" {
		c.found.add(at+"/type", "signature_type", clip(text(o, "type")))
	}
	c.prefixed(at, o, "id", "jss")
	c.prefixed(at, o, "created_by", "identity")
	c.order(at, o, "created", "modified", "modified_early", true)
	if !flag(o, "revoked") {
		c.order(at, o, "valid_from", "valid_until", "valid_order", false)
	}
	if has(o, "related_to") && text(o, "related_to") != c.doc.ID() {
		c.found.add(at+"/related_to", "signature_other", clip(text(o, "related_to")))
	}
	if has(o, "related_version") && text(o, "related_version") != c.doc.Modified() {
		c.found.add(at+"/related_version", "signature_version", clip(text(o, "related_version")))
	}
	keys := 0
	for _, name := range keyProperties {
		if has(o, name) {
			keys++
		}
	}
	if keys != 1 {
		c.found.add(at, "signature_key", keys)
	}
	if _, err := base64.RawURLEncoding.DecodeString(text(o, "value")); err != nil {
		c.found.add(at+"/value", "signature_value")
	}
	inner, ok := o["signature"].(map[string]any)
	switch {
	case ok && depth >= maxCountersigned:
		c.found.add(at+"/signature", "too_deep", maxCountersigned)
	case ok:
		c.signature(at+"/signature", inner, depth+1)
	}
}

var keyProperties = []string{"public_key", "public_cert_chain", "cert_url", "thumbprint"}
