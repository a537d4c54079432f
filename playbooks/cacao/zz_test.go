package cacao

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestZZ(t *testing.T) {
	files, _ := filepath.Glob("../../../../../work/shared/testdata/cacao/*/*.json")
	for _, f := range files {
		src, _ := os.ReadFile(f)
		d, p := Read(src)
		if p == nil {
			p = Check(d)
		}
		fmt.Println(f[42:], p.Worst())
		for _, one := range p {
			if len(p) < 400 {
				fmt.Println("   ", one.Severity, one.Path, one.Rule, one.In("en"))
			}
		}
	}
}
