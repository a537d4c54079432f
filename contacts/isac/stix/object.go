package stix

import (
	"encoding/json"
	"time"
)

// moment is a STIX timestamp: UTC, at least milliseconds.
type moment time.Time

const layout = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes the moment, cut to milliseconds.
func (m moment) MarshalJSON() ([]byte, error) {
	return []byte(`"` + time.Time(m).UTC().Format(layout) + `"`), nil
}

// IsZero leaves a moment that was not given out.
func (m moment) IsZero() bool { return time.Time(m).IsZero() }

// common is what every domain and relationship object has.
type common struct {
	Type        string   `json:"type"`
	SpecVersion string   `json:"spec_version"`
	ID          string   `json:"id"`
	CreatedBy   string   `json:"created_by_ref,omitempty"`
	Created     moment   `json:"created"`
	Modified    moment   `json:"modified"`
	Lang        string   `json:"lang,omitempty"`
	Confidence  *int     `json:"confidence,omitempty"`
	Markings    []string `json:"object_marking_refs,omitempty"`
}

type identity struct {
	common
	Name    string   `json:"name"`
	Class   string   `json:"identity_class"`
	Sectors []string `json:"sectors,omitempty"`
	Contact string   `json:"contact_information,omitempty"`
}

type indicator struct {
	common
	Name           string   `json:"name"`
	Description    string   `json:"description,omitempty"`
	Types          []string `json:"indicator_types"`
	Pattern        string   `json:"pattern"`
	PatternType    string   `json:"pattern_type"`
	PatternVersion string   `json:"pattern_version"`
	ValidFrom      moment   `json:"valid_from"`
	ValidUntil     moment   `json:"valid_until,omitzero"`
}

type observedData struct {
	common
	First  moment   `json:"first_observed"`
	Last   moment   `json:"last_observed"`
	Number int      `json:"number_observed"`
	Refs   []string `json:"object_refs"`
}

// observable is an address, a domain, a link, a mail address or a device.
type observable struct {
	Type        string               `json:"type"`
	SpecVersion string               `json:"spec_version"`
	ID          string               `json:"id"`
	Value       string               `json:"value"`
	Markings    []string             `json:"object_marking_refs"`
	Extensions  map[string]extension `json:"extensions,omitempty"`
}

type extension struct {
	Type string `json:"extension_type"`
}

type relationship struct {
	common
	Relation string `json:"relationship_type"`
	Source   string `json:"source_ref"`
	Target   string `json:"target_ref"`
}

// collection is a report or, before it is published, a grouping.
type collection struct {
	common
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Types       []string `json:"report_types,omitempty"`
	Published   moment   `json:"published,omitzero"`
	Context     string   `json:"context,omitempty"`
	Refs        []string `json:"object_refs"`
}

type extensionDefinition struct {
	common
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Schema      string   `json:"schema"`
	Version     string   `json:"version"`
	Types       []string `json:"extension_types"`
}

type bundle struct {
	Type    string            `json:"type"`
	ID      string            `json:"id"`
	Objects []json.RawMessage `json:"objects"`
}
