-- Invariant: version v+1 follows version v, and the very text that was read, and is
-- written once. The version alone could be one of before the store was emptied.
local version, before, sealed = tonumber(ARGV[1]), ARGV[2], ARGV[3]

local v = redis.call('HMGET', KEYS[1], 'v', 'sealed')
local held = tonumber(v[1] or '0')
if held == version + 1 and v[2] == sealed then return {'ok', int(now)} end -- a retry
if held ~= version or (v[2] or '') ~= before then return {'moved', int(now)} end
redis.call('HSET', KEYS[1], 'v', int(version + 1), 'sealed', sealed)
return {'ok', int(now)}
