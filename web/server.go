// Package web serves the pages, the API and the assets.
package web

import (
	"context"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tasuke/web/pages"
	"tasuke/web/static"
)

// Screen is a group of pages that registers its own routes.
type Screen interface{ Register(*pages.Desk) }

// Parts is what the server is put together from.
type Parts struct {
	Desk    *pages.Desk
	Screens []Screen
	// API registers the JSON routes under /api/.
	API func(*gin.Engine)
	// Ready fails while the product cannot do its work.
	Ready   func(context.Context) error
	Metrics *prometheus.Registry
	// Proxies are the addresses of reverse proxies that may say whose request they pass on.
	Proxies []string
}

// AssetPath is where the embedded assets of this build are served, to be kept for ever.
func AssetPath() string { return "/assets/" + static.Hash() }

// New puts the handler together.
func New(p Parts) (http.Handler, error) {
	files, err := assets(static.Files)
	if err != nil {
		return nil, err
	}
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "tasuke_http_seconds", Help: "Time to answer, by route.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
	}, []string{"method", "route", "class"})
	p.Metrics.MustRegister(seconds)

	e := gin.New()
	if err := e.SetTrustedProxies(p.Proxies); err != nil {
		return nil, err
	}
	p.Desk.On(e)
	e.Use(guarded, measured(seconds, p.Desk.Clock), recovered(p.Desk), readable(p.Desk))
	e.NoRoute(p.Desk.Missing)
	e.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", ready(p.Ready))
	e.GET("/metrics", nearby, gin.WrapH(promhttp.HandlerFor(p.Metrics, promhttp.HandlerOpts{})))
	e.GET(AssetPath()+"/*file", files)
	for _, s := range p.Screens {
		s.Register(p.Desk)
	}
	p.API(e)
	return http.NewCrossOriginProtection().Handler(p.Desk.Sessions.LoadAndSave(e)), nil
}

func ready(check func(context.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := check(c.Request.Context()); err != nil {
			c.String(http.StatusServiceUnavailable, "not ready\n")
			return
		}
		c.String(http.StatusOK, "ready\n")
	}
}

// nearby admits only callers on this machine, and nothing that a proxy passes on: figures are for
// the firm's own monitoring agent.
func nearby(c *gin.Context) {
	if c.GetHeader("X-Forwarded-For") != "" || c.GetHeader("Forwarded") != "" {
		c.AbortWithStatus(http.StatusNotFound)
		return
	}
	host, _, err := net.SplitHostPort(c.Request.RemoteAddr)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		c.AbortWithStatus(http.StatusNotFound)
	}
}
