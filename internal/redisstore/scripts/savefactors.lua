-- Invariant: what a user has is replaced only as it was read, so that a code that is
-- good once lets one request in. Sent twice it has the same result. KEYS: that of the
-- user.
local was, sealed = ARGV[1], ARGV[2]

local held = redis.call('GET', KEYS[1]) or ''
if held == sealed then return {'ok', int(now)} end
if held ~= was then return {'changed', int(now)} end
if sealed == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], sealed)
end
return {'ok', int(now)}
