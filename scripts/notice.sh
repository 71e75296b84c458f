#!/bin/sh
# Writes NOTICE: what is linked into the binary, read from the build itself, with
# the licences and notices that the module cache holds. A component that stands
# in a directory of another module with a licence of its own is named too.
set -eu
cd "$(dirname -- "$0")/.."
go=${GO:-go}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')

# kind names a licence by its own words.
kind() {
	text=$(tr -s '[:space:]' ' ' <"$1")
	case $text in
	*"Apache License Version 2.0"*) echo Apache-2.0 ;;
	*"Redistribution and use in source and binary forms"*[Nn]"either the name"*) echo BSD-3-Clause ;;
	*"Redistribution and use in source and binary forms"*) echo BSD-2-Clause ;;
	*"Boost Software License"*) echo BSL-1.0 ;;
	*"Permission is hereby granted, free of charge"*) echo MIT ;;
	*"released into the public domain"*) echo Unlicense ;;
	*) echo "see its text" ;;
	esac
}

# licence finds the licence file of a directory.
licence() {
	for name in LICENSE LICENSE.txt LICENSE.md LICENCE COPYING; do
		if [ -f "$1/$name" ]; then
			echo "$1/$name"
			return
		fi
	done
}

# components: name, version and directory of all that is linked in.
"$go" list -deps -f '{{if not .Standard}}{{with .Module}}{{if not .Main}}{{.Path}}	{{.Version}}	{{.Dir}}	{{end}}{{end}}{{with .Module}}{{if not .Main}}{{$.Dir}}{{end}}{{end}}{{end}}' ./cmd/hush |
	grep . >"$work/packages"
{
	printf 'Go standard library\t%s\t%s\n' "$("$go" env GOVERSION)" "$("$go" env GOROOT)"
	cut -f 1-3 "$work/packages" | LC_ALL=C sort -u
	while IFS=$tab read -r module version dir package; do
		while [ "$package" != "$dir" ]; do
			if [ -n "$(licence "$package")" ]; then
				printf '%s%s\t%s\t%s\n' "$module" "${package#"$dir"}" "$version" "$package"
			fi
			package=$(dirname -- "$package")
		done
	done <"$work/packages" | LC_ALL=C sort -u
} >"$work/components"

line=------------------------------------------------------------------------
{
	cat <<-'END'
		Hush

		Licensed under the Apache License, Version 2.0: see LICENSE.

		The binary contains the software below. Their licence texts and notices follow;
		the Apache License 2.0 itself stands in LICENSE. The demo apps, which are part
		of the binary too, use the browser libraries that
		web/demo/static/vendor/NOTICE names. Rules are given lodash 4.17.21, whose
		licence is internal/rules/js/lib/lodash.LICENSE.

		This file is written by scripts/notice.sh.

	END
	while IFS=$tab read -r name version dir; do
		file=$(licence "$dir")
		if [ -z "$file" ]; then
			echo "no licence file for $name" >&2
			exit 1
		fi
		k=$(kind "$file")
		printf '  %s %s (%s)\n' "$name" "$version" "$k"
		text=
		if [ "$k" != Apache-2.0 ]; then
			text=$(cksum <"$file" | tr ' ' -)
			cp "$file" "$work/$text.text"
		elif [ -f "$dir/NOTICE" ]; then
			text=$(cksum <"$dir/NOTICE" | tr ' ' -)
			cp "$dir/NOTICE" "$work/$text.text"
		fi
		if [ -n "$text" ]; then
			[ -f "$work/$text.names" ] || echo "$text" >>"$work/texts"
			echo "$name" >>"$work/$text.names"
		fi
	done <"$work/components"
	while read -r text; do
		echo
		echo "$line"
		cat "$work/$text.names"
		echo
		tr -d '\r' <"$work/$text.text" | sed 's/[[:space:]]*$//'
	done <"$work/texts"
} >"$work/NOTICE"
mv "$work/NOTICE" NOTICE
chmod 644 NOTICE
