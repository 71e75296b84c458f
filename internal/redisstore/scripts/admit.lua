-- Invariant: no more attempts are let in than the bucket holds tokens, however
-- many come at once; one that is sent twice is let in once. A bucket is a key
-- whose TTL is what is missing in it, so a full one is no key. KEYS: the ticket
-- and the bucket; for an account also the browsers that it knows and the bucket
-- of this one.
local every, burst, life, browser = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]

if redis.call('EXISTS', KEYS[1]) == 1 then return {'ok', int(now), '0'} end

local which = 2
if KEYS[3] and tonumber(redis.call('ZSCORE', KEYS[3], browser) or '0') > now then which = 4 end

local missing = math.max(redis.call('PTTL', KEYS[which]), 0)
local wait = missing - (burst - 1) * every
if wait > 0 then return {'ok', int(now), int(wait)} end
redis.call('SET', KEYS[which], '', 'PX', int(missing + every))
redis.call('SET', KEYS[1], int(which), 'PX', life)
return {'ok', int(now), '0'}
