package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
)

// assets serves embedded files; their path holds a hash of all of them, so they never change.
// Text is compressed once, at start; pages are not, because they hold personal data beside
// what a stranger may have typed.
func assets(files fs.FS) (gin.HandlerFunc, error) {
	small, err := compress(files)
	if err != nil {
		return nil, err
	}
	server := http.FileServerFS(files)
	return func(c *gin.Context) {
		name := strings.TrimPrefix(path.Clean(c.Param("file")), "/")
		if info, err := fs.Stat(files, name); err != nil || info.IsDir() {
			c.AbortWithStatus(http.StatusNotFound)
			return
		}
		c.Header("Cache-Control", "public, max-age=31536000, immutable")
		if body, ok := small[name]; ok {
			c.Header("Vary", "Accept-Encoding")
			if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
				c.Header("Content-Encoding", "gzip")
				c.Data(http.StatusOK, mime.TypeByExtension(path.Ext(name)), body)
				return
			}
		}
		r := c.Request.Clone(c.Request.Context())
		r.URL.Path = "/" + name
		server.ServeHTTP(c.Writer, r)
	}, nil
}

func compress(files fs.FS) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.Contains(".js.css.svg", path.Ext(name)) || path.Ext(name) == "" {
			return err
		}
		plain, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := w.Write(plain); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		out[name] = b.Bytes()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("compress the assets: %w", err)
	}
	return out, nil
}
