#!/bin/sh
# Writes .env for docker-compose.yml with secrets of its own, from .env.example.
# A .env that is there stays as it is.
set -eu
cd "$(dirname -- "$0")/.."
if [ -e .env ]; then
	echo ".env is there already"
	exit 0
fi
random() { head -c 32 /dev/urandom | base64; }
umask 077
while IFS= read -r line; do
	case $line in
	[A-Z]*=) echo "$line$(random)" ;;
	*) printf '%s\n' "$line" ;;
	esac
done <.env.example >.env.new
mv .env.new .env
echo "wrote .env"
