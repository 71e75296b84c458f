-- Invariant: a session is listed only under the generation that its sign-in
-- began in. KEYS: the list, the generation.
local gen, member, expires, hour = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

if (redis.call('GET', KEYS[2]) or '') ~= gen then return {'revoked', int(now)} end

-- An hour late, because expires comes from a node's clock.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', int(now - hour))
redis.call('ZADD', KEYS[1], expires, member)
local latest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
redis.call('PEXPIRE', KEYS[1], int(math.max(tonumber(latest) - now, 0) + hour))
return {'ok', int(now)}
