package cacao

import (
	"net/url"
	"strings"

	"tasuke/playbooks"
)

// ownCommand is the type of command of what only tasuke can do. The vocabulary is open.
const ownCommand = "x-tasuke-action"

// action is an HTTP request when it can be said as one, and else a command of ours.
func (x *exporter) action(s *playbooks.Step, o map[string]any) {
	o["agent"] = x.program()
	if s.Do == "http.request" && x.request(s, o) {
		return
	}
	o["commands"] = []any{map[string]any{"type": ownCommand, "command": s.Do, "description": s.Title.EN}}
	x.found.add("", "export_carried", s.ID, s.Do)
}

// request writes an http-api command; false when its address is not written in the step.
func (x *exporter) request(s *playbooks.Step, o map[string]any) bool {
	said := func(name string) string {
		v, _ := s.With[name].Literal.(string)
		for with, from := range s.With {
			if variable, ok := strings.CutPrefix(from.From, "vars."); ok {
				v = strings.ReplaceAll(v, "__"+with+"__:value", runVar(variable)+":value")
			}
		}
		return v
	}
	address := said("url")
	cut := strings.Index(address, "://")
	if cut < 0 || s.With["method"].From != "" || s.With["headers"].From != "" || s.With["body"].From != "" {
		return false
	}
	path := "/"
	host := address
	if i := strings.IndexByte(address[cut+3:], '/'); i >= 0 {
		host, path = address[:cut+3+i], address[cut+3+i:]
	}
	if _, err := url.Parse(references.ReplaceAllString(host, "x")); err != nil || strings.ContainsAny(path, " \n") {
		return false
	}
	command := map[string]any{"type": "http-api", "command": said("method") + " " + path + " HTTP/1.1"}
	if headers := headersOf(said("headers")); len(headers) > 0 {
		command["headers"] = headers
	}
	if body := said("body"); body != "" {
		command["content"] = body
	}
	target := objectID("http-api", x.d.Slug, host)
	x.targets[target] = map[string]any{"type": "http-api", "name": host, "address": map[string]any{"url": []any{host}}}
	o["commands"], o["targets"] = []any{command}, []any{target}
	return true
}

func headersOf(lines string) map[string]any {
	out := map[string]any{}
	for _, one := range strings.Split(lines, "\n") {
		name, value, ok := strings.Cut(one, ":")
		if name = strings.TrimSpace(name); ok && name != "" {
			out[name] = append(list(out, name), strings.TrimSpace(value))
		}
	}
	return out
}
