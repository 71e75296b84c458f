-- Reads a session for who need not hold its secret, and writes nothing.
-- A sign-in that can no longer be finished is over.
local r = read('')
local s = status(r)
if s == 'pending' and r.ttl <= HOUR then s = 'idle' end
local function text(n) return n and int(n) or '' end
return {'ok', int(now), s, r.sid or '', r.uid or '', r.at or '', r.acr or '', r.amr or '', r.grp or '',
  r.cr or '', text(r.ex), r.rem or '', r.lu or '', r.cv or '', redis.call('HGET', KEYS[1], 'dev') or '', apps()}
