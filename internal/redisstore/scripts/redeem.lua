-- Invariant: one attempt redeems a code, in a live session that grants what the
-- code needs, within the code's life; any other attempt in that life revokes.
-- KEYS[2] is the marker of the code.
local client, needs, attempt = ARGV[1], ARGV[2], ARGV[5]
local issued, lifetime = tonumber(ARGV[3]), tonumber(ARGV[4])
local outlives, slack = tonumber(ARGV[6]), tonumber(ARGV[7])

local r = read(client)
local s = status(r)
if s ~= 'active' then return no(s) end
local left = issued + lifetime - now
if left <= 0 then return no('code_expired') end
if not r.c or not covers(r.c, needs) then return no('not_granted') end

local used = redis.call('GET', KEYS[2])
if not used then
  redis.call('SET', KEYS[2], 'ok ' .. attempt, 'PX', int(left + slack))
elseif used ~= 'ok ' .. attempt then
  if used ~= 'revoked' then
    redis.call('SET', KEYS[2], 'revoked', 'PX', int(math.max(outlives, left + slack)))
  end
  return no('replayed')
end
return yes(r)
