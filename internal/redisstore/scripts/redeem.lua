-- Invariant: one attempt redeems a code, in a live session that grants what the
-- code needs, within the code's life; any other attempt in that life revokes what
-- the first gave, its refresh tokens and the client's bindings included. With refresh tokens the family
-- begins in the same step. KEYS as in family.
local client, needs, attempt = ARGV[1], ARGV[2], ARGV[5]
local issued, lifetime = tonumber(ARGV[3]), tonumber(ARGV[4])
local outlives, slack = tonumber(ARGV[6]), tonumber(ARGV[7])
local latest = tonumber(ARGV[8])
local jti, hash, life, out, most = ARGV[9], ARGV[10], tonumber(ARGV[11]), ARGV[12], tonumber(ARGV[13])
local site = ARGV[14]

-- A server that hung finds the attempt when it wakes up. Its caller has given up
-- and will try again: by then it must not have used the code.
if latest > 0 and now >= latest then return no('late') end -- both cut to whole ms

-- A replay is told before a session that is over and before missing consent: it
-- must revoke all the same, or a family that outlives the session would stay,
-- and tokens would hold again once consent is given anew.
local left = issued + lifetime - now
local used = redis.call('GET', KEYS[2])
if left > 0 and used and used ~= 'ok ' .. attempt then
  redis.call('HDEL', KEYS[1], 'b:' .. client) -- one of the two may have planted it
  if used ~= 'revoked' then kill(jti .. ' ' .. client, math.max(outlives, left + slack)) end
  return no('replayed')
end

local r = read(client)
local s = status(r)
if s ~= 'active' then return no(s) end
if left <= 0 then return no('code_expired') end
if not r.c or not covers(r.c, needs) then return no('not_granted') end
settle(r)
-- With it goes when the latest binding of the site was made.
local answer = yes(r)
answer[#answer + 1] = newest(client, site)
if used then return answer end

redis.call('SET', KEYS[2], 'ok ' .. attempt, 'PX', int(left + slack))
if hash ~= '' then begin(r, {client = client, jti = jti, hash = hash, life = life, out = out, most = most}) end
return answer
