#!/bin/bash
# Brings the third-party files that the binary embeds: `npm ci` checks every package against the checksums in
# package-lock.json, then the few files we serve are copied to web/static/vendor (not committed), each beside its
# licence. Does nothing while that folder belongs to the present package-lock.json.
set -euo pipefail
cd "$(dirname "$0")/.."

vendor=web/static/vendor
want=$(cat package-lock.json scripts/assets.sh | sha256sum | cut -d' ' -f1)
if [ "$(cat "$vendor/.lock" 2>/dev/null)" = "$want" ] && [ -e node_modules/axe-core/axe.min.js ]; then
	exit 0
fi

# Node knows only its own certificate authorities; a firm's proxy is known to the machine.
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -e /etc/ssl/certs/ca-certificates.crt ]; then
	export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null

htmx=node_modules/htmx.org
noto=node_modules/@fontsource-variable/noto-sans-jp
rm -rf "$vendor"
mkdir -p "$vendor/htmx" "$vendor/noto"
cp "$htmx/dist/htmx.min.js" "$htmx/dist/ext/hx-sse.min.js" "$htmx/LICENSE" "$vendor/htmx/"
cp -r "$noto/files" "$noto/LICENSE" "$vendor/noto/"
cp "$noto/index.css" "$vendor/noto/noto.css"
sed -i '/^\/\/# sourceMappingURL=/d' "$vendor"/htmx/*.js # we serve no source maps
find "$vendor" -type f -exec chmod 644 {} +

# Every font slice the style sheet names is there: a missing one would show as wrong glyphs on one rare page only.
grep -o 'url(\./[^)]*)' "$vendor/noto/noto.css" | sed 's/^url(\.\///; s/)$//' | while read -r slice; do
	[ -s "$vendor/noto/$slice" ] || { echo "assets: $slice is named in noto.css but missing" >&2; exit 1; }
done
echo "$want" >"$vendor/.lock"
echo "assets: $(find "$vendor" -type f | wc -l) files, $(du -sh "$vendor" | cut -f1), in $vendor"
