package web

import (
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"tasuke/web/pages"
)

// Limits of a request: 1 MiB of form or JSON.
const maxBody = 1 << 20

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guarded sets the headers that keep a browser from running or showing what is not ours.
func guarded(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	if !strings.HasPrefix(c.Request.URL.Path, "/assets/") {
		h.Set("Cache-Control", "no-store") // pages hold personal data
	}
}

// recovered turns a panic into an error page; the transaction was rolled back by db.Update.
func recovered(d *pages.Desk) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			if p := recover(); p != nil {
				slog.ErrorContext(c.Request.Context(), "panic in a request", "route", c.FullPath(), "cause", p)
				d.Broken(c)
			}
		}()
		c.Next()
	}
}

// measured counts and times requests by route; the address itself may hold personal data.
func measured(seconds *prometheus.HistogramVec, clock func() time.Time) gin.HandlerFunc {
	return func(c *gin.Context) {
		start := clock()
		c.Next()
		route := c.FullPath()
		if route == "" {
			route = "none"
		}
		took := clock().Sub(start)
		class := string(rune('0'+c.Writer.Status()/100)) + "xx"
		seconds.WithLabelValues(method(c.Request.Method), route, class).Observe(took.Seconds())
		slog.DebugContext(c.Request.Context(), "request", "method", c.Request.Method, "route", route, "status", c.Writer.Status(), "ms", took.Milliseconds())
	}
}

// method keeps a stranger from making names of metrics without end.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return m
	}
	return "other"
}

// readable refuses what no form of ours sends: too much, another type, text that is not text.
func readable(d *pages.Desk) gin.HandlerFunc {
	return func(c *gin.Context) {
		if strings.HasPrefix(c.Request.URL.Path, "/api/") { // it does so itself, in JSON
			return
		}
		if bad(c.Request.URL.RawQuery) || !utf8.ValidString(c.Request.URL.Path) || strings.ContainsRune(c.Request.URL.Path, 0) {
			d.Refuse(c, http.StatusUnprocessableEntity, "form.not_text")
			return
		}
		if c.Request.Method != http.MethodPost {
			return
		}
		if c.Request.ContentLength > maxBody {
			d.Refuse(c, http.StatusRequestEntityTooLarge, "form.too_large")
			return
		}
		kind, _, err := mime.ParseMediaType(c.ContentType())
		if err != nil && c.Request.ContentLength != 0 || err == nil && kind != "application/x-www-form-urlencoded" {
			d.Refuse(c, http.StatusUnsupportedMediaType, "form.type")
			return
		}
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody)
		readForm(d, c)
	}
}

func readForm(d *pages.Desk, c *gin.Context) {
	if err := c.Request.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			d.Refuse(c, http.StatusRequestEntityTooLarge, "form.too_large")
			return
		}
		d.Refuse(c, http.StatusUnprocessableEntity, "form.malformed")
		return
	}
	for name, values := range c.Request.PostForm {
		for _, v := range append(values, name) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				d.Refuse(c, http.StatusUnprocessableEntity, "form.not_text")
				return
			}
		}
	}
}

// bad reports a query that does not decode to text.
func bad(raw string) bool {
	q, err := url.QueryUnescape(raw)
	return err != nil || !utf8.ValidString(q) || strings.ContainsRune(q, 0)
}
