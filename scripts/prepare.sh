#!/bin/sh
# Makes sure that what the tests run on is there: Go, a C compiler for the race
# detector, redis-server, a Chromium, Node, npm, nginx and slapd. On Debian and Ubuntu, as root, it
# installs what is missing and starts no service (the package enables
# redis-server for the next boot all the same). Anywhere else it says what to
# install. Where nothing is missing it does nothing.
#
# It ends with an error only if something is still missing.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
policy=/usr/sbin/policy-rc.d # asked by Debian's packages before they start a service

have() { command -v "$1" >/dev/null 2>&1; }

# has_cc compiles a file: gcc alone, without the C library's headers, is no help.
has_cc() {
	cc=$(go env CC 2>/dev/null || echo gcc)
	# CC may carry flags.
	# shellcheck disable=SC2086
	echo '#include <stdlib.h>' | $cc -x c -fsyntax-only - >/dev/null 2>&1
}

# has_chromium looks where internal/browsertest looks.
has_chromium() {
	for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
		if [ -n "$name" ] && have "$name"; then return 0; fi
	done
	return 1
}

# missing names what is not there: cc, redis, chromium, node, npm, nginx and slapd.
missing() {
	has_cc || echo cc
	have redis-server || echo redis
	has_chromium || echo chromium
	have node || echo node
	have npm || echo npm
	have nginx || [ -x /usr/sbin/nginx ] || echo nginx
	have slapd || [ -x /usr/sbin/slapd ] || echo slapd
}

# packages turns names of missing into Debian's.
packages() {
	for what in "$@"; do
		case $what in
		cc) echo gcc libc6-dev ;;
		redis) echo redis-server ;;
		chromium) echo chromium ;;
		node) echo nodejs ;;
		npm) echo npm ;;
		nginx) echo nginx-light ;;
		slapd) echo slapd ;;
		esac
	done
}

tell() {
	echo "The tests need what is not on this machine:"
	for what in "$@"; do
		case $what in
		cc) echo "  - a C compiler with the C library's headers, for the race detector (gcc and libc6-dev, or CC=...)" ;;
		redis) echo "  - redis-server 7 or newer" ;;
		chromium) echo "  - Chromium or Chrome, as chromium, chromium-browser or google-chrome (or CHROMIUM=/path/to/it);"
			echo "    Ubuntu has it as a snap only" ;;
		node) echo "  - Node (as node), whose URL parser redirect addresses are compared with" ;;
		npm) echo "  - npm, which packs hush.js" ;;
		nginx) echo "  - nginx, which stands in front of the production example" ;;
		slapd) echo "  - slapd, OpenLDAP's server, which people are looked up in" ;;
		esac
	done
	if have apt-get; then
		# One line, whatever packages printed.
		# shellcheck disable=SC2046
		echo "On Debian or Ubuntu, as root:  apt-get install --no-install-recommends" $(packages "$@")
	fi
}

# forbids tells whether the policy that stands already keeps services from
# starting, as it does in most container images.
forbids() {
	[ -x "$policy" ] || return 1
	code=0
	"$policy" redis-server start >/dev/null 2>&1 || code=$?
	[ "$code" -eq 101 ]
}

# hold_services forbids every start until restore_services. What stood there
# before is moved aside, so that it comes back as it was.
hold_services() {
	if forbids; then return; fi
	ours=$policy.hush.$$
	kept=
	if [ -e "$policy" ] || [ -L "$policy" ]; then
		kept=$policy.before-hush.$$
	fi
	trap restore_services EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	printf '#!/bin/sh\nexit 101\n' >"$ours"
	chmod 755 "$ours"
	if [ -n "$kept" ]; then mv "$policy" "$kept"; fi
	mv "$ours" "$policy"
}

# shellcheck disable=SC2317 # called by the trap
restore_services() {
	trap - EXIT HUP INT TERM
	if [ -n "$kept" ]; then
		if [ -e "$kept" ] || [ -L "$kept" ]; then mv -f "$kept" "$policy"; fi
	elif [ ! -e "$ours" ]; then # ours was moved into place
		rm -f "$policy"
	fi
	rm -f "$ours"
}

install_packages() {
	echo "installing: $*"
	export DEBIAN_FRONTEND=noninteractive
	hold_services
	apt-get -q -o DPkg::Lock::Timeout=120 update || echo "apt-get update failed; trying with the lists that are there"
	# One by one: what the distribution does not have must not keep the rest away.
	for package in "$@"; do
		apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$package" ||
			echo "apt-get could not install $package"
	done
}

if ! have go; then
	echo "Go is missing: install Go $(sed -n 's/^go //p' "$root/go.mod") or newer and put it into PATH." >&2
	exit 1
fi

need=$(missing)
if [ -z "$need" ]; then exit 0; fi

if [ "$(id -u)" -eq 0 ] && have apt-get; then
	# Words are wanted here: one argument a name.
	# shellcheck disable=SC2046,SC2086
	install_packages $(packages $need)
	need=$(missing)
	if [ -z "$need" ]; then exit 0; fi
fi
# shellcheck disable=SC2086
tell $need >&2
exit 1
