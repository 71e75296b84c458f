-- Invariant: only a pending session within its short life becomes active.
local r = read('')
local s = status(r)
if s == 'active' then return no('ok') end
if s ~= 'pending' then return no(s) end
if now >= r.ex then return no('expired') end
if r.ttl <= HOUR then return no('idle') end

redis.call('HSET', KEYS[1], 'st', 'active')
redis.call('PEXPIRE', KEYS[1], int(life(r)))
return no('ok')
