#!/bin/bash
# Looks for what a reader should not have to: formatting, vet, staticcheck, dropped errors, and rules of this house.
# Prints every finding and exits 1 when there was one. The linters are pinned with checksums in scripts/lint.mod.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=0
check() { # title, command...: the command fails, or prints, when it finds something
	local title=$1 found
	shift
	if ! found=$("$@" 2>&1) || [ -n "$found" ]; then
		printf '%s:\n%s\n' "$title" "$found"
		failed=1
	fi
}

go_files=$(find . -name '*.go' -not -path '*/node_modules/*')
written=$(grep -L '^// Code generated' $go_files)
product=$(grep -v -e '_test\.go$' -e '^\./scripts/' -e '^\./bench/' <<<"$written")

tool() { go tool -modfile=scripts/lint.mod "$@"; }
unformatted() { gofmt -l $written; }
long_files() { wc -l $written | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines, at most 500" }'; }
wall_clock() { # times come from the transaction or as an argument
	grep -n 'time\.Now\b' $(grep -v -e '^\./cmd/' -e '^\./internal/db/' -e '^\./internal/dbtest/' <<<"$product") /dev/null
	return 0
}
sleeping_tests() { grep -n 'time\.Sleep(' $(grep '_test\.go$' <<<"$written") /dev/null; return 0; }
shell_syntax() { local f; for f in scripts/*.sh .ci/run; do bash -n "$f" || return 1; done; }
script_syntax() { local f; for f in web/static/app/*.js; do node --check "$f" || return 1; done; }

check 'not formatted (gofmt -w)' unformatted
check 'go vet' go vet ./...
check 'staticcheck' tool staticcheck ./...
check 'dropped errors (errcheck)' tool errcheck -ignoretests -exclude scripts/errcheck.txt ./...
check 'files too long' long_files
check 'time.Now outside cmd and internal/db' wall_clock
check 'tests that sleep' sleeping_tests
check 'shell syntax' shell_syntax
check 'browser script syntax' script_syntax

[ "$failed" -eq 0 ] && echo 'lint: nothing found'
exit "$failed"
