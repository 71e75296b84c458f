-- Invariant: afterwards there is a tombstone and no session, whatever was here,
-- and the first reason stands. It keeps what says to whom the reason may be
-- told and who took part. Refresh families go with it, but for those that outlive
-- it; the answer says whether one is left: then the session stays on its user's
-- list, where the family is found.
local why = ARGV[1]

local all = not outlives(why)
local left = drop(function(_, key) return all or redis.call('HGET', key, 'out') ~= '1' end)

local r = read('')
local answer = {'ok', int(now), r.uid or '', r.sid or '', r.grp or '', left > 0 and '1' or '0', apps()}
if r.st == 'ended' then return answer end

local set = redis.pcall('HSET', KEYS[1], 'st', 'ended', 'why', why)
if type(set) == 'table' and set.err then
  -- Out of memory, most likely. Signing out must work even then: a key is
  -- created once, so a record that is deleted does not come back either.
  if r.ttl == -2 then return set end
  redis.call('DEL', KEYS[1])
else
  redis.call('HDEL', KEYS[1], 'at', 'acr', 'amr', 'atp', 'acrp', 'amrp', 'cr', 'ex', 'idle', 'rem', 'lu', 'cv', 'dev')
  redis.call('PEXPIRE', KEYS[1], int(HOUR))
end
return answer
