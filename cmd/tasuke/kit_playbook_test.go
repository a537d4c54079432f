package main

import (
	"os"
	"testing"

	"tasuke/internal/actor"
	"tasuke/playbooks"
)

// plain publishes the screens' own playbook as the newest of its number. The stories that are told step
// by step, at windows and under SIGKILL, go by it: they are about rooms, screens and the engine, and stay
// as they are when the standard playbook changes. Starting the program again publishes no other, as the
// standard text is a version already.
func plain(t testing.TB, r *rooms) {
	t.Helper()
	src, err := os.ReadFile("../../web/pages/testdata/withdrawals.yaml")
	must(t, err)
	def, problems := playbooks.Parse(src)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	_, err = r.runs.Publish(t.Context(), actor.System("test"), def)
	must(t, err)
}
