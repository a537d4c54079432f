package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// TestMain lets this test binary also be the process that tells a story until it is killed, and
// removes the product that some tests build.
func TestMain(m *testing.M) {
	if os.Getenv(storyEnv) != "" {
		os.Exit(tellStory())
	}
	if os.Getenv(runEnv) != "" {
		os.Exit(tellRun())
	}
	if os.Getenv(libraryEnv) != "" {
		os.Exit(workLibrary())
	}
	code := m.Run()
	if built.dir != "" {
		if err := os.RemoveAll(built.dir); err != nil {
			fmt.Fprintln(os.Stderr, "remove the built product:", err)
		}
	}
	os.Exit(code)
}

// built is the product as people run it, built once for the tests that start or kill it.
var built struct {
	sync.Once
	dir, file string
	err       error
}

func product(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "tasuke-built"); built.err != nil {
			return
		}
		built.file = filepath.Join(built.dir, "tasuke")
		out, err := exec.Command("go", "build", "-tags=sqlite_fts5", "-buildvcs=false", "-o", built.file, ".").CombinedOutput()
		if err != nil {
			built.err = errors.Join(err, errors.New(string(out)))
		}
	})
	if built.err != nil {
		t.Fatalf("build the product: %v", built.err)
	}
	return built.file
}
