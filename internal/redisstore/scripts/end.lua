-- Invariant: afterwards there is a tombstone and no session, whatever was here,
-- and the first reason stands. It keeps what says to whom the reason may be
-- told and who took part.
local why = ARGV[1]

local r = read('')
if r.st == 'ended' then return {'ok', int(now), r.uid or ''} end

local set = redis.pcall('HSET', KEYS[1], 'st', 'ended', 'why', why)
if type(set) == 'table' and set.err then
  -- Out of memory, most likely. Signing out must work even then: a key is
  -- created once, so a record that is deleted does not come back either.
  if r.ttl == -2 then return set end
  redis.call('DEL', KEYS[1])
else
  redis.call('HDEL', KEYS[1], 'at', 'acr', 'amr', 'grp', 'cr', 'ex', 'idle')
  redis.call('PEXPIRE', KEYS[1], int(HOUR))
end
return {'ok', int(now), r.uid or ''}
