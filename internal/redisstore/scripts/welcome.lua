-- Invariant: a right password fills the bucket that let it in, and no other: who
-- guesses elsewhere gets no new tokens from it. KEYS as in admit.
local browser, life, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local which = tonumber(redis.call('GET', KEYS[1]) or '')
if which then redis.call('DEL', KEYS[1], KEYS[which]) end

redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', int(now))
redis.call('ZADD', KEYS[3], int(now + life), browser)
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -(most + 1))
redis.call('PEXPIRE', KEYS[3], int(life))
return {'ok', int(now)}
