#!/bin/sh
# Builds the released binary: build.sh <output> [version]. The container image and
# reproducible.sh build by this script only. With one version of Go, the same
# source gives the same bytes wherever it lies: no path, no time and no state of
# the repository gets in. TAGS are build tags: with nolibcrypto the binary needs no
# libc, and Go itself makes every signature.
set -eu
cd "$(dirname -- "$0")/.."
case ${2:-} in
*[!A-Za-z0-9._+-]*)
	echo "a version holds letters, digits and . _ + - only" >&2
	exit 1
	;;
esac
export CGO_ENABLED=0 GOFLAGS=-mod=readonly GOTOOLCHAIN=local
exec "${GO:-go}" build -trimpath -buildvcs=false \
	-tags "${TAGS-}" -ldflags "-s -w -buildid= -X main.release=${2:-}" -o "$1" ./cmd/hush
