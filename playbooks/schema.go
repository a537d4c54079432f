package playbooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

//go:generate go test -run TestTheSchemaForEditorsIsTheOneInTheDocs -update .

// JSONSchema is the JSON Schema (2020-12) of a playbook's form, for editors. It is made of the tables
// the reader uses. What only the program knows (roles, actions, facts, what names point to) is
// checked by Check.
func JSONSchema() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(schemaRoot()); err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	return b.Bytes(), nil
}

// object is a part of a JSON Schema.
type object map[string]any

func schemaRoot() object {
	root := block([]string{"playbook", "title", "steps"}, "playbook", object{
		"playbook":  object{"type": "string", "pattern": slugForm.String()},
		"part":      object{"type": "boolean"},
		"title":     ref("text"),
		"summary":   ref("text"),
		"guideline": word(),
		"constant":  listOf("named", 10),
		"inputs":    listOf("variable", maxVariables),
		"variables": listOf("variable", maxVariables),
		"outputs":   object{"type": "array", "items": ref("id"), "maxItems": maxVariables},
		"steps":     ref("steps"),
		"exception": ref("steps"),
		"origin": block([]string{"format", "text"}, "", object{
			"format": word(), "text": object{"type": "string", "minLength": 1, "maxLength": maxOrigin},
		}),
	})
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "tasuke playbook / 手順書"
	root["$defs"] = schemaDefs()
	return root
}

func schemaDefs() object {
	return object{
		"text":      block([]string{"ja", "en"}, "", object{"ja": phrase(), "en": phrase()}),
		"id":        object{"type": "string", "pattern": idForm.String(), "not": object{"enum": reserved}},
		"condition": object{"type": "string", "maxLength": maxCondition},
		"length":    object{"type": "string", "pattern": `^([1-9][0-9]{0,3}(s|m|h|d|bd)|0(d|bd))$`},
		"value":     object{"type": []string{"string", "integer", "boolean"}},
		"values":    object{"type": "object", "additionalProperties": ref("value"), "maxProperties": maxInputs},
		"named":     block([]string{"id", "text"}, "", object{"id": ref("id"), "text": ref("text")}),
		"outcome": block([]string{"id", "text"}, "outcome", object{
			"id": ref("id"), "text": ref("text"), "goes_on": object{"type": "boolean"}, "if": ref("condition"), "suggest": ref("condition"),
		}),
		"field": choiceBlock(object{
			"id": ref("id"), "label": ref("text"), "type": object{"enum": FieldTypes}, "required": object{"type": "boolean"},
			"options": listOf("named", 40), "help": ref("text"),
		}),
		"variable": choiceBlock(object{
			"id": ref("id"), "label": ref("text"), "type": object{"enum": FieldTypes}, "required": object{"type": "boolean"},
			"personal": object{"type": "boolean"}, "default": ref("value"), "options": listOf("named", 40),
		}),
		"steps": object{"type": "array", "items": ref("step"), "minItems": 1, "maxItems": MaxSteps},
		"step":  schemaStep(),
	}
}

// choiceBlock is a field or a variable: a choice has options, and nothing else has.
func choiceBlock(properties object) object {
	out := block([]string{"id", "label", "type"}, "field", properties)
	out["if"] = object{"properties": object{"type": object{"const": ChoiceField}}}
	out["then"] = object{"required": []string{"options"}, "properties": object{"options": object{"minItems": 2}}}
	out["else"] = object{"properties": object{"options": false}}
	return out
}

// schemaStep is a step: every field there is, and for each kind those it has and must have.
func schemaStep() object {
	properties := object{}
	for _, name := range stepFields {
		p, ok := stepSchemas[name]
		if !ok {
			p = word()
		}
		properties[name] = described(p, "step."+name)
	}
	out := block([]string{"id", "kind", "title"}, "", properties)
	var kinds []object
	for _, k := range Kinds {
		kinds = append(kinds, object{
			"if":   object{"properties": object{"kind": object{"const": k}}, "required": []string{"kind"}},
			"then": kindRule(k),
		})
	}
	out["allOf"] = kinds
	return out
}

// stepSchemas are the fields of a step that are more than a word.
var stepSchemas = map[string]object{
	"id": ref("id"), "kind": {"enum": Kinds}, "title": ref("text"), "instructions": ref("text"), "question": ref("text"),
	"document": ref("text"), "evidence": ref("text"), "when": ref("condition"), "while": ref("condition"), "until_true": ref("condition"),
	"target": {"type": "string", "pattern": targetForm.String()}, "target_from": {"enum": []Origin{FromStart, FromReady}},
	"after": words(MaxSteps), "not_by": words(20), "clauses": words(20), "outcomes": listOf("outcome", 20), "checklist": listOf("named", 40),
	"fields": listOf("field", 20), "with": ref("values"), "set": ref("values"), "for": ref("length"), "timeout": ref("length"),
	"until": {"type": "string", "pattern": from.String()}, "steps": ref("steps"),
	"max": {"type": "integer", "minimum": 1, "maximum": MaxPasses}, "at_max": {"const": GoOn},
	"need": {"anyOf": []object{{"enum": []string{"all", "any"}}, {"type": "integer", "minimum": 1, "maximum": MaxSteps}}},
	"rest": {"enum": []Rest{RestGoesOn, RestStopped}},
	"retry": block(nil, "", object{
		"times": object{"type": "integer", "minimum": 0, "maximum": maxRetries}, "pause": ref("length"), "factor": object{"type": "integer", "minimum": 1, "maximum": 10},
	}),
	"skip": block(nil, "", object{"never": object{"type": "boolean"}, "role": word(), "second": object{"type": "boolean"}}),
	"signatures": {"type": "array", "maxItems": 10, "items": block([]string{"roles"}, "", object{
		"roles": object{"type": "array", "items": word(), "minItems": 1, "maxItems": 13}, "count": object{"type": "integer", "minimum": 1, "maximum": 9},
	})},
}

// kindRule is what a step of a kind may say and must say.
func kindRule(k Kind) object {
	rule := object{"propertyNames": object{"enum": append(slices.Clone(common), may[k]...)}}
	if len(must[k]) > 0 {
		rule["required"] = must[k]
	}
	switch k {
	case Decision, Switch:
		rule["properties"] = object{"outcomes": object{"minItems": 2}}
	case Wait:
		rule["oneOf"] = []object{{"required": []string{"event"}}, {"required": []string{"for"}}, {"required": []string{"until"}}}
		rule["dependentRequired"] = object{"timeout": []string{"event"}}
	case Loop:
		rule["oneOf"] = []object{{"required": []string{"while"}}, {"required": []string{"until_true"}}}
	}
	return rule
}

func ref(name string) object { return object{"$ref": "#/$defs/" + name} }

func word() object { return object{"type": "string", "maxLength": maxText} }

func phrase() object { return object{"type": "string", "minLength": 1, "maxLength": maxText} }

func words(limit int) object { return object{"type": "array", "items": word(), "maxItems": limit} }

func listOf(name string, limit int) object {
	return object{"type": "array", "items": ref(name), "maxItems": limit}
}

// block is a mapping with nothing beside its fields. Their descriptions are those of what.
func block(required []string, what string, properties object) object {
	out := object{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	if what != "" {
		for name, p := range properties {
			properties[name] = described(p.(object), what+"."+name)
		}
	}
	return out
}

// described adds what a field is for, in both languages.
func described(p object, name string) object {
	about, ok := meanings[name]
	if !ok {
		return p
	}
	out := object{"description": about.JA + " / " + about.EN}
	for k, v := range p {
		out[k] = v
	}
	return out
}
