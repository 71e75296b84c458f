-- Refresh families. KEYS: 2 the marker of the code that began it, 3 the family,
-- 4 the answer of its last rotation, 5 the families of the session.

-- family returns the record, or nil. Absent fields are false.
local function family()
  local v = redis.call('HMGET', KEYS[3], 'h', 'hp', 'at', 'ex', 'cl', 'uid', 'out', 'cv')
  if not v[1] then return nil end
  return {
    h = v[1], hp = v[2], at = tonumber(v[3] or ''), ex = tonumber(v[4] or '') or 0,
    cl = v[5], uid = v[6], out = v[7] == '1', cv = v[8],
  }
end

-- lasts tells whether the family holds although its session does not.
local function lasts(f, s) return f ~= nil and f.out and now < f.ex and outlives(s) end

-- kill ends a family and what it gave, for as long as that or the code may be
-- presented. Out of memory the marker cannot be written, but the family goes all
-- the same.
local function kill(member, life)
  local set = redis.pcall('SET', KEYS[2], 'revoked', 'PX', int(math.max(life, redis.call('PTTL', KEYS[2]))))
  redis.call('DEL', KEYS[3], KEYS[4])
  redis.call('ZREM', KEYS[5], member)
  if type(set) == 'table' and set.err then error(set.err, 0) end
end
