-- Invariant: the secret changes hands only from its present holder, in a live
-- session; the one it replaces stays good for the grace. A sign-in is the
-- user's own activity, so the idle expiry starts anew; ex does not move.
local hash, new, acr, amr, grace = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])

local r = read('')
local s = status(r)
if s == 'active' and r.h == new then return no('ok') end -- a retry
s = seen(r, s, hash)
if s ~= 'active' then return no(s) end
if r.h ~= hash then return no('superseded') end -- the grace reads, it does not renew

redis.call('HSET', KEYS[1], 'h', new, 'hp', hash, 'hpx', int(now + grace),
  'at', time[1], 'acr', acr, 'amr', amr)
redis.call('PEXPIRE', KEYS[1], int(life(r)))
return no('ok')
