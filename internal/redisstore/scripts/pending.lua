-- Reads for which apps messages wait: name, how many, how many are out, when the
-- app's turn is, failures in a row, since when, and the last one.
local list = {}
for _, app in ipairs(redis.call('ZRANGE', KEYS[1], 0, ARGV[1] - 1)) do
  local v = redis.call('HMGET', state(app), 'fails', 'since', 'err')
  for _, value in ipairs({app, int(redis.call('ZCARD', due(app))), int(redis.call('ZCARD', out(app))),
    int(tonumber(redis.call('ZSCORE', KEYS[1], app) or '0')), v[1] or '0', v[2] or '0', v[3] or ''}) do
    list[#list + 1] = value
  end
end
return {'ok', int(now), list}
