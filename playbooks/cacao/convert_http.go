package cacao

import (
	"encoding/base64"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/playbooks"
)

// request is one HTTP request of an http-api command to one target. References to variables stay in
// it, under the names a run keeps them by; whoever sends it escapes their values by where they stand.
type request struct {
	method, url, headers, body string
	vars                       map[string]string // name in the texts -> the variable of the run
}

// requests gives what the program sends for a command: one request for each target. why says in both
// languages what keeps it from doing so.
func (c *converter) requests(n *node, command map[string]any) (out []request, why playbooks.Text) {
	m := startLine.FindStringSubmatch(text(command, "command"))
	if text(command, "type") != "http-api" || m == nil {
		return nil, why
	}
	body := text(command, "content")
	if coded := text(command, "content_b64"); coded != "" {
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(coded), ""))
		if err != nil || !utf8.Valid(raw) {
			return nil, playbooks.Text{JA: "本文が文字列ではありません", EN: "its body is not text"}
		}
		body = string(raw)
	}
	r := request{method: m[1], headers: headers(command), body: body}
	for _, base := range c.bases(n, m[2]) {
		one := r
		one.url = base
		one.vars = map[string]string{}
		for _, part := range []*string{&one.url, &one.headers, &one.body} {
			*part = c.renamed(n.id, *part, one.vars)
			if clean, cut := tidy(*part, 4000); cut || clean != strings.TrimSpace(*part) {
				return nil, playbooks.Text{JA: "要求が長すぎるか、制御文字があります", EN: "the request is too long or has control characters"}
			}
		}
		if len(one.vars) > 16 {
			return nil, playbooks.Text{JA: "変数が多すぎます", EN: "there are too many variables in it"}
		}
		out = append(out, one)
	}
	if len(out) == 0 {
		return nil, playbooks.Text{JA: "送り先が分かりません", EN: "nothing says where to send it"}
	}
	return out, why
}

// bases gives the addresses a request goes to: each target's, or the agent's when there are none.
func (c *converter) bases(n *node, target string) (out []string) {
	if strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://") {
		return []string{target}
	}
	ids, key := texts(n.o, "targets"), "target_definitions"
	if len(ids) == 0 {
		ids, key = []string{text(n.o, "agent")}, "agent_definitions"
	}
	for _, id := range ids {
		base := addressOf(object(object(c.doc.Tree, key), id))
		if base == "" || !strings.HasPrefix(target, "/") {
			return nil
		}
		if root, err := url.Parse(strings.ReplaceAll(base, ":value", "")); err == nil && root.Path != "" && root.Path != "/" {
			base = strings.TrimSuffix(base, "/")
		}
		out = append(out, strings.TrimSuffix(base, "/")+target)
	}
	return out
}

// addressOf writes the first address of a party as the beginning of a URL. Without a port, and with
// any other than 443, CACAO means plain HTTP.
func addressOf(o map[string]any) string {
	a := object(o, "address")
	for _, key := range []string{"url", "dname", "ipv4", "ipv6"} {
		for _, host := range texts(a, key) {
			host = strings.TrimSpace(host)
			if key == "url" || strings.HasPrefix(host, "http://") || strings.HasPrefix(host, "https://") {
				return host
			}
			if key == "ipv6" && !references.MatchString(host) {
				host = "[" + host + "]"
			}
			switch port := text(o, "port"); port {
			case "443":
				return "https://" + host
			case "", "80":
				return "http://" + host
			default:
				if key == "ipv6" {
					return "http://" + host + ":" + port
				}
				return "http://" + net.JoinHostPort(host, port)
			}
		}
	}
	return ""
}

func headers(command map[string]any) string {
	all := object(command, "headers")
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, v := range texts(all, name) {
			out = append(out, name+": "+strings.TrimSpace(v))
		}
	}
	return strings.Join(out, "\n")
}

// renamed writes every reference under the name of the run's variable.
func (c *converter) renamed(step, s string, vars map[string]string) string {
	return references.ReplaceAllStringFunc(s, func(ref string) string {
		v, ok := c.variable(step, strings.TrimSuffix(ref, ":value"))
		if !ok {
			return ref // told by Check
		}
		vars["v_"+v.id] = v.id
		return "__v_" + v.id + "__:value"
	})
}

// requestStep is the action that sends a request. When the step returns one text, it is the answer.
func (c *converter) requestStep(n *node, r *request, alone bool) playbooks.Step {
	s := playbooks.Step{ID: c.name(text(n.o, "name"), "request"), Kind: playbooks.Action, Role: c.role, Do: "http.request", Title: both(c.title(n))}
	if about, _ := tidy(text(n.o, "description"), 2000); about != "" {
		s.Instructions = both(about)
	}
	s.With = map[string]playbooks.Value{"method": {Literal: r.method}, "url": {Literal: r.url}, "headers": {Literal: r.headers}, "body": {Literal: r.body}}
	for _, name := range slices.Sorted(maps.Keys(r.vars)) {
		s.With[name] = playbooks.Value{From: "vars." + r.vars[name]}
	}
	c.say(n, "/commands", "http_host", clip(r.url))
	if alone && c.bodyOnly(n, []piece{{request: r}}) {
		v, _ := c.variable(n.id, strings.TrimSuffix(texts(n.o, "out_args")[0], ":value"))
		s.Set = map[string]playbooks.Value{v.id: {From: "body"}}
	}
	return s
}
