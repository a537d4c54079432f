#!/bin/bash
# Prints the folder with the PostgreSQL server programs (initdb, postgres), which Debian keeps off PATH.
# TASUKE_PG_BIN names another one. Version 15 is preferred: it is the oldest that the product supports.
set -euo pipefail

for dir in "${TASUKE_PG_BIN:-}" /usr/lib/postgresql/15/bin $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) \
	"$(dirname "$(command -v postgres || echo /none/postgres)")"; do
	if [ -n "$dir" ] && [ -x "$dir/postgres" ] && [ -x "$dir/initdb" ]; then
		echo "$dir"
		exit 0
	fi
done
echo "postgres-bin: no PostgreSQL server programs found (Debian: postgresql-15); TASUKE_PG_BIN may name their folder" >&2
exit 1
