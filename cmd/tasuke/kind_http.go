package main

import "tasuke/playbooks"

// httpRequest is the action of an http-api command: one request to a host an administrator allowed.
// Further inputs are variables, named in the texts as __name__:value.
var httpRequest = playbooks.Shape{
	Title: playbooks.Text{JA: "許可されたホストへ HTTP の要求を送る", EN: "Send an HTTP request to a host that is allowed"},
	Input: map[string]playbooks.FieldType{
		"method": playbooks.TextField, "url": playbooks.TextField, "headers": playbooks.TextField, "body": playbooks.TextField,
	},
	Output: map[string]playbooks.FieldType{"status": playbooks.NumberField, "body": playbooks.TextField},
	Open:   true,
}
