package cacao

import "strings"

// kind is what a property holds.
type kind string

// The kinds. A list has one entry or more.
const (
	aText    kind = "text"
	aFlag    kind = "flag"
	aWhole   kind = "whole"   // a whole number, 0 or more
	aPercent kind = "percent" // a whole number from 0 to 100
	anID     kind = "id"
	aTime    kind = "time"  // RFC 3339, UTC, Z
	aMilli   kind = "milli" // the same with exactly three decimals
	someText kind = "texts"
	someIDs  kind = "ids"
	anObject kind = "object"
	objects  kind = "objects"
	anything kind = "any"
)

// shape says which properties an object has.
type shape struct {
	props    map[string]kind
	required []string
	// others is the rule that a property outside the table breaks: unknown_property, which refuses
	// what stands where work is described, unknown_kept for the description of a party, or "".
	others string
}

// of reads a table of properties: "name:kind" or "name:kind!" for one that must be there.
func of(others string, tables ...string) shape {
	s := shape{props: map[string]kind{}, others: others}
	for _, table := range tables {
		for _, word := range strings.Fields(table) {
			word, must := strings.CutSuffix(word, "!")
			name, k, _ := strings.Cut(word, ":")
			s.props[name] = kind(k)
			if must {
				s.required = append(s.required, name)
			}
		}
	}
	return s
}

const (
	closed = "unknown_property"
	kept   = "unknown_kept"
)

var playbookShape = of(closed, `type:text! spec_version:text! id:id! name:text! description:text playbook_types:texts
	playbook_activities:texts playbook_processing_summary:object created_by:id! created:milli! modified:milli! revoked:flag
	valid_from:time valid_until:time derived_from:ids related_to:ids priority:percent severity:percent impact:percent
	industry_sectors:texts labels:texts external_references:objects markings:ids playbook_variables:object
	workflow_start:id! workflow_exception:id workflow:object! playbook_extensions:object
	authentication_info_definitions:object agent_definitions:object target_definitions:object
	extension_definitions:object data_marking_definitions:object signatures:objects`)

const stepCommon = `type:text! name:text description:text external_references:objects delay:whole timeout:whole
	step_variables:object owner:id on_completion:id on_success:id on_failure:id step_extensions:object`

var stepShapes = map[string]shape{
	"start":            of(closed, stepCommon),
	"end":              of(closed, stepCommon),
	"action":           of(closed, stepCommon, `commands:objects! agent:id! targets:ids in_args:texts out_args:texts`),
	"playbook-action":  of(closed, stepCommon, `playbook_id:id! playbook_version:time in_args:texts out_args:texts`),
	"parallel":         of(closed, stepCommon, `next_steps:ids!`),
	"if-condition":     of(closed, stepCommon, `condition:text! on_true:id! on_false:id`),
	"while-condition":  of(closed, stepCommon, `condition:text! on_true:id!`),
	"switch-condition": of(closed, stepCommon, `switch:text! cases:object!`),
}

const commandCommon = `type:text! description:text version:text playbook_activity:text external_references:objects`

var commandShapes = map[string]shape{
	"manual":      of(closed, commandCommon, `command:text command_b64:text`),
	"bash":        of(closed, commandCommon, `command:text command_b64:text`),
	"caldera-cmd": of(closed, commandCommon, `command:text command_b64:text`),
	"powershell":  of(closed, commandCommon, `command:text command_b64:text`),
	"ssh":         of(closed, commandCommon, `command:text command_b64:text`),
	"elastic":     of(closed, commandCommon, `command_b64:text!`),
	"jupyter":     of(closed, commandCommon, `command_b64:text!`),
	"kestrel":     of(closed, commandCommon, `command_b64:text!`),
	"sigma":       of(closed, commandCommon, `command_b64:text!`),
	"yara":        of(closed, commandCommon, `command_b64:text!`),
	"http-api":    of(closed, commandCommon, `command:text! headers:object content:text content_b64:text`),
	"openc2-http": of(closed, commandCommon, `command:text! headers:object content_b64:text!`),
}

// foreignCommand is a command of a type outside the vocabulary, which is open.
var foreignCommand = of("", commandCommon, `command:text command_b64:text`)

const (
	partyCommon = `type:text! name:text! description:text location:object agent_target_extensions:object`
	machine     = `address:object! port:text authentication_info:id category:texts`
)

var partyShapes = map[string]shape{
	"group":             of(kept, partyCommon, `contact:object`),
	"individual":        of(kept, partyCommon, `contact:object`),
	"organization":      of(kept, partyCommon, `contact:object`),
	"location":          of(kept, partyCommon, `logical:texts`),
	"sector":            of(kept, partyCommon, `sector:text!`),
	"security-category": of(kept, partyCommon, `category:texts!`),
	"http-api":          of(kept, partyCommon, machine),
	"linux":             of(kept, partyCommon, machine),
	"ssh":               of(kept, partyCommon, machine),
	"net-address":       of(kept, partyCommon, `address:object! authentication_info:id category:texts`),
}

// foreignParty is an agent or target of a type outside the vocabulary, which is open.
var foreignParty = of("", partyCommon)

const authCommon = `type:text! name:text description:text authentication_info_extensions:object kms:flag kms_key_identifier:text`

var authShapes = map[string]shape{
	"http-basic": of(kept, authCommon, `user_id:text password:text`),
	"oauth2":     of(kept, authCommon, `oauth_header:text! token:text`),
	"user-auth":  of(kept, authCommon, `username:text password:text`),
}

var foreignAuth = of("", authCommon)

const markingCommon = `type:text! id:id! name:text description:text created_by:id! created:milli! revoked:flag valid_from:time
	valid_until:time labels:texts marking_extensions:object markings:ids`

var markingShapes = map[string]shape{
	"marking-statement": of(closed, markingCommon, `statement:text! external_references:objects`),
	"marking-tlp":       of(closed, markingCommon, `tlpv2_level:text! external_references:objects`),
	"marking-iep": of(closed, markingCommon, `name:text! description:text! tlp:text! iep_version:whole! start_date:time! end_date:any!
		encrypt_in_transit:text! permitted_actions:text! affected_party_notifications:text! attribution:text!
		unmodified_resale:text! external_references:any!`),
}

var (
	variableShape  = of(kept, `type:text! description:text value:any constant:flag external:flag`)
	extensionShape = of(closed, `type:text! name:text! description:text created_by:id! schema:text! version:text! external_references:objects`)
	referenceShape = of(closed, `name:text! description:text source:text url:text external_id:text reference_id:text`)
	contactShape   = of(kept, `email:object phone:object contact_details:text`)
	placeShape     = of(kept, `name:text description:text building_details:text network_details:text region:text country:text
		administrative_area:text city:text street_address:text postal_code:text latitude:text longitude:text precision:text`)
	signatureShape = of(closed, `type:text! id:id! created_by:id created:milli! modified:milli! revoked:flag signee:text! valid_from:time
		valid_until:time related_to:id! related_version:time! hash_algorithm:text! algorithm:text! public_key:text
		public_cert_chain:texts cert_url:text thumbprint:text value:text! signature:object`)
	summaryShape = of(closed, `manual_playbook:flag external_playbooks:flag parallel_processing:flag if_logic:flag while_logic:flag
		switch_logic:flag temporal_logic:flag data_markings:flag digital_signatures:flag countersigned_signatures:flag extensions:flag`)
)

// playbookTypes and the activities are the vocabularies of 3.1.1 and 3.1.2.
var (
	playbookTypes = strings.Fields("attack detection engagement investigation mitigation notification prevention remediation")
	activities    = strings.Fields(`compose-content deliver-content identify-audience identify-channel scan-system match-indicator
		analyze-collected-data identify-indicators scan-vulnerabilities configure-systems restrict-access disconnect-system
		eliminate-risk revert-system restore-data restore-capabilities map-network identify-steps step-sequence
		prepare-engagement execute-operation analyze-engagement-results`)
)
