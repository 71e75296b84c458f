-- Invariant: writes nothing but a PEXPIRE, and that at most once a day: what is
-- used is kept. KEYS: what is known of a user.
local life, step = tonumber(ARGV[1]), tonumber(ARGV[2])

local left = redis.call('PTTL', KEYS[1])
if left >= 0 and life - left > step then redis.call('PEXPIRE', KEYS[1], int(life)) end
local held = redis.call('HMGET', KEYS[1], 'app', 'user', 'logins')
return {'ok', int(now), held[1] or '', held[2] or '', held[3] or '0'}
