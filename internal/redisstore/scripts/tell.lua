-- Invariant: a message that waits, or that was delivered a while ago, is there
-- once however often it is added, and none is there in part: the first write
-- fails where memory is short. A full line loses its head.
local keep, most, perApp = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local dropped = 0
for i = 4, #ARGV, 3 do
  local app, sid, uid = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if not job(app, sid) and not redis.call('GET', told(app, sid)) then
    redis.call('HSET', root .. 'jobs', app .. ' ' .. sid, '0 ' .. uid)
    redis.call('ZADD', root .. 'until', int(now + keep), app .. ' ' .. sid)
    if redis.call('ZCARD', due(app)) >= most then
      forget(app, (first(due(app))))
      dropped = dropped + 1
    end
    redis.call('ZADD', due(app), int(now), sid)
    plan(app, perApp, true)
  end
end
return {'ok', int(now), int(dropped)}
