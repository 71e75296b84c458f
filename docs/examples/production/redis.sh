#!/bin/sh
# Starts one Redis: redis.sh [address of the first primary]
#
# It writes redis.conf anew at each start, so that a changed password or setting
# applies, but keeps who it follows: Sentinel changes that in a failover.
set -eu
cd /data
umask 077

if [ -e redis.conf ]; then
	follows=$(grep '^replicaof ' redis.conf || true)
else
	follows=${1:+replicaof $1 6379}
fi

cat >redis.conf.new <<END
bind $ADDR
port 6379
replica-announce-ip $ADDR
dir $PWD
loglevel notice

# Every write is on disk within a second. What must survive the loss of a machine
# waits for a replica: replica_wait in hush.yaml.
appendonly yes
appendfsync everysec

# Nothing may be evicted: a redeemed code would be good again.
maxmemory ${MAXMEMORY:-512mb}
maxmemory-policy noeviction
# A session is a small hash: half the memory (docs/scale.md).
hash-max-listpack-value 1024

# A primary that lost its replicas refuses writes, so that none go to it while
# Sentinel makes another one the primary.
min-replicas-to-write 1
min-replicas-max-lag 10

# Off: nobody can sign in as default. Its rights are for Redis itself, which
# replays the append-only file as default at each start: without them it drops what
# scripts wrote, and starts as if nothing had happened.
user default off ~* &* +@all
# admin is for replication, Sentinel, health checks and operators. hush may do
# what Hush does, with its own keys.
user admin on >$REDIS_ADMIN_PASSWORD ~* &* +@all
user hush on >$REDIS_PASSWORD resetkeys ~hush:* resetchannels -@all +info +wait +eval +evalsha +time \
+get +set +del +hget +hmget +hgetall +hset +hdel +pttl +pexpire +zadd +zrem +zrange +zrevrange +zrevrangebyscore \
+zremrangebyscore +zremrangebyrank +zscore +zcard +xadd
masteruser admin
masterauth $REDIS_ADMIN_PASSWORD
$follows
END
mv redis.conf.new redis.conf
exec redis-server redis.conf
