-- Invariant: a message is out with one worker until its lease runs out, and then
-- due again; one that is too old is given up. Apps take turns.
local n, lease, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local sweep = 100 -- of the old ones in one step

-- describe appends app, sid, user, attempts and the end of a message.
local function describe(list, app, sid, uid, attempts, ends)
  for _, v in ipairs({app, sid, uid, int(attempts), int(ends)}) do list[#list + 1] = v end
end

local expired, taken = {}, {}
for _ = 1, sweep do
  local id, ends = first(root .. 'until')
  if not id or ends > now then break end
  local app, sid = string.match(id, '^(%S+) (%S+)$')
  local attempts, uid = job(app, sid)
  describe(expired, app, sid, uid or '', attempts or 0, ends)
  forget(app, sid)
  plan(app, most, true)
end

-- Those whose leases ran out are due at once.
local function reap(app)
  while true do
    local sid, ends = first(out(app))
    if not sid or ends > now then return end
    redis.call('ZADD', due(app), int(now), sid)
    redis.call('ZREM', out(app), sid)
  end
end

local function take(app)
  local sid, at = first(due(app))
  local may, pause = room(app, most)
  if not sid or at > now or pause > now or redis.call('ZCARD', out(app)) >= may then return end
  local attempts, uid = job(app, sid)
  if not attempts then forget(app, sid) return end
  redis.call('HSET', root .. 'jobs', app .. ' ' .. sid, int(attempts + 1) .. ' ' .. uid)
  redis.call('ZADD', out(app), int(now + lease), sid)
  redis.call('ZREM', due(app), sid)
  describe(taken, app, sid, uid, attempts + 1, tonumber(redis.call('ZSCORE', root .. 'until', app .. ' ' .. sid) or '0'))
end

for _ = 1, 4 * n do -- some turns give nothing
  local app, at = first(KEYS[1])
  if not app or at > now or #taken >= 5 * n then break end
  reap(app)
  take(app)
  plan(app, most)
end

local _, next = first(KEYS[1])
return {'ok', int(now), taken, expired, int(next or 0), redis.call('ZCARD', root .. 'until')}
