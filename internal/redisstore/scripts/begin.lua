-- begin makes a family, and drops the client's oldest where it has too many.
local function begin(r, f)
  local ex = now + f.life
  if f.out ~= '1' then ex = math.min(ex, r.ex) end
  redis.call('HSET', KEYS[3], 'h', f.hash, 'ex', int(ex), 'cl', f.client, 'uid', r.uid, 'out', f.out, 'cv', r.cv or '')
  redis.call('PEXPIRE', KEYS[3], int(ex - now))

  redis.call('ZADD', KEYS[5], int(time[1] * 1000000 + time[2]), f.jti .. ' ' .. f.client)
  redis.call('PEXPIRE', KEYS[5], int(math.max(ex - now, redis.call('PTTL', KEYS[5]))))
  if not redis.call('ZRANGE', KEYS[5], f.most, f.most)[1] then return end

  local mine = {}
  for _, member in ipairs(redis.call('ZRANGE', KEYS[5], 0, -1)) do
    local jti, client = string.match(member, '^(%S+) (%S+)$')
    if client == f.client and jti ~= f.jti then mine[#mine + 1] = jti end
  end
  local prefix = string.sub(KEYS[1], 1, -2)
  for i = 1, #mine - f.most + 1 do
    redis.call('DEL', prefix .. 'r:' .. mine[i], prefix .. 'ra:' .. mine[i])
    redis.call('ZREM', KEYS[5], mine[i] .. ' ' .. f.client)
  end
end
