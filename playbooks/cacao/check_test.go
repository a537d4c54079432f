package cacao

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func good() o {
	return book(o{id("action", 1): manual("one", next(id("end", 0xe)))}, nil)
}

// at follows a path of keys and list positions.
func at(b any, path ...any) o {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			b = b.(map[string]any)[p]
		case int:
			b = b.([]any)[p]
		}
	}
	return b.(map[string]any)
}

func first(b o) o   { return at(b, "workflow", id("action", 1)) }
func command(b o) o { return at(b, "workflow", id("action", 1), "commands", 0) }
func put1(o o, kv ...any) { // put1 sets pairs of key and value
	for i := 0; i < len(kv); i += 2 {
		o[kv[i].(string)] = kv[i+1]
	}
}

const (
	ext  = "extension-definition--00000071-0000-4000-8000-000000000000"
	tlpx = "marking-tlp--e828b379-4e03-4974-9ac4-e53a884c97c1"
)

func green() o {
	return o{"type": "marking-tlp", "id": tlpx, "created_by": tlpMaker, "created": "2022-10-01T00:00:00.000Z", "tlpv2_level": "TLP:RED"}
}

func jss() o {
	return o{
		"type": "jss", "id": id("jss", 0x61), "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "signee": "x", "related_to": id("playbook", 0xb),
		"related_version": "2026-01-01T00:00:00.000Z", "hash_algorithm": "sha-256", "algorithm": "RS256", "public_key": "AAAA", "value": "AAAA",
	}
}

// broken is one change for each rule of the text, and the rule it breaks.
var broken = []struct {
	rule   string
	change func(b o)
}{
	{"not_playbook", func(b o) { b["type"] = "bundle" }},
	{"version_one", func(b o) { b["spec_version"] = "1.0" }},
	{"version", func(b o) { b["spec_version"] = "cacao-3.0" }},
	{"missing", func(b o) { delete(b, "created_by") }},
	{"missing", func(b o) { delete(b, "name") }},
	{"missing", func(b o) { delete(b, "workflow_start") }},
	{"missing", func(b o) { delete(first(b), "agent") }},
	{"missing", func(b o) { delete(first(b), "commands") }},
	{"missing", func(b o) {
		put1(command(b), "type", "sigma", "command_b64", nil)
		delete(command(b), "command_b64")
		delete(command(b), "command")
	}},
	{"type", func(b o) { b["name"] = 5 }},
	{"type", func(b o) { b["priority"] = 101 }},
	{"type", func(b o) { b["labels"] = "x" }},
	{"type", func(b o) { b["workflow"] = []any{} }},
	{"type", func(b o) { first(b)["delay"] = -1 }},
	{"type", func(b o) { first(b)["timeout"] = 1.5 }},
	{"empty", func(b o) { b["labels"] = []any{} }},
	{"empty", func(b o) { b["name"] = "  " }},
	{"empty", func(b o) { b["agent_definitions"] = o{} }},
	{"unknown_property", func(b o) { b["x"] = 1 }},
	{"unknown_property", func(b o) { command(b)["x"] = 1 }},
	{"reference_empty", func(b o) { b["external_references"] = []any{o{"name": "x"}} }},
	{"id_form", func(b o) { b["id"] = "playbook--1" }},
	{"id_form", func(b o) { b["id"] = "playbook--018f3c1e-7b1a-7cc0-8a11-0123456789ab" }},
	{"id_type", func(b o) { b["created_by"] = id("group", 0x77) }},
	{"id_type", func(b o) { at(b, "agent_definitions", id("group", 0xa))["type"] = "individual" }},
	{"id_twice", func(b o) { b["created_by"] = id("identity", 0xb) }},
	{"id_playbook_version", func(b o) { b["id"] = "playbook--00000000-0000-1000-8000-000000000000" }},
	{"id_step_version", func(b o) {
		const v1 = "action--00000009-0000-1000-8000-000000000000"
		at(b, "workflow")[v1] = manual("v1", next(id("end", 0xe)))
		first(b)["on_completion"] = v1
	}},
	{"time", func(b o) { b["valid_from"] = "2026-01-01T09:00:00+09:00" }},
	{"time", func(b o) { b["valid_from"] = "2026-02-30T09:00:00Z" }},
	{"time_milli", func(b o) { b["created"] = "2026-01-01T00:00:00Z" }},
	{"time_milli", func(b o) { b["modified"] = "2026-01-01T00:00:00.000000Z" }},
	{"modified_early", func(b o) { b["modified"] = "2025-01-01T00:00:00.000Z" }},
	{"valid_order", func(b o) { put1(b, "valid_from", "2026-01-01T00:00:00Z", "valid_until", "2026-01-01T00:00:00Z") }},
	{"revoked", func(b o) { b["revoked"] = true }},
	{"activities_missing", func(b o) { b["playbook_types"] = []any{"attack"} }},
	{"summary_false", func(b o) { b["playbook_processing_summary"] = o{"if_logic": true} }},
	{"summary_false", func(b o) { b["playbook_processing_summary"] = o{"manual_playbook": false} }},
	{"step_kind", func(b o) { first(b)["type"] = "single" }},
	{"steps_few", func(b o) { delete(at(b, "workflow"), id("end", 0xe)) }},
	{"next_both", func(b o) { first(b)["on_failure"] = id("end", 0xe) }},
	{"next_none", func(b o) { delete(first(b), "on_completion") }},
	{"next_success", func(b o) { delete(first(b), "on_completion"); first(b)["on_failure"] = id("end", 0xe) }},
	{"next_end", func(b o) { at(b, "workflow", id("end", 0xe))["on_success"] = id("action", 1) }},
	{"next_start", func(b o) { at(b, "workflow", id("start", 5))["on_failure"] = id("end", 0xe) }},
	{"step_missing", func(b o) { first(b)["on_completion"] = id("action", 0x99) }},
	{"step_missing", func(b o) { b["workflow_exception"] = id("action", 0x99) }},
	{"start_kind", func(b o) { b["workflow_start"] = id("action", 1) }},
	{"start_inside", func(b o) { first(b)["on_completion"] = id("start", 5) }},
	{"exception_kind", func(b o) { b["workflow_exception"] = id("start", 5) }},
	{"circle", func(b o) { first(b)["on_completion"] = id("action", 1) }},
	{"unreachable", func(b o) { at(b, "workflow")[id("action", 2)] = manual("lost", next(id("end", 0xe))) }},
	{"branch_shared", func(b o) { first(asking(b))["on_true"] = id("end", 0xe) }},
	{"branch_ends", func(b o) {
		first(asking(b))["on_true"] = id("action", 3)
		put1(at(b, "workflow"), id("action", 3), manual("two ways", o{"on_success": id("end", 0x22), "on_failure": id("end", 0x24)}), id("end", 0x24), o{"type": "end"})
	}},
	{"timeout_branch", func(b o) { first(asking(b))["timeout"] = 5 }},
	{"parallel_few", func(b o) {
		put1(at(b, "workflow"), id("action", 1), o{"type": "parallel", "next_steps": []any{id("action", 2)}, "on_completion": id("end", 0xe)}, id("action", 2), manual("x", next(id("end", 0x22))), id("end", 0x22), o{"type": "end"})
	}},
	{"parallel_twice", func(b o) {
		put1(at(b, "workflow"), id("action", 1), o{"type": "parallel", "next_steps": []any{id("action", 2), id("action", 2)}, "on_completion": id("end", 0xe)}, id("action", 2), manual("x", next(id("end", 0x22))), id("end", 0x22), o{"type": "end"})
	}},
	{"switch_variable", func(b o) {
		put1(at(b, "workflow"), id("action", 1), o{"type": "switch-condition", "switch": "level", "cases": o{"1": id("action", 2)}, "on_completion": id("end", 0xe)}, id("action", 2), manual("x", next(id("end", 0x22))), id("end", 0x22), o{"type": "end"})
	}},
	{"undefined", func(b o) { first(b)["agent"] = id("group", 0x99) }},
	{"undefined", func(b o) { first(b)["targets"] = []any{id("group", 0x99)} }},
	{"undefined", func(b o) { b["markings"] = []any{tlpx} }},
	{"undefined", func(b o) { first(b)["step_extensions"] = o{ext: o{"abc": 1}} }},
	{"undefined", func(b o) {
		at(b, "agent_definitions")[id("ssh", 0x72)] = o{"type": "ssh", "name": "x", "address": o{"dname": []any{"x"}}, "authentication_info": id("user-auth", 0x73)}
	}},
	{"command_none", func(b o) { delete(command(b), "command") }},
	{"command_two", func(b o) { command(b)["command_b64"] = "AAAA" }},
	{"content_two", func(b o) {
		put1(command(b), "type", "http-api", "command", "POST /x HTTP/1.1", "content", "a", "content_b64", "YQ==")
	}},
	{"base64", func(b o) { put1(command(b), "command_b64", "%%") }},
	{"start_line", func(b o) { put1(command(b), "type", "http-api", "command", "GET get HTTP1.1") }},
	{"start_line", func(b o) { put1(command(b), "type", "http-api", "command", "GET  /x HTTP/1.1") }},
	{"http_method", func(b o) { put1(command(b), "type", "http-api", "command", "BREW /x HTTP/1.1") }},
	{"openc2_post", func(b o) {
		put1(command(b), "type", "openc2-http", "command", "GET /x HTTP/1.1", "content_b64", "YQ==")
	}},
	{"header_name", func(b o) {
		put1(command(b), "type", "http-api", "command", "GET /x HTTP/1.1", "headers", o{"a b": []any{"c"}})
	}},
	{"header_value", func(b o) {
		put1(command(b), "type", "http-api", "command", "GET /x HTTP/1.1", "headers", o{"A": []any{"c\r\nB: d"}})
	}},
	{"address", func(b o) {
		at(b, "agent_definitions")[id("net-address", 0x72)] = o{"type": "net-address", "name": "x", "address": o{"ipv4": []any{"1.2.3"}}}
	}},
	{"address_kind", func(b o) {
		at(b, "agent_definitions")[id("net-address", 0x72)] = o{"type": "net-address", "name": "x", "address": o{"phone": []any{"1"}}}
	}},
	{"port", func(b o) {
		at(b, "agent_definitions")[id("ssh", 0x72)] = o{"type": "ssh", "name": "x", "address": o{"dname": []any{"x"}}, "port": "0"}
	}},
	{"place_half", func(b o) { at(b, "agent_definitions", id("group", 0xa))["location"] = o{"latitude": "1"} }},
	{"kms_flag", func(b o) {
		b["authentication_info_definitions"] = o{id("user-auth", 0x73): o{"type": "user-auth", "kms_key_identifier": "k"}}
	}},
	{"kms_both", func(b o) {
		b["authentication_info_definitions"] = o{id("user-auth", 0x73): o{"type": "user-auth", "kms": true, "kms_key_identifier": "k", "password": "p"}}
	}},
	{"extension_name", func(b o) {
		b["extension_definitions"] = o{ext: o{"type": "extension-definition", "name": "x", "created_by": id("identity", 0x74), "schema": "s", "version": "1.0.0"}}
		first(b)["step_extensions"] = o{ext: o{"Abc": 1}}
	}},
	{"variable_name", func(b o) { b["playbook_variables"] = o{"__a.b__": o{"type": "string"}} }},
	{"variable_name", func(b o) { b["playbook_variables"] = o{"__" + strings.Repeat("a", 247) + "__": o{"type": "string"}} }},
	{"variable_undefined", func(b o) { command(b)["command"] = "look at __x__:value" }},
	{"variable_undefined", func(b o) { first(b)["out_args"] = []any{"__x__"} }},
	{"value_json", func(b o) { b["playbook_variables"] = o{"__a__": o{"type": "string", "value": 5}} }},
	{"value_json", func(b o) { b["playbook_variables"] = o{"__a__": o{"type": "string", "value": o{}}} }},
	{"value_type", func(b o) { b["playbook_variables"] = o{"__a__": o{"type": "integer", "value": "five"}} }},
	{"value_type", func(b o) { b["playbook_variables"] = o{"__a__": o{"type": "ipv4-addr", "value": "::1"}} }},
	{"value_type", func(b o) { b["playbook_variables"] = o{"__a__": o{"type": "sha256-hash", "value": "ab"}} }},
	{"constant_set", func(b o) {
		b["playbook_variables"] = o{"__a__": o{"type": "string", "value": "x", "constant": true}}
		first(b)["out_args"] = []any{"__a__"}
	}},
	{"external_set", func(b o) {
		b["playbook_variables"] = o{"__a__": o{"type": "string", "external": true}}
		first(b)["out_args"] = []any{"__a__"}
	}},
	{"marking_kind", func(b o) { b["data_marking_definitions"] = o{id("marking-x", 0x75): o{"type": "marking-x"}} }},
	{"marking_version", func(b o) { m := green(); m["modified"] = "x"; b["data_marking_definitions"] = o{tlpx: m} }},
	{"marking_id", func(b o) { m := green(); m["id"] = tlpIDs["TLP:GREEN"]; b["data_marking_definitions"] = o{tlpx: m} }},
	{"marking_circle", func(b o) { m := green(); m["markings"] = []any{tlpx}; b["data_marking_definitions"] = o{tlpx: m} }},
	{"tlp_level", func(b o) { m := green(); m["tlpv2_level"] = "TLP:WHITE"; b["data_marking_definitions"] = o{tlpx: m} }},
	{"tlp_object", func(b o) {
		m := green()
		m["created"] = "2023-10-01T00:00:00.000Z"
		b["data_marking_definitions"] = o{tlpx: m}
	}},
	{"signature_type", func(b o) { s := jss(); s["type"] = "pgp"; b["signatures"] = []any{s} }},
	{"signature_key", func(b o) { s := jss(); s["thumbprint"] = "x"; b["signatures"] = []any{s} }},
	{"signature_other", func(b o) { s := jss(); s["related_to"] = id("playbook", 0x76); b["signatures"] = []any{s} }},
	{"signature_version", func(b o) { s := jss(); s["related_version"] = "2025-01-01T00:00:00.000Z"; b["signatures"] = []any{s} }},
	{"signature_value", func(b o) { s := jss(); s["value"] = "++"; b["signatures"] = []any{s} }},
	{"loop_empty", func(b o) {
		put1(at(b, "workflow"), id("action", 2), first(b), id("end", 0x22), o{"type": "end"}, id("start", 5), o{"type": "start", "on_completion": id("while-condition", 7)},
			id("while-condition", 7), o{"type": "while-condition", "condition": "x", "on_true": id("end", 0x22), "on_completion": id("action", 1)})
		delete(at(b, "workflow"), id("action", 2))
	}},
	{"not_loadable", func(b o) { // nothing in the loop changes what it looks at
		b["playbook_variables"] = o{"__a__": o{"type": "integer", "value": "1"}}
		put1(at(b, "workflow"), id("action", 2), manual("in", next(id("end", 0x22))), id("end", 0x22), o{"type": "end"}, id("start", 5), o{"type": "start", "on_completion": id("while-condition", 7)},
			id("while-condition", 7), o{"type": "while-condition", "condition": "__a__:value = 1", "on_true": id("action", 2), "on_completion": id("action", 1)})
	}},
}

// asking turns the first step into a question with one branch.
func asking(b o) o {
	put1(at(b, "workflow"), id("action", 2), manual("branch", next(id("end", 0x22))), id("end", 0x22), o{"type": "end"},
		id("action", 1), o{"type": "if-condition", "condition": "x", "on_true": id("action", 2), "on_completion": id("end", 0xe)})
	return b
}

func TestEveryRuleOfTheTextRefusesWhatBreaksIt(t *testing.T) {
	if got := Take(encode(t, good()), "responder", rules); got.Verdict() != "importable" {
		t.Fatalf("the good one: %v", got.Findings)
	}
	seen := map[string]bool{}
	for _, test := range broken {
		b := good()
		test.change(b)
		got := Take(encode(t, b), "responder", rules)
		if got.Definition != nil || !reported(got, test.rule) {
			t.Errorf("%s: %s, %v", test.rule, got.Verdict(), got.Findings)
		}
		seen[test.rule] = true
		for _, f := range got.Findings {
			for _, lang := range []string{"ja", "en"} {
				if s := f.In(lang); s == "" || strings.Contains(s, "%!") {
					t.Errorf("%s says %q in %s", f.Rule, s, lang)
				}
			}
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(sentences)) {
		if sentences[rule].severity == Refused && !seen[rule] && !slices.Contains(elsewhere, rule) {
			t.Errorf("nothing shows the rule %s", rule)
		}
	}
}

// elsewhere are rules about the text before it is a tree, and those that need a large document.
var elsewhere = []string{"too_big", "too_many", "too_deep", "text_long", "encoding", "json", "no_object", "twice", "number_kept", "steps_many", "end_none"}

func TestATextThatIsNoDocumentIsRefusedBeforeAnythingIsBuilt(t *testing.T) {
	for rule, src := range map[string]string{
		"too_big": strings.Repeat(" ", MaxBytes+1), "encoding": "{\"a\": \"\xff\"}", "json": `{"a": 1,}`, "no_object": `[]`, "twice": `{"a": 1, "a": 2}`,
		"number_kept": `{"a": 9007199254740993}`, "too_deep": strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40),
		"too_many": "[" + strings.Repeat("1,", maxKeys) + "1]", "text_long": `{"a": "` + strings.Repeat("a", maxString+1) + `"}`,
	} {
		d, found := Read([]byte(src))
		if len(found) == 0 || found[0].Rule != rule || d.Tree != nil {
			t.Errorf("%s: %v", rule, found)
		}
	}
	if _, found := Read([]byte(`{"a": 1} {"b": 2}`)); len(found) == 0 {
		t.Error("two values are taken")
	}
}

func FuzzTake(f *testing.F) {
	f.Add([]byte(`{"type": "playbook"}`))
	for _, b := range []o{good(), branchBook("__x__:value = 1", o{"__x__": o{"type": "integer"}}), whileBook("__left__:value > 0")} {
		f.Add([]byte(strings.ReplaceAll(string(mustJSON(b)), " ", "")))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		got := Take(src, "responder", rules)
		if (got.Definition == nil) != (got.Verdict() == "refused") {
			t.Fatalf("%s with %v", got.Verdict(), got.Definition)
		}
		if got.Definition == nil {
			return
		}
		out, _, err := Export(got.Definition, Exporting{At: noon})
		if err != nil {
			t.Fatal(err)
		}
		if canonical(t, out) != canonical(t, src) && !got.Own {
			t.Fatalf("came out as %s", out)
		}
	})
}
