-- Invariant: afterwards the message is gone for good, whoever has it by now, and
-- for a while none like it is taken. It only deletes what must go, which works
-- out of memory too.
local app, sid, quickly = ARGV[1], ARGV[2], ARGV[3] == '1'
local life, most = tonumber(ARGV[4]), tonumber(ARGV[5])

local attempts = job(app, sid)
if not attempts then return {'ok', int(now)} end
forget(app, sid)
redis.pcall('SET', told(app, sid), '', 'PX', int(life))
redis.call('HDEL', state(app), 'fails', 'since', 'pause', 'err')
if quickly then
  local wins = tonumber(redis.call('HGET', state(app), 'wins') or '') or 0
  redis.pcall('HSET', state(app), 'wins', int(math.min(wins + 1, most)))
else
  redis.call('HDEL', state(app), 'wins')
end
plan(app, most, true)
return {'ok', int(now)}
