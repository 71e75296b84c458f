-- Invariant: a document is replaced only as it was read, so that of two changes at
-- once neither is lost. Sent twice it has the same result. KEYS: what is known of a
-- user.
local which, was, sealed, life = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

local held = redis.call('HGET', KEYS[1], which) or ''
if held == sealed then return {'ok', int(now)} end
if held ~= was then return {'changed', int(now)} end
redis.call('HSET', KEYS[1], which, sealed)
redis.call('PEXPIRE', KEYS[1], life)
return {'ok', int(now)}
