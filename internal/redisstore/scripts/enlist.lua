-- Invariant: a session is listed only under the generation that its sign-in
-- began in, and only while fewer than most others are on the list, those that the
-- caller knows to be over not counted. KEYS: the list, the generation, and by when
-- they are no longer new the members that may have no record yet.
local gen, member, expires, hour = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local most, new = tonumber(ARGV[5]), tonumber(ARGV[6])

if (redis.call('GET', KEYS[2]) or '') ~= gen then return {'revoked', int(now)} end

-- full returns who is on the list, and whether it is new, by turns, if there is no
-- room.
local function full()
  local over, counted, all = {}, 0, {}
  for i = 7, #ARGV do over[ARGV[i]] = true end
  for _, other in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    if not over[other] then counted = counted + 1 end
    all[#all + 1] = other
    all[#all + 1] = tonumber(redis.call('ZSCORE', KEYS[3], other) or '0') > now and '1' or '0'
  end
  return counted >= most and all
end

-- An hour late, because expires comes from a node's clock.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', int(now - hour))
local listed = tonumber(redis.call('ZSCORE', KEYS[1], member) or '')
if most > 0 then
  if not listed and redis.call('ZRANGE', KEYS[1], most - 1, most - 1)[1] then
    local all = full()
    if all then return {'full', int(now), all} end
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', int(now))
  redis.call('ZADD', KEYS[3], int(now + new), member)
  redis.call('PEXPIRE', KEYS[3], int(new))
end
redis.call('ZADD', KEYS[1], int(math.max(expires, listed or 0)), member)
local latest = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
redis.call('PEXPIRE', KEYS[1], int(math.max(tonumber(latest) - now, 0) + hour))
return {'ok', int(now)}
