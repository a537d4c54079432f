package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tasuke/cases/customer"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault/vaulttest"
)

func runImport(t *testing.T, s *customer.Store, args ...string) (string, error) {
	t.Helper()
	closed := false
	cmd := importCustomersCommand(func(*cobra.Command) (*customer.Store, func(), error) {
		return s, func() { closed = true }, nil
	})
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	cmd.SilenceErrors = true
	err := cmd.ExecuteContext(t.Context())
	if strings.Contains(out.String(), "rows:") && !closed {
		t.Error("the database was not closed")
	}
	return out.String(), err
}

func csvFile(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestImportCustomersFailsClearly(t *testing.T) {
	t.Parallel()
	s := customer.NewStore(dbtest.SQLite(t), vaulttest.New(t))
	good := csvFile(t, "good.csv", "顧客番号,氏名\nC1,山田\n")
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"no file":                   {nil, "accepts 1 arg"},
		"a file that is not there":  {[]string{"none.csv"}, "open the customer file"},
		"an empty file":             {[]string{csvFile(t, "a.csv", "")}, "ファイルが空です"},
		"a file without the number": {[]string{csvFile(t, "a.csv", "氏名\n")}, "顧客番号, 顧客コード"},
		"the wrong encoding":        {[]string{good, "--encoding", "cp932"}, "顧客番号, 顧客コード"},
		"an unknown encoding":       {[]string{good, "--encoding", "latin1"}, "utf-8 or cp932"},
		"a mapping that is none":    {[]string{good, "--mapping", csvFile(t, "m.yaml", "colums: {}")}, "マッピングファイル"},
		"a mapping not there":       {[]string{good, "--mapping", "none.yaml"}, "read the mapping"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if out, err := runImport(t, s, test.args...); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}

func TestRejectedRowsGoToAFileWithoutPersonalData(t *testing.T) {
	t.Parallel()
	s := customer.NewStore(dbtest.SQLite(t), vaulttest.New(t))
	file := csvFile(t, "a.csv", "顧客番号,氏名,電話番号\nC1,山田,\nC2,髙橋花子,12\nC1,山本,\n")
	out, err := runImport(t, s, file)
	if !errors.Is(err, errRejected) || !strings.Contains(out, "3 rows: 1 new, 0 changed, 0 unchanged, 2 rejected") {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(file + ".rejected.csv")
	if err != nil {
		t.Fatal(err)
	}
	got := string(b)
	if !strings.Contains(got, "3,C2,phone,") || !strings.Contains(got, "4,C1,ref,") || strings.Contains(got, "髙橋") {
		t.Fatal(got)
	}
}

func TestImportCustomersIsRepeatableAndTakesAMapping(t *testing.T) {
	t.Parallel()
	s := customer.NewStore(dbtest.SQLite(t), vaulttest.New(t))
	file := csvFile(t, "a.csv", "お客様番号;お名前\nC1;山田\n")
	mapping := csvFile(t, "m.yaml", "comma: \";\"\nlist: \",\"\ncolumns:\n  ref: お客様番号\n  name: [お名前]\n")
	for _, says := range []string{"1 rows: 1 new", "1 rows: 0 new, 0 changed, 1 unchanged"} {
		out, err := runImport(t, s, file, "--mapping", mapping)
		if err != nil || !strings.Contains(out, says) {
			t.Fatalf("%v\n%s", err, out)
		}
	}
}
