package web_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"tasuke/internal/dbtest"
	"tasuke/internal/signin"
	"tasuke/web"
	"tasuke/web/pages"
	"tasuke/web/words"
)

// screen registers what a test needs.
type screen func(*pages.Desk)

func (s screen) Register(d *pages.Desk) { s(d) }

// server is the frame of the product with one screen of the test's own, and nobody signed in.
func server(t *testing.T, ready error, screens ...web.Screen) http.Handler {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	h, err := web.New(web.Parts{
		Desk: &pages.Desk{Words: book, Assets: web.AssetPath(), Clock: func() time.Time { return time.Date(2026, 4, 6, 0, 0, 0, 0, time.UTC) },
			Sessions: signin.NewSessions(dbtest.SQLite(t), signin.SessionOptions{Insecure: true}),
			Who:      func(context.Context) (pages.Person, bool, error) { return pages.Person{}, false, nil }},
		Screens: screens, API: func(*gin.Engine) {}, Ready: func(context.Context) error { return ready }, Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ask(h http.Handler, method, path string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, path, nil)
	r.RemoteAddr = "192.0.2.7:5000"
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAPanicIsAnErrorPageAndNothingOfIt(t *testing.T) {
	h := server(t, nil, screen(func(d *pages.Desk) {
		d.Get("/breaks", pages.Public, func(*pages.Visit) error { panic("口座 123-4567890 が nil") })
	}))
	for lang, title := range map[string]string{"ja": "処理に失敗しました", "en": "Something went wrong"} {
		w := ask(h, http.MethodGet, "/breaks", map[string]string{"Accept-Language": lang})
		if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), title) || strings.Contains(w.Body.String(), "123-4567890") {
			t.Errorf("%s: %d %.300s", lang, w.Code, w.Body)
		}
	}
}

func TestAnErrorThatIsNotForTheReaderIsNotShown(t *testing.T) {
	h := server(t, nil, screen(func(d *pages.Desk) {
		d.Get("/fails", pages.Public, func(*pages.Visit) error { return errors.New("disk I/O error: /var/lib/secret.db") })
	}))
	w := ask(h, http.MethodGet, "/fails", nil)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret.db") || strings.Contains(w.Body.String(), "I/O") {
		t.Errorf("%d %.300s", w.Code, w.Body)
	}
}

func TestFiguresAreForThisMachineOnly(t *testing.T) {
	h := server(t, nil)
	if w := ask(h, http.MethodGet, "/metrics", nil); w.Code != http.StatusNotFound {
		t.Errorf("a stranger gets %d", w.Code)
	}
	if w := ask(h, http.MethodGet, "/metrics", map[string]string{"X-Forwarded-For": "127.0.0.1"}); w.Code != http.StatusNotFound {
		t.Errorf("who claims to be this machine gets %d", w.Code)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	r.RemoteAddr = "127.0.0.1:5000"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `route="/metrics"`) {
		t.Errorf("this machine gets %d %.200s", w.Code, w.Body)
	}
}

func TestReadySaysWhenTheDatabaseIsGone(t *testing.T) {
	if w := ask(server(t, errors.New("gone")), http.MethodGet, "/readyz", nil); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "gone") {
		t.Errorf("without a database: %d %s", w.Code, w.Body)
	}
	if w := ask(server(t, nil), http.MethodGet, "/readyz", nil); w.Code != http.StatusOK {
		t.Errorf("with a database: %d", w.Code)
	}
}

func TestAssetsAreKeptForEverAndNothingElseIsServed(t *testing.T) {
	h := server(t, nil)
	css := web.AssetPath() + "/app/app.css"
	plain := ask(h, http.MethodGet, css, nil)
	if plain.Code != http.StatusOK || !strings.Contains(plain.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(plain.Header().Get("Content-Type"), "text/css") {
		t.Fatalf("%d %v", plain.Code, plain.Header())
	}
	small := ask(h, http.MethodGet, css, map[string]string{"Accept-Encoding": "gzip"})
	z, err := gzip.NewReader(small.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || string(b) != plain.Body.String() {
		t.Errorf("the compressed file is another one (%v)", err)
	}
	for _, path := range []string{"/", "/app", "/app/", "/embed.go", "/../server.go", "/..%2f..%2fgo.mod", "/app/no.css", "/vendor/"} {
		if w := ask(h, http.MethodGet, web.AssetPath()+path, nil); w.Code == http.StatusOK {
			t.Errorf("%s is served", path)
		}
	}
}
