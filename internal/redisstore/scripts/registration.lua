-- Invariant: writes nothing but a PEXPIRE, and that at most once a day: what is
-- used is kept. KEYS: the registration and its picture.
local life, step = tonumber(ARGV[1]), tonumber(ARGV[2])

local held = redis.call('GET', KEYS[1])
if held and life - redis.call('PTTL', KEYS[1]) > step then
  redis.call('PEXPIRE', KEYS[1], int(life))
  redis.call('PEXPIRE', KEYS[2], int(life))
end
return {'ok', int(now), held or ''}
