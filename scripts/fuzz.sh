#!/bin/sh
# Runs every fuzz test for FUZZTIME each (default 10s), one after the other: go
# test fuzzes one at a time. What one finds is kept in its testdata/fuzz.
set -eu
cd "$(dirname -- "$0")/.."
go=${GO:-go}
time=${FUZZTIME:-10s}
list=$(mktemp)
trap 'rm -f "$list"' EXIT

grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort >"$list"
failed=0
while IFS=: read -r file name; do
	name=${name#func }
	echo "== $(dirname "$file") $name"
	"$go" test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "$(dirname "$file")" </dev/null || failed=1
done <"$list"
exit "$failed"
