-- Invariant: only who has the message out gives it back, once. It waits longer
-- with each attempt, and the app with each failure in a row.
local app, sid, attempt, why = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local least, longest, jitter = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local most = tonumber(ARGV[8])

local attempts = job(app, sid)
if attempts ~= attempt or not redis.call('ZSCORE', out(app), sid) then return {'ok', int(now)} end
local v = redis.call('HMGET', state(app), 'fails', 'since')
local fails = (tonumber(v[1] or '') or 0) + 1
redis.call('HSET', state(app), 'fails', int(fails), 'since', v[2] or int(now), 'err', why,
  'pause', int(now + backoff(fails, least, longest, jitter)))
redis.call('HDEL', state(app), 'wins')
redis.call('ZADD', due(app), int(now + backoff(attempt, least, longest, jitter)), sid)
redis.call('ZREM', out(app), sid)
plan(app, most)
return {'ok', int(now)}
