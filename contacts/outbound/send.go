package outbound

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/textproto"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"

	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

const (
	maxAnswer    = 1 << 20 // bytes of an answer
	maxRequest   = 256 << 10
	maxRedirects = 3
	maxSecret    = 8 << 10
)

// Request is what a playbook asks to be sent. Values are put in where the texts name them.
type Request struct {
	Method, URL, Headers, Body string
	Values                     map[string]string
	Key                        string // the same on every attempt
}

// Answer is what came back.
type Answer struct {
	Status int
	Body   string // text; what is not text in base64, after "base64:"
}

// errPrivate is an address of this house or machine behind a name that was not allowed to have one.
var errPrivate = errors.New("the address is of this house or machine")

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// Send sends a request and gives the answer. It calls leaving right before the first byte goes out.
// Until then nothing has happened; afterwards only GET, HEAD and what the host knows again by its key
// header may be tried again, and everything else whose answer did not come is uncertain.
func (s *Store) Send(ctx context.Context, r Request, leaving func(context.Context) error) (Answer, error) {
	out, host, err := s.prepare(ctx, r)
	if err != nil {
		return Answer{}, err
	}
	ctx, stop := context.WithTimeout(ctx, s.opts.Limit)
	defer stop()
	if err := leaving(ctx); err != nil {
		return Answer{}, err
	}
	var connected atomic.Bool
	trace := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	again := out.Method == http.MethodGet || out.Method == http.MethodHead || host.KeyHeader != ""
	answer, err := s.client(host).Do(out.WithContext(trace))
	if err != nil {
		return Answer{}, failure(err, connected.Load(), again)
	}
	defer func() { _ = answer.Body.Close() }() // everything that is wanted was read
	return read(answer, again)
}

// prepare fills the request and looks whether it may be sent at all. What is wrong stays wrong.
func (s *Store) prepare(ctx context.Context, r Request) (*http.Request, Host, error) {
	if !slices.Contains(methods, r.Method) || len(r.Body) > maxRequest {
		return nil, Host{}, refused("method")
	}
	u, err := address(r.URL, r.Values)
	if err != nil {
		return nil, Host{}, err
	}
	name, ok := withPort(strings.ToLower(u.Host), u.Scheme == "http")
	if !ok {
		return nil, Host{}, refused("host")
	}
	host, known, err := s.allowed(ctx, name)
	switch {
	case err != nil:
		return nil, Host{}, err
	case !known:
		return nil, Host{}, fault.New(fault.Refused, "outbound.host_unknown", map[string]any{"Host": name})
	case u.Scheme == "http" && !bool(host.Plain), u.Scheme == "https" && bool(host.Plain):
		return nil, Host{}, fault.New(fault.Refused, "outbound.scheme", map[string]any{"Host": name})
	}
	headers, err := s.headers(r, host)
	if err != nil {
		return nil, Host{}, err
	}
	content, err := body(r.Body, headers.Get("Content-Type"), r.Values)
	if err != nil {
		return nil, Host{}, err
	}
	var reader io.Reader
	if len(content) > 0 {
		reader = bytes.NewReader(content)
	}
	out, err := http.NewRequestWithContext(ctx, r.Method, u.String(), reader)
	if err != nil {
		return nil, Host{}, refused("url")
	}
	out.Header = headers
	return out, host, nil
}

// headers are those a playbook may name, the key of a repeated request, and who signs in.
func (s *Store) headers(r Request, host Host) (http.Header, error) {
	out := http.Header{"User-Agent": {"tasuke"}}
	for _, one := range strings.Split(r.Headers, "\n") {
		if strings.TrimSpace(one) == "" {
			continue
		}
		name, value, ok := strings.Cut(one, ":")
		name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
		if !ok || !sendable[name] {
			return nil, fault.New(fault.Refused, "outbound.header", map[string]any{"Name": name})
		}
		value, err := fill(strings.TrimSpace(value), r.Values, func(s string) (string, error) { return s, nil })
		if err != nil {
			return nil, err
		}
		if strings.ContainsFunc(value, func(c rune) bool { return c < 0x20 || c == 0x7f }) {
			return nil, refused("header")
		}
		out.Add(name, value)
	}
	if host.KeyHeader != "" {
		out.Set(host.KeyHeader, r.Key)
	}
	if host.Secret == "" {
		return out, nil
	}
	secret, err := s.secret(host.Secret)
	if err == nil {
		out.Set("Authorization", secret)
	}
	return out, err
}

// secret reads the value of the Authorization header from its file.
func (s *Store) secret(name string) (string, error) {
	path, ok := s.opts.Secrets[name]
	if !ok {
		return "", fault.New(fault.Refused, "outbound.secret", map[string]any{"Name": name})
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fault.Wrap(fault.Refused, "outbound.secret", map[string]any{"Name": name}, err)
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	raw, err := io.ReadAll(io.LimitReader(f, maxSecret))
	value := strings.TrimSpace(string(raw))
	if err != nil || value == "" || strings.ContainsAny(value, "\r\n\x00") {
		return "", fault.Wrap(fault.Refused, "outbound.secret", map[string]any{"Name": name}, err)
	}
	return value, nil
}

// client reaches one host and follows nobody elsewhere. It asks no proxy: what it reaches is what the
// name stands for, and that address is looked at once more when the connection is made.
func (s *Store) client(host Host) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		return reachable(address, bool(host.Private))
	}}
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: s.opts.Limit,
		MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true, DisableCompression: true,
	}
	if s.opts.Roots != nil {
		transport.TLSClientConfig = tlsWith(s.opts.Roots)
	}
	return &http.Client{Transport: transport, CheckRedirect: func(to *http.Request, via []*http.Request) error {
		first := via[0]
		safe := first.Method == http.MethodGet || first.Method == http.MethodHead
		if !safe || to.URL.Scheme != first.URL.Scheme || to.URL.Host != first.URL.Host || len(via) > maxRedirects {
			return http.ErrUseLastResponse
		}
		return nil
	}}
}

// reachable looks at the address a name stands for.
func reachable(address string, private bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", errPrivate, err)
	}
	ip := at.Addr().Unmap()
	switch {
	case ip.IsLinkLocalUnicast(), ip.IsMulticast(), ip.IsUnspecified(), ip.IsInterfaceLocalMulticast():
		return errPrivate // never: machines of a cloud tell their secrets there
	case (ip.IsPrivate() || ip.IsLoopback() || shared.Contains(ip)) && !private:
		return errPrivate
	}
	return nil
}

// shared are the addresses of carriers' own networks (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// failure classes an error of sending. Before a connection stood nothing was sent.
func failure(err error, connected, again bool) error {
	var whole *url.Error
	if errors.As(err, &whole) { // it says the whole address, with every value that stands in it
		err = whole.Err
	}
	switch {
	case errors.Is(err, errPrivate):
		return effect.Permanent(err, "outbound.private")
	case !connected || again:
		return effect.Temporary(err, "outbound.unreachable")
	}
	return effect.Uncertain(err, "outbound.no_answer")
}

// read gives an answer that says that it worked. What it says otherwise decides what follows.
func read(a *http.Response, again bool) (Answer, error) {
	raw, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer+1))
	status := fmt.Errorf("the host answered %d", a.StatusCode)
	switch {
	case a.StatusCode >= 200 && a.StatusCode < 300:
	case a.StatusCode == http.StatusTooManyRequests, a.StatusCode >= 500 && again, a.StatusCode == http.StatusRequestTimeout && again:
		return Answer{}, effect.Temporary(status, "outbound.status_later")
	case a.StatusCode >= 500, a.StatusCode == http.StatusRequestTimeout:
		return Answer{}, effect.Uncertain(status, "outbound.status_unsure")
	default:
		return Answer{}, effect.Permanent(status, "outbound.status")
	}
	switch {
	case err != nil && again:
		return Answer{}, effect.Temporary(err, "outbound.unreachable")
	case err != nil:
		return Answer{}, effect.Uncertain(err, "outbound.no_answer")
	case len(raw) > maxAnswer:
		return Answer{}, effect.Uncertain(errors.New("the answer is too large"), "outbound.large")
	}
	text := string(raw)
	if !utf8.Valid(raw) || strings.ContainsRune(text, 0) {
		text = "base64:" + base64.StdEncoding.EncodeToString(raw)
	}
	return Answer{Status: a.StatusCode, Body: text}, nil
}
