#!/bin/sh
# Runs a command and fails if anything that it started outlives it: a process,
# and with it every port that it listened on. What was started is told by a mark
# in its environment, so other work on the machine does not count.
set -u
if [ ! -r /proc/self/environ ]; then exec "$@"; fi
mark=HUSH_TEST_RUN=$$-$(date +%s)
env "$mark" "$@"
code=$?

# left lists the processes that carry the mark.
left() {
	for environ in $(grep -lsz "^$mark\$" /proc/[0-9]*/environ); do
		dir=${environ%/environ}
		[ -r "$dir/cmdline" ] && echo "  ${dir#/proc/}: $(tr '\0' ' ' <"$dir/cmdline" | cut -c 1-120)"
	done
}

# A browser that was told to end may take a moment.
tries=50
while [ -n "$(left)" ] && [ "$tries" -gt 0 ]; do
	sleep 0.1
	tries=$((tries - 1))
done
if [ -n "$(left)" ]; then
	echo "left behind by: $*" >&2
	left >&2
	exit 1
fi
exit "$code"
