-- Invariant: no more attempts are let in than the bucket holds tokens, however
-- many come at once; one that is sent twice is let in once. KEYS: the ticket and
-- the bucket; for an account also the browsers that it knows, the bucket of this
-- one, and, where the address is told, that address's share of the account.
local every, burst, life, browser = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
local shareEvery, shareBurst = tonumber(ARGV[5]), tonumber(ARGV[6])

local before = redis.call('GET', KEYS[1])
if before then return {'ok', int(now), '0', before} end

local which = 2
if KEYS[3] and tonumber(redis.call('ZSCORE', KEYS[3], browser) or '0') > now then which = 4 end
local shared = which == 2 and KEYS[5]

local missing, wait = room(KEYS[which], every, burst)
local part = 0
if shared then
  local shareWait
  part, shareWait = room(KEYS[5], shareEvery, shareBurst)
  wait = math.max(wait, shareWait)
end
if wait > 0 then return {'ok', int(now), int(wait), int(which)} end
take(KEYS[which], missing, every)
if shared then take(KEYS[5], part, shareEvery) end
redis.call('SET', KEYS[1], int(which), 'PX', life)
return {'ok', int(now), '0', int(which)}
