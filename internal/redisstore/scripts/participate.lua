-- Invariant: c:<client> only grows, in a live session, and first use stays, as
-- does when the account was chosen.
local client, granted = ARGV[1], ARGV[2]

local r = read(client)
local s = status(r)
if s ~= 'active' then return no(s) end

local first, held = time[1], ''
if r.c then
  first, held = string.match(r.c, '^(%d+ ?%d*)(.*)$')
  if not first then return no('corrupt') end
end
local all = union(held, granted)
if not r.c or all ~= held then
  redis.call('HSET', KEYS[1], 'c:' .. client, first .. all)
end
return {'ok', int(now), all}
