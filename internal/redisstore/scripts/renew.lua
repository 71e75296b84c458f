-- Invariant: the secret changes hands only from its present holder, in a live
-- session; the one it replaces stays good for the grace, and for what was shown
-- before. A sign-in is the user's own activity, so the idle expiry starts anew; ex
-- moves later only for who asks to be remembered, and then counts from the session's
-- creation all the same; sooner where the sign-in is good for less.
local hash, new, acr, amr, grace = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local cv, dev, rem, idle, lifetime = ARGV[6], ARGV[7], ARGV[8], tonumber(ARGV[9]), tonumber(ARGV[10])
local left = tonumber(ARGV[11]) -- 0: as long as before

local r = read('')
local s = status(r)
if s == 'active' and r.h == new then return no('ok') end -- a retry
s = seen(r, s, hash)
if s ~= 'active' then return no(s) end
if r.h ~= hash then return no('superseded') end -- the grace reads, it does not renew

if rem == '1' and r.rem ~= '1' then
  r.idle, r.ex, r.rem = idle, math.max(r.ex, tonumber(r.cr) + lifetime), '1'
elseif rem ~= '1' and r.rem == '1' then
  r.idle, r.ex, r.rem = math.min(r.idle, idle), math.min(r.ex, now + lifetime), '0'
end
if left > 0 then r.ex = math.min(r.ex, now + left) end
redis.call('HSET', KEYS[1], 'h', new, 'hp', hash, 'hpx', int(now + grace),
  'atp', r.at, 'acrp', r.acr or '', 'amrp', r.amr or '',
  'at', time[1], 'acr', acr, 'amr', amr, 'idle', int(r.idle), 'ex', int(r.ex))
if r.rem then redis.call('HSET', KEYS[1], 'rem', r.rem) end
if dev ~= '' then redis.call('HSET', KEYS[1], 'dev', dev) end
if cv ~= '' or r.cv then redis.call('HSET', KEYS[1], 'cv', cv) end
redis.call('PEXPIRE', KEYS[1], int(life(r)))
return no('ok')
