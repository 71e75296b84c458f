-- Invariant: a live session has at most so many bindings of a client or host, each
-- made under a sign-in of the session that is known: the last one, or that of a
-- binding of the same site that stands, and never under more than it was. Nothing is
-- made on a grant that was revoked: KEYS[2] is the marker of its code, if there is one.
local hash, client, field, site = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local life, fresh, at, most = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8])

local r = read(client)
local s = status(r)
if s == 'active' and client ~= '' and not r.c then s = 'gone' end
if s ~= 'active' then return no(s) end
settle(r)
if KEYS[2] and redis.call('GET', KEYS[2]) == 'revoked' then return no('unbound') end

local all, from, again = bindings(field), nil, nil
for _, b in ipairs(all) do
  if b.hash == hash then again = b end -- a retry
  if b.site == site and b.at == at then from = b end
end
if again then
  under(r, again)
  return yes(r)
end
if at == '' or at == r.at then
  from = {at = r.at, acr = r.acr or '', amr = r.amr or '', cv = r.cv or ''}
end
local made = from ~= nil
for _, b in ipairs(all) do
  if b.site == site and now - b.made < fresh then made = false end
end
if not made then return no('unbound') end

while #all >= most do
  local oldest = 1
  for i = #all, 1, -1 do
    if all[i].site == site then oldest = i end
  end
  table.remove(all, oldest)
end
local b = {hash = hash, site = site, expires = life > 0 and now + life or 0, made = now,
  at = from.at, acr = from.acr, amr = from.amr, cv = from.cv}
all[#all + 1] = b
local lines = {}
for i, one in ipairs(all) do lines[i] = line(one) end
redis.call('HSET', KEYS[1], field, table.concat(lines, '\n'))
under(r, b)
return yes(r)
