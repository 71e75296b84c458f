-- Invariant: writes nothing but a PEXPIRE, which works when Redis is out of
-- memory, and the time of use with it, and that only for who holds the secret, for
-- a client that takes part and whose use is activity, never past ex, and only by
-- more than a step. Limits that were lowered are written down once. Who holds the
-- secret of before sees the sign-in of before, not what was shown since. The secret
-- of a binding opens it within that binding's scope only, and the session's own not
-- there.
local client, hash, activity, parts = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local field, site = ARGV[5], ARGV[6]

local r = read(client)
local b = field ~= '' and bound(field, site, hash)
local s = status(r)
if field == '' then s = seen(r, s, hash) else s = seenBound(s, b) end
if s == 'active' or s == 'idle' or s == 'expired' then settle(r) end
if s ~= 'active' then
  -- Whether the client took part, and since when, is known to who holds the secret.
  local known = s ~= 'gone' and s ~= 'superseded' and s ~= 'corrupt' and r.h
  -- How a session was over is told to the apps that took part in it. Others
  -- learn that there is none: what became of it is not their business.
  if (r.st == 'ended' or s == 'idle' or s == 'expired') and not r.c then s = 'gone' end
  return {s, int(now), known and (r.c and string.match(r.c, '^[^\n]*') or '')}
end
if b then under(r, b)
elseif r.h ~= hash and not former(r) then return no('superseded') end

if activity == '1' and r.c then slide(r, parts) end
return yes(r)
