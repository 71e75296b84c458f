-- Invariant: a session is written only where nothing is, so no tombstone is
-- ever overwritten. The same pending session again is a retry.
local hash, sid, uid, acr, amr, grp = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local idle, lifetime, pending = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local rem, dev, cv = ARGV[10], ARGV[11], ARGV[12]

local r = read('')
local s = status(r)
if s == 'pending' and r.h == hash then return no('ok') end
if s == 'active' then return no('superseded') end
if s ~= 'gone' then return no(s) end

redis.call('HSET', KEYS[1], 'st', 'pending', 'sid', sid, 'uid', uid, 'h', hash,
  'at', time[1], 'acr', acr, 'amr', amr, 'grp', grp,
  'cr', int(now), 'ex', int(now + lifetime), 'idle', int(idle))
if rem == '1' then redis.call('HSET', KEYS[1], 'rem', rem) end
if dev ~= '' then redis.call('HSET', KEYS[1], 'dev', dev) end
if cv ~= '' then redis.call('HSET', KEYS[1], 'cv', cv) end
redis.call('PEXPIRE', KEYS[1], int(math.min(pending, lifetime) + HOUR))
return no('ok')
