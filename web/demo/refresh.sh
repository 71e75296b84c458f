#!/bin/sh
# Rebuilds static/vendor from the package registry: for each line of versions.txt
# the browser build and the licence of exactly that version, then SHA256SUMS.
# Nothing from a package is ever run. After a version change, read its bundle's
# source map and bring static/vendor/NOTICE up to date by hand.
set -eu
cd "$(dirname "$0")/static/vendor"
list=$PWD/versions.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"

grep -v '^[[:space:]]*\(#\|$\)' "$list" >"$work/list"
while read -r package version build; do
	dir="$package@$version"
	mkdir -p "$work/get/$dir" "$work/out/$dir"
	tarball=$(cd "$work/get/$dir" && npm pack --silent --ignore-scripts "$package@$version")
	tar -xzf "$work/get/$dir/$tarball" -C "$work/get/$dir"
	cp "$work/get/$dir/package/$build" "$work/get/$dir/package/LICENSE" "$work/out/$dir/"
done <"$work/list"

# Only a complete set replaces what is here.
find . -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
cp -R "$work/out/." .
find . -type f -path './*@*/*' | sed 's|^\./||' | LC_ALL=C sort | while read -r file; do
	sha256sum "$file"
done >SHA256SUMS
cat SHA256SUMS
