-- Invariant: sign-ins at once are each counted, and one that is sent twice is
-- counted once. KEYS: what is known of a user.
local attempt, life = ARGV[1], ARGV[2]

local held = redis.call('HMGET', KEYS[1], 'logins', 'last')
local n = tonumber(held[1] or '0')
if held[2] ~= attempt then
  n = n + 1
  redis.call('HSET', KEYS[1], 'logins', int(n), 'last', attempt)
  redis.call('PEXPIRE', KEYS[1], life)
end
return {'ok', int(now), int(n)}
