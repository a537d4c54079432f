#!/bin/bash
# Runs a command with a private PostgreSQL cluster and gives back the command's exit code.
#
#   scripts/with-postgres.sh go test ./internal/db/...
#
# The cluster lives in a temporary folder, belongs to a user without rights (as root: postgres or nobody), listens
# on a socket in that folder and on a random port of 127.0.0.1, and is gone afterwards, also when the command fails
# or this script is told to stop. The command finds it in TASUKE_TEST_POSTGRES.
#
#   TASUKE_PG_FSYNC=on    durable writes, for torture and bench (default off: tests need speed, not survival)
#   TASUKE_PG_BIN=DIR     server programs of another version
#   TASUKE_PG_TMP=DIR     where the folder is made (default /tmp; a socket path may have 107 characters)
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: scripts/with-postgres.sh COMMAND [ARGUMENT...]" >&2; exit 2; }
bin=$("$(dirname "$0")/postgres-bin.sh")
fsync=${TASUKE_PG_FSYNC:-off}
case "$fsync" in on | off) ;; *) echo "with-postgres: TASUKE_PG_FSYNC is '$fsync', want on or off" >&2; exit 2 ;; esac

home=
server=
command=

stop_group() { # signal, process id: ends a whole group and waits for it
	kill "-$1" -- "-$2" 2>/dev/null || return 0
	for _ in $(seq 100); do
		kill -0 -- "-$2" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL -- "-$2" 2>/dev/null || true
}

clean_up() {
	trap '' INT TERM HUP
	if [ -n "$command" ]; then stop_group TERM "$command"; fi # also what the command left running
	if [ -n "$server" ]; then stop_group INT "$server"; fi # INT: roll back what is open and stop
	wait 2>/dev/null || true
	if [ -n "$home" ]; then rm -rf "$home"; fi
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# The prefix that turns root into somebody whom PostgreSQL accepts. With pdeathsig the server also stops when this
# script is killed in a way that runs no trap.
owner=$(id -un)
as_owner=(setpriv --pdeathsig INT)
if [ "$(id -u)" -eq 0 ]; then
	owner=nobody
	if id postgres >/dev/null 2>&1; then owner=postgres; fi
	as_owner+=(--reuid "$owner" --regid "$(id -g "$owner")" --clear-groups)
fi

home=$(mktemp -d "${TASUKE_PG_TMP:-/tmp}/tasuke-pg.XXXXXX")
chown "$owner" "$home"
cd "$home" # a folder that the owner may enter
"${as_owner[@]}" env -i PATH="$bin:/usr/bin:/bin" LC_ALL=C.UTF-8 "$bin/initdb" --pgdata="$home/data" \
	--username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$home/log" 2>&1 ||
	{ cat "$home/log" >&2; exit 1; }

start_server() { # port: true when it answers there
	"${as_owner[@]}" env -i PATH="$bin:/usr/bin:/bin" LC_ALL=C.UTF-8 "$bin/postgres" -D "$home/data" \
		-c listen_addresses=127.0.0.1 -c port="$1" -c unix_socket_directories="$home" -c max_connections=200 \
		-c fsync="$fsync" -c full_page_writes="$fsync" -c synchronous_commit="$fsync" \
		-c log_min_messages=fatal -c timezone=UTC >>"$home/log" 2>&1 &
	server=$!
	for _ in $(seq 600); do
		kill -0 "$server" 2>/dev/null || return 1
		"$bin/pg_isready" -q -h "$home" -p "$1" && return 0
		sleep 0.05
	done
	return 1
}

set -m # a process group each, so that a stop reaches grandchildren and Ctrl-C does not reach the server first
for attempt in 1 2 3 4 5; do
	port=$((20000 + RANDOM % 12000)) # below the ports that the kernel hands out; a taken one is tried again
	start_server "$port" && break
	stop_group INT "$server"
	server=
	if [ "$attempt" -eq 5 ]; then
		echo "with-postgres: the server does not start:" >&2
		tail -20 "$home/log" >&2
		exit 1
	fi
done

cd "$OLDPWD"
export TASUKE_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
"$@" <&0 &
command=$!
status=0
wait "$command" || status=$?
exit "$status"
