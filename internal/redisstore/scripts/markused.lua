-- Invariant: one attempt is first, however often it is sent.
local attempt, ttl = ARGV[1], ARGV[2]

local held = redis.call('GET', KEYS[1])
if not held then redis.call('SET', KEYS[1], attempt, 'PX', ttl) end
if held and held ~= attempt then return {'used', int(now)} end
return {'ok', int(now)}
