-- Invariant: a right password fills the browser's own bucket. Of the one that
-- strangers share it gives back what it took and no more: who guesses elsewhere
-- neither gains by it nor learns of it. KEYS as in admit.
local browser, life, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local every, shareEvery = tonumber(ARGV[4]), tonumber(ARGV[5])

local which = tonumber(redis.call('GET', KEYS[1]) or '')
if which then redis.call('DEL', KEYS[1]) end
if which == 4 then redis.call('DEL', KEYS[4]) end
if which == 2 then
  back(KEYS[2], every)
  if KEYS[5] then back(KEYS[5], shareEvery) end
end

redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', int(now))
redis.call('ZADD', KEYS[3], int(now + life), browser)
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -(most + 1))
redis.call('PEXPIRE', KEYS[3], int(life))
return {'ok', int(now)}
