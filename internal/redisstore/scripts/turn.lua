-- Invariant: every sign-in is either on the list returned here or fails to
-- enlist. KEYS: the list, the generation. The list stays: each session leaves
-- it when it has been ended, so a caller that dies half way loses none, and
-- turning again returns the rest.
local genlife, hour = ARGV[1], tonumber(ARGV[2])

local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local before = tonumber(redis.call('GET', KEYS[2]) or '') or 0
redis.call('SET', KEYS[2], int(math.max(micros, before + 1)), 'PX', genlife)

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', int(now - hour))
return {'ok', int(now), redis.call('ZRANGE', KEYS[1], 0, -1)}
