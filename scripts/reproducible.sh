#!/bin/sh
# Builds the binary twice by build.sh, from copies of the source in two folders,
# each with a build cache of its own, and compares. It needs no container engine.
set -eu
cd "$(dirname -- "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=${1:-v0.0.0-test}

for name in one two/and-a-longer-name; do
	mkdir -p "$work/$name/src"
	tar -cf - --exclude=./.git --exclude=./hush . | tar -xf - -C "$work/$name/src"
	GOCACHE="$work/$name/cache" "$work/$name/src/scripts/build.sh" "$work/$name/hush" "$version"
	sha256sum <"$work/$name/hush" | cut -d ' ' -f 1 | tee -a "$work/sums"
done
"$work/one/hush" version
if [ "$(sort -u "$work/sums" | wc -l)" -ne 1 ]; then
	echo "the two builds differ" >&2
	exit 1
fi
echo "the two builds are the same"
