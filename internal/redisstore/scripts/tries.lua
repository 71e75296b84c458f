-- A bucket is a key whose TTL is what is missing in it, so a full one is no key.

-- room returns what is missing in a bucket, and how long it is until it has a
-- token, 0 or less if it has one.
local function room(key, every, burst)
  local missing = math.max(redis.call('PTTL', key), 0)
  return missing, missing - (burst - 1) * every
end

local function take(key, missing, every)
  redis.call('SET', key, '', 'PX', int(missing + every))
end

local function back(key, every)
  local missing = redis.call('PTTL', key) - every
  if missing > 0 then
    redis.call('PEXPIRE', key, int(missing))
  else
    redis.call('DEL', key)
  end
end
