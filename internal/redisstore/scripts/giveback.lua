-- Invariant: an attempt gives back the one token that it took. KEYS as in admit.
local every = tonumber(ARGV[1])

local which = tonumber(redis.call('GET', KEYS[1]) or '')
if not which then return {'ok', int(now)} end
redis.call('DEL', KEYS[1])
local missing = redis.call('PTTL', KEYS[which]) - every
if missing > 0 then
  redis.call('PEXPIRE', KEYS[which], int(missing))
else
  redis.call('DEL', KEYS[which])
end
return {'ok', int(now)}
