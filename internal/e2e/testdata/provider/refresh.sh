#!/bin/sh
# Makes oidc-provider.mjs, NOTICE and SHA256SUMS anew: what package-lock.json pins, without
# install scripts. Only the bundler runs (bundle.mjs). Another version is a change of
# package.json, and `npm install --package-lock-only`.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp package.json package-lock.json bundle.mjs "$work/"
(cd "$work" && npm ci --silent --ignore-scripts --no-audit --no-fund && node bundle.mjs)

# Only a complete set replaces what is here.
cp "$work/out/"* .
sha256sum oidc-provider.mjs NOTICE >SHA256SUMS
cat SHA256SUMS
