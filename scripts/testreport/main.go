// Command testreport reads the events of `go test -json` and prints what a reader wants of them: one line for each
// package, the output of what failed, figures that tests hand out with T.Attr, and a closing count
// "N passed, N failed". It exits 1 when anything failed or nothing ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	ok, err := report(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
	}
	if !ok || err != nil {
		os.Exit(1)
	}
}

// event is one line of `go test -json` (go doc test2json); Elapsed is in seconds.
type event struct {
	Action, Package, ImportPath, Test, Output, Key, Value string
	Elapsed                                               float64
}

// report says whether something ran and nothing failed.
func report(in io.Reader, out io.Writer) (bool, error) {
	r := &run{out: out, packages: map[string]*pack{}}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil && e.Action != "" {
				r.take(e)
			} else {
				fmt.Fprintf(out, "%s", line) // what go itself says, outside any package
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
	}
	return r.close(), nil
}
