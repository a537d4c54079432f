package outbound_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tasuke/contacts/outbound"
	"tasuke/internal/fault"
)

func leaves(context.Context) error { return nil }

// plain allows a server of the test: it is on this machine and speaks plain HTTP.
func (h *house) plain(s *httptest.Server, key string) {
	h.t.Helper()
	h.add(outbound.Host{Name: strings.TrimPrefix(s.URL, "http://"), Plain: true, Private: true, KeyHeader: key})
}

func server(t *testing.T, f http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s
}

func TestSending(t *testing.T) {
	each(t, outbound.Options{Limit: 5 * time.Second}, map[string]func(*testing.T, *house){
		"a host that was not allowed, or is no more, gets nothing": func(t *testing.T, h *house) {
			var hits atomic.Int64
			s := server(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
			r := outbound.Request{Method: "GET", URL: s.URL + "/"}
			if _, err := h.Send(t.Context(), r, leaves); !fault.Is(err, fault.Refused) {
				t.Error(err)
			}
			h.plain(s, "")
			if _, err := h.Send(t.Context(), r, leaves); err != nil {
				t.Error(err)
			}
			all, err := h.List(t.Context(), admin)
			if err != nil || h.Remove(t.Context(), admin, all[0].ID, all[0].Rev, "x") != nil {
				t.Fatal(err)
			}
			if _, err := h.Send(t.Context(), r, leaves); !fault.Is(err, fault.Refused) {
				t.Error(err)
			}
			if hits.Load() != 1 {
				t.Errorf("%d requests came", hits.Load())
			}
		},
		"plain HTTP and addresses of the house need to be allowed as such": func(t *testing.T, h *house) {
			var hits atomic.Int64
			s := server(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
			h.add(outbound.Host{Name: strings.TrimPrefix(s.URL, "http://"), Plain: true})
			if _, err := h.Send(t.Context(), outbound.Request{Method: "GET", URL: s.URL}, leaves); problemOf(err) != "outbound.private" {
				t.Error(err)
			}
			if _, err := h.Send(t.Context(), outbound.Request{Method: "GET", URL: strings.Replace(s.URL, "http:", "https:", 1)}, leaves); !fault.Is(err, fault.Refused) {
				t.Error(err)
			}
			if hits.Load() != 0 {
				t.Errorf("%d requests came", hits.Load())
			}
		},
		"values stay values wherever they stand": func(t *testing.T, h *house) {
			var path, query, header, content string
			s := server(t, func(w http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				path, query, header, content = r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("X-Request-Id"), string(b)
			})
			h.plain(s, "")
			evil := `1/../x?y=2&z="},{"a":"b`
			_, err := h.Send(t.Context(), outbound.Request{
				Method: "POST", URL: s.URL + "/block/__ip__:value/now?who=__ip__:value", Headers: "Content-Type: application/json\nX-Request-Id: __id__:value",
				Body: `{"ip": "__ip__:value", "n": __n__:value, "raw": __ip__:value}`, Values: map[string]string{"ip": evil, "id": "abc", "n": "12"},
			}, leaves)
			if err != nil {
				t.Fatal(err)
			}
			if path != "/block/1%2F..%2Fx%3Fy=2&z=%22%7D%2C%7B%22a%22:%22b/now" || query != "who=1%2F..%2Fx%3Fy%3D2%26z%3D%22%7D%2C%7B%22a%22%3A%22b" || header != "abc" {
				t.Errorf("%s ? %s %s", path, query, header)
			}
			if content != `{"ip": "1/../x?y=2\u0026z=\"},{\"a\":\"b", "n": 12, "raw": "1/../x?y=2\u0026z=\"},{\"a\":\"b"}` {
				t.Errorf("body %s", content)
			}
		},
		"a value cannot become a host, a header or a part of the path": func(t *testing.T, h *house) {
			s := server(t, func(http.ResponseWriter, *http.Request) { t.Error("a request came") })
			h.plain(s, "")
			for name, r := range map[string]outbound.Request{
				"host":      {Method: "GET", URL: "http://__v__:value/", Values: map[string]string{"v": "a@b"}},
				"port":      {Method: "GET", URL: "http://__v__:value/", Values: map[string]string{"v": strings.TrimPrefix(s.URL, "http://")}},
				"dots":      {Method: "GET", URL: s.URL + "/a/__v__:value", Values: map[string]string{"v": ".."}},
				"header":    {Method: "GET", URL: s.URL, Headers: "X-Request-Id: __v__:value", Values: map[string]string{"v": "a\r\nHost: b"}},
				"sign-in":   {Method: "GET", URL: s.URL, Headers: "Authorization: Basic x"},
				"the host":  {Method: "GET", URL: s.URL, Headers: "Host: other.example"},
				"no value":  {Method: "GET", URL: s.URL + "/__v__:value"},
				"free body": {Method: "POST", URL: s.URL, Body: "__v__:value", Values: map[string]string{"v": "x"}},
				"userinfo":  {Method: "GET", URL: strings.Replace(s.URL, "http://", "http://a@", 1)},
				"scheme":    {Method: "GET", URL: "file:///etc/passwd"},
				"method":    {Method: "CONNECT", URL: s.URL},
			} {
				if _, err := h.Send(t.Context(), r, leaves); !fault.Is(err, fault.Refused) {
					t.Errorf("%s: %v", name, err)
				}
			}
		},
		"a redirect to another host is not followed": func(t *testing.T, h *house) {
			other := server(t, func(http.ResponseWriter, *http.Request) { t.Error("it was followed") })
			s := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
			h.plain(s, "")
			h.plain(other, "")
			if _, err := h.Send(t.Context(), outbound.Request{Method: "GET", URL: s.URL}, leaves); problemOf(err) != "outbound.status" {
				t.Error(err)
			}
		},
		"an answer of more than 1 MiB is not taken": func(t *testing.T, h *house) {
			s := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20+1)) })
			h.plain(s, "")
			if _, err := h.Send(t.Context(), outbound.Request{Method: "GET", URL: s.URL}, leaves); problemOf(err) != "outbound.large" {
				t.Error(err)
			}
		},
		"what failed before it left may be tried again, and nothing leaves when leaving is refused": func(t *testing.T, h *house) {
			s := server(t, func(http.ResponseWriter, *http.Request) { t.Error("a request came") })
			h.plain(s, "")
			no := errors.New("not now")
			if _, err := h.Send(t.Context(), outbound.Request{Method: "POST", URL: s.URL}, func(context.Context) error { return no }); !errors.Is(err, no) {
				t.Error(err)
			}
			s.Close()
			if _, err := h.Send(t.Context(), outbound.Request{Method: "POST", URL: s.URL}, leaves); problemOf(err) != "outbound.unreachable" {
				t.Error(err)
			}
		},
		"a request that left without an answer is uncertain unless it may be sent twice": func(t *testing.T, h *house) {
			s := server(t, func(w http.ResponseWriter, _ *http.Request) { // the connection breaks
				c, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					_ = c.Close()
				}
			})
			h.plain(s, "")
			if _, err := h.Send(t.Context(), outbound.Request{Method: "POST", URL: s.URL}, leaves); problemOf(err) != "outbound.no_answer" {
				t.Error(err)
			}
			if _, err := h.Send(t.Context(), outbound.Request{Method: "GET", URL: s.URL}, leaves); problemOf(err) != "outbound.unreachable" {
				t.Error(err)
			}
		},
		"what is logged of a failure holds no value of the request": func(t *testing.T, h *house) {
			s := server(t, func(http.ResponseWriter, *http.Request) {})
			h.plain(s, "")
			s.Close()
			_, err := h.Send(t.Context(), outbound.Request{Method: "GET", URL: s.URL + "/?name=__name__:value", Values: map[string]string{"name": "yamada"}}, leaves)
			if problemOf(err) != "outbound.unreachable" || strings.Contains(err.Error(), "yamada") {
				t.Error(err)
			}
		},
		"a host that knows repeated requests is sent the key, and asked again": func(t *testing.T, h *house) {
			var key string
			s := server(t, func(w http.ResponseWriter, r *http.Request) {
				key = r.Header.Get("Idempotency-Key")
				w.WriteHeader(http.StatusBadGateway)
			})
			h.plain(s, "Idempotency-Key")
			if _, err := h.Send(t.Context(), outbound.Request{Method: "POST", URL: s.URL, Key: "step:1"}, leaves); problemOf(err) != "outbound.status_later" || key != "step:1" {
				t.Errorf("%v with the key %q", err, key)
			}
		},
	})
}

func TestTheSecretIsSentToItsHostOverTLS(t *testing.T) {
	var got string
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Authorization")
		_, _ = io.WriteString(w, "はい")
	}))
	t.Cleanup(s.Close)
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("Bearer abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	each(t, outbound.Options{Secrets: map[string]string{"fw": file}, Roots: roots}, map[string]func(*testing.T, *house){
		"by reference": func(t *testing.T, h *house) {
			h.add(outbound.Host{Name: strings.TrimPrefix(s.URL, "https://"), Private: true, Secret: "fw"})
			a, err := h.Send(t.Context(), outbound.Request{Method: "GET", URL: s.URL}, leaves)
			if err != nil || a.Status != 200 || a.Body != "はい" || got != "Bearer abc" {
				t.Errorf("%+v %v, signed in with %q", a, err, got)
			}
		},
	})
}

func TestAnAddressIsLookedAtWhenTheConnectionIsMade(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8:443": true, "127.0.0.1:80": false, "10.1.2.3:443": false, "192.168.0.1:443": false, "172.16.0.1:1": false, "[::1]:443": false,
		"[fd00::1]:443": false, "169.254.169.254:80": false, "[fe80::1]:443": false, "0.0.0.0:80": false, "100.64.0.1:443": false, "[::ffff:127.0.0.1]:80": false,
		"224.0.0.1:80": false, "[2001:4860:4860::8888]:443": true,
	} {
		if got := outbound.Reachable(address, false) == nil; got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if outbound.Reachable("169.254.169.254:80", true) == nil {
		t.Error("the address where clouds tell secrets can be allowed")
	}
}

// problemOf gives the sentence an error of sending is told by.
func problemOf(err error) string {
	if err == nil {
		return ""
	}
	key, _, _ := strings.Cut(err.Error(), ":")
	return key
}
