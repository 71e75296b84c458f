-- Invariant: one holder at a time.
local holder, life = ARGV[1], ARGV[2]

local held = redis.call('GET', KEYS[1])
if held and held ~= holder then return {'ok', int(now), held} end
redis.call('SET', KEYS[1], holder, 'PX', life)
return {'ok', int(now), holder}
