-- Invariant: one attempt redeems a code, in a live session that grants what the
-- code needs, within the code's life; any other attempt in that life revokes.
-- KEYS[2] is the marker of the code.
local client, needs, attempt = ARGV[1], ARGV[2], ARGV[5]
local issued, lifetime = tonumber(ARGV[3]), tonumber(ARGV[4])
local outlives, slack = tonumber(ARGV[6]), tonumber(ARGV[7])
local latest = tonumber(ARGV[8])

-- A server that hung finds the attempt when it wakes up. Its caller has given up
-- and will try again: by then it must not have used the code.
if latest > 0 and now >= latest then return no('late') end -- both cut to whole ms

local r = read(client)
local s = status(r)
if s ~= 'active' then return no(s) end
local left = issued + lifetime - now
if left <= 0 then return no('code_expired') end

-- A replay is told before missing consent: it must revoke even while consent
-- is withdrawn, or the tokens would hold again once it is given anew.
local used = redis.call('GET', KEYS[2])
if used and used ~= 'ok ' .. attempt then
  if used ~= 'revoked' then
    redis.call('SET', KEYS[2], 'revoked', 'PX', int(math.max(outlives, left + slack)))
  end
  return no('replayed')
end
if not r.c or not covers(r.c, needs) then return no('not_granted') end
if not used then redis.call('SET', KEYS[2], 'ok ' .. attempt, 'PX', int(left + slack)) end
return yes(r)
