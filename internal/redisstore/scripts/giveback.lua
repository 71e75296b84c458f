-- Invariant: an attempt gives back the one token that it took, of each bucket.
-- KEYS as in admit.
local every, shareEvery = tonumber(ARGV[1]), tonumber(ARGV[2])

local which = tonumber(redis.call('GET', KEYS[1]) or '')
if not which then return {'ok', int(now)} end
redis.call('DEL', KEYS[1])
back(KEYS[which], every)
if which == 2 and KEYS[5] then back(KEYS[5], shareEvery) end
return {'ok', int(now)}
