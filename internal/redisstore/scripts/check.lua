-- Reads whether a grant still holds: by the live session, or where the session
-- is over by a refresh family that outlives it. KEYS as in family, but 4 is the
-- marker of the very token. Where a refresh token is asked about it must be the
-- one that stands, or the one before it within the grace.
local client, needs, hash, grace = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local r, f = read(client), family()
local s = status(r)
if s ~= 'active' and not (lasts(f, s) and f.cl == client) then return no(s) end
if s == 'active' and not (r.c and covers(r.c, needs)) then return no('not_granted') end
for i = 2, 4, 2 do
  if redis.call('GET', KEYS[i]) == 'revoked' then return no('grant_revoked') end
end
if hash ~= '' then
  if not f or f.cl ~= client then return no('grant_revoked') end
  if now >= f.ex then return no('code_expired') end
  if f.h ~= hash and not (f.hp == hash and f.at and now < f.at + grace) then return no('reused') end
end
if s == 'active' then return yes(r) end
return {'ok', int(now), '', f.uid, '0', '', '', '', '0', int(f.ex), '', '', f.cv or '', '', false}
