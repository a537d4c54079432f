package main

import (
	"context"
	"fmt"

	"tasuke/contacts/outbound"
	"tasuke/playbooks"
	"tasuke/workflow"
)

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

// httpKind is the hand behind it. It is not repeatable: after a crash between sending and the answer
// a person looks what became of it.
func (r *rooms) httpKind() workflow.Kind {
	return workflow.Kind{Name: "http.request", Do: func(ctx context.Context, c workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
		request := outbound.Request{Key: c.Key, Values: map[string]string{}}
		for name, v := range c.Input {
			s := fmt.Sprint(v)
			switch name {
			case "method":
				request.Method = s
			case "url":
				request.URL = s
			case "headers":
				request.Headers = s
			case "body":
				request.Body = s
			default:
				request.Values[name] = s
			}
		}
		answer, err := r.hosts.Send(ctx, request, leaving)
		if err != nil {
			return nil, err
		}
		return map[string]any{"status": int64(answer.Status), "body": answer.Body}, nil
	}}
}
