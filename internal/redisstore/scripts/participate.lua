-- Invariant: c:<client> only grows, in a live session, and first use stays, as
-- does when the account was chosen. Rules passed only for a client that takes part,
-- and what they passed for grows with one version of them.
local client, granted, passed = ARGV[1], ARGV[2], ARGV[3]

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
if passed ~= '' then
  local version, judged = string.match(r.rp or '', '^([^\n]*)(.*)$')
  if version ~= passed then judged = '' end
  local whole = passed .. union(judged, granted)
  if whole ~= r.rp then redis.call('HSET', KEYS[1], 'rp:' .. client, whole) end
end
return {'ok', int(now), all}
