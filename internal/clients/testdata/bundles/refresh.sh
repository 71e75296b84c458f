#!/bin/sh
# Makes the bundles, NOTICE and SHA256SUMS anew from the package registry: exactly
# the versions of versions.txt, each unpacked as it was published, without its
# install scripts and without anything that the list does not name. Of all that
# only the bundler runs (bundle.mjs). A new package or version that wants one more
# fails the bundling, which names it.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"

grep -v '^[[:space:]]*\(#\|$\)' versions.txt >"$work/list"
while read -r package version _; do
	get=$work/get
	mkdir -p "$get" "$work/node_modules/$package"
	tarball=$(cd "$get" && npm pack --silent --ignore-scripts "$package@$version")
	tar -xzf "$get/$tarball" -C "$work/node_modules/$package" --strip-components=1
done <"$work/list"

cp -R versions.txt bundle.mjs entries "$work/"
(cd "$work" && node bundle.mjs)

# Only a complete set replaces what is here.
rm -f ./*.js NOTICE
cp "$work/out/"* .
sha256sum ./*.js NOTICE | sed 's|\./||' >SHA256SUMS
cat SHA256SUMS
