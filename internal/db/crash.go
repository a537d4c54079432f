package db

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// CrashEnv names commit points at which the process kills itself with SIGKILL: "point", or
// "point@N" for its Nth passing; of several with commas between, the first that is passed.
// Durability tests set it; nobody else does.
const CrashEnv = "TASUKE_CRASH_AT"

// CrashLine begins the line on standard error that names the point a process dies at.
const CrashLine = "killed at the commit point "

var crash struct {
	sync.Once
	sync.Mutex
	armed bool
	left  map[string]int // passings to go, by point
}

// Crash is a named commit point. It does nothing unless CrashEnv names it.
func Crash(point string) {
	crash.Do(func() { crash.left = crashPoints(os.Getenv(CrashEnv)); crash.armed = len(crash.left) > 0 })
	if !crash.armed {
		return
	}
	crash.Lock()
	defer crash.Unlock()
	left, named := crash.left[point]
	if !named {
		return
	}
	if left--; left > 0 {
		crash.left[point] = left
		return
	}
	_, _ = os.Stderr.WriteString(CrashLine + point + "\n") // nobody is left to hear of a failure
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // the signal is on its way; nothing after this point may happen
}

func crashPoints(list string) map[string]int {
	points := map[string]int{}
	for p := range strings.SplitSeq(list, ",") {
		name, n, _ := strings.Cut(p, "@")
		passing, err := strconv.Atoi(n)
		if err != nil {
			passing = 1
		}
		if name != "" {
			points[name] = passing
		}
	}
	return points
}
