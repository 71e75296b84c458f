#!/bin/sh
# Starts one Sentinel: sentinel.sh <address of the first primary>
#
# It writes sentinel.conf anew at each start, so that a changed password or
# setting applies, but keeps what Sentinel itself noted in it: who is the primary,
# and who else there is.
set -eu
cd /data
umask 077

noted=
if [ -e sentinel.conf ]; then
	noted=$(grep -E '^sentinel (myid|monitor|config-epoch|leader-epoch|current-epoch|known-replica|known-sentinel) ' sentinel.conf || true)
fi

cat >sentinel.conf.new <<END
bind $ADDR
port 26379
dir $PWD
sentinel announce-ip $ADDR

# What sentinels and Hush ask each other with.
requirepass $SENTINEL_PASSWORD
sentinel sentinel-pass $SENTINEL_PASSWORD

${noted:-sentinel monitor hush $1 6379 2}
sentinel auth-user hush admin
sentinel auth-pass hush $REDIS_ADMIN_PASSWORD
sentinel down-after-milliseconds hush ${DOWN_AFTER:-5000}
sentinel failover-timeout hush ${FAILOVER_TIMEOUT:-30000}
sentinel parallel-syncs hush 1
END
mv sentinel.conf.new sentinel.conf
exec redis-server sentinel.conf --sentinel
