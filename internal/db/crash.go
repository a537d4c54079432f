package db

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// CrashEnv names a commit point at which the process kills itself with SIGKILL, as
// "point" or "point@N" for its Nth passing. Durability tests set it; nobody else does.
const CrashEnv = "TASUKE_CRASH_AT"

var crash struct {
	sync.Once
	sync.Mutex
	point string
	left  int
}

// Crash is a named commit point. It does nothing unless CrashEnv names it.
func Crash(point string) {
	crash.Do(func() {
		name, n, found := strings.Cut(os.Getenv(CrashEnv), "@")
		crash.point, crash.left = name, 1
		if k, err := strconv.Atoi(n); found && err == nil {
			crash.left = k
		}
	})
	if crash.point == "" || crash.point != point {
		return
	}
	crash.Lock()
	defer crash.Unlock()
	if crash.left--; crash.left == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way; nothing after this point may happen
	}
}
