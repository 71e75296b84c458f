-- Invariant: a registration is replaced only as it was read, so that of two
-- changes at once neither is lost unseen and one that was deleted stays so. Sent
-- twice it has the same result. KEYS: the registration and its picture.
local was, sealed, life, keep, picture = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local held = redis.call('GET', KEYS[1]) or ''
if held == sealed then return {'ok', int(now)} end
if held ~= was then return {'changed', int(now)} end
redis.call('SET', KEYS[1], sealed, 'PX', life)
if keep == '1' then
  redis.call('PEXPIRE', KEYS[2], life)
elseif picture == '' then
  redis.call('DEL', KEYS[2])
else
  redis.call('SET', KEYS[2], picture, 'PX', life)
end
return {'ok', int(now)}
