#!/bin/bash
# Makes every generated file again, in a copy of the tree, and fails when one differs from what is there:
# templ pages, tables made by `go generate`, go.mod and go.sum. The tree itself is not touched.
set -euo pipefail
cd "$(dirname "$0")/.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -co --exclude-standard -z | while IFS= read -r -d '' f; do if [ -e "$f" ]; then printf '%s\0' "$f"; fi; done |
	tar --null -cf - -T - | tar -xf - -C "$copy"
cp -r web/static/vendor "$copy/web/static/"
ln -s "$PWD/node_modules" "$copy/node_modules"

failed=0
(cd "$copy" && go tool templ generate -log-level error && go generate ./...)
(cd "$copy" && find . -type f -not -path './web/static/vendor/*' -printf '%P\0') | while IFS= read -r -d '' f; do
	diff -u "$f" "$copy/$f" || { echo "verify: $f is not what its generator writes (make generate)" >&2; exit 1; }
done || failed=1
go mod tidy -diff || { echo 'verify: go.mod or go.sum is not tidy (go mod tidy)' >&2; failed=1; }
[ "$failed" -eq 0 ] && echo 'verify: all generated files are as generated'
exit "$failed"
