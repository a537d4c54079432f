#!/bin/bash
# Installs what this machine lacks: as root with apt-get, otherwise it prints the command and fails.
#
#   scripts/deps.sh run     what `make run` needs: a C compiler, node, npm, the fonts of the letters and forms it makes
#   scripts/deps.sh test    that, and PostgreSQL, Chromium, PDF tools and mail servers for `make test`
#
# A tool that is already there is never exchanged. No service is left running or enabled: the tests start
# private ones. With everything in place this takes some milliseconds.
set -euo pipefail
cd "$(dirname "$0")/.."

level=${1:-run}
missing=()
need() { missing+=("$@"); }
has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }

check_go() {
	local want have
	want=$(awk '$1 == "go" { print $2; exit }' go.mod)
	if ! has go; then
		echo "deps: Go $want or newer is missing. Install it from https://go.dev/dl/ and put its bin folder on PATH." >&2
		exit 1
	fi
	have=$(GOTOOLCHAIN=local GOFLAGS='' go env GOVERSION)
	have=${have#go}
	if [ "$(printf '%s\n' "$want" "${have%%[-+ ]*}" | sort -V | head -1)" != "$want" ]; then
		echo "deps: go.mod asks for Go $want or newer, but $(command -v go) is Go $have." >&2
		exit 1
	fi
}

check_run() {
	has gcc || need gcc
	[ -e /usr/include/stdlib.h ] || need libc6-dev # only a recommendation of gcc, but cgo needs it
	[ -e /etc/ssl/certs/ca-certificates.crt ] || need ca-certificates
	local node=0
	if has node; then node=$(node -p 'process.versions.node.split(".")[0]'); fi
	[ "$node" -ge 18 ] || need nodejs
	has npm || need npm
	check_fonts
}

# The faces internal/document sets letters in; the last has the rare characters of names.
check_fonts() {
	local fonts=/usr/share/fonts/truetype
	[ -e $fonts/bizud-gothic/BIZUDGothic-Bold.ttf ] || need fonts-morisawa-bizud-gothic
	[ -e $fonts/bizud-mincho/BIZUDMincho-Regular.ttf ] || need fonts-morisawa-bizud-mincho
	[ -e $fonts/ipamj/ipamjm.ttf ] || need fonts-ipamj-mincho
}

check_test() {
	has make || need make
	has git || need git
	scripts/postgres-bin.sh >/dev/null 2>&1 || need postgresql-15
	has chromium || need chromium
	has pdftotext || need poppler-utils
	has smtpd || need opensmtpd
	[ -x /usr/lib/dovecot/imap ] || need dovecot-imapd
	[ -x /usr/lib/dovecot/lmtp ] || need dovecot-lmtpd
	has sqlite3 || need sqlite3
}

# With these two in place a package starts no service and creates no database cluster while it is installed.
policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.conf
undo() {
	if [ -n "${policy_ours:-}" ]; then rm -f "$policy"; fi
	if [ -n "${clusters_saved:-}" ]; then cat "$clusters_saved" >"$clusters" && rm -f "$clusters_saved"; fi
	rm -f "${log:-}"
}

hold_services() {
	[ -e "$policy" ] && return
	policy_ours=yes
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod +x "$policy"
}

hold_clusters() {
	apt_install postgresql-common
	clusters_saved=$(mktemp)
	cat "$clusters" >"$clusters_saved"
	echo 'create_main_cluster = false' >>"$clusters"
}

apt_install() {
	# --no-remove: a machine with another mail server keeps it, and the reason is printed.
	if ! apt-get install -qq -y --no-remove --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1; then
		tail -40 "$log" >&2
		echo "deps: apt-get could not install: $*" >&2
		exit 1
	fi
}

# A package that was not there before has no service the owner wanted at the next start of the machine.
disable_services() {
	local service
	for service in "$@"; do
		update-rc.d "$service" disable >>"$log" 2>&1 || echo "deps: could not disable $service" >&2
	done
}

install_missing() {
	export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true LC_ALL=C.UTF-8 HOME="${HOME:-/root}"
	echo "deps: installing ${missing[*]}"
	log=$(mktemp)
	trap undo EXIT
	hold_services
	apt-get update -qq || echo "deps: apt-get update failed; trying with the package lists at hand" >&2
	case " ${missing[*]} " in *" postgresql-15 "*) hold_clusters ;; esac
	apt_install "${missing[@]}"
	case " ${missing[*]} " in *" opensmtpd "*) disable_services opensmtpd ;; esac
	case " ${missing[*]} " in *" dovecot-"*) disable_services dovecot ;; esac
}

check_go
case "$level" in
run) check_run ;;
test) check_run && check_test ;;
*) echo "usage: scripts/deps.sh run|test" >&2 && exit 2 ;;
esac
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
	{
		echo "deps: this machine lacks what \`make $level\` needs. On Debian 12, as root:"
		echo "    apt-get install --no-install-recommends ${missing[*]}"
	} >&2
	exit 1
fi
install_missing
