-- The delivery queue. KEYS[1] is its list of apps; the other keys, which keys.go
-- lists, lie in the same slot, so a script may name those of an app by what it
-- reads here.
local root = string.sub(KEYS[1], 1, -5)
local function due(app) return root .. 'due:' .. app end
local function out(app) return root .. 'out:' .. app end
local function state(app) return root .. 'app:' .. app end
local function told(app, sid) return root .. 'told:' .. sid .. ':' .. app end

local function first(key)
  local v = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  return v[1], tonumber(v[2] or '')
end

-- backoff is the n-th wait in ms.
local function backoff(n, least, longest, jitter)
  return math.min(least * 2 ^ math.min(n - 1, 30), longest) * jitter
end

-- room is how many an app may have out: one while it fails, and one more with
-- each that it answered quickly.
local function room(app, most)
  local v = redis.call('HMGET', state(app), 'fails', 'wins', 'pause')
  local pause = tonumber(v[3] or '') or 0
  if (tonumber(v[1] or '') or 0) > 0 then return 1, pause end
  return math.min(most, 1 + (tonumber(v[2] or '') or 0)), pause
end

-- plan notes when there is something to do for an app: a message that may go out,
-- or a lease that runs out. It joins the end of the line, unless it keeps a place
-- that it has. An app without messages is forgotten. What cannot be noted out of
-- memory stands too early at worst, and is put right when its turn comes.
local function plan(app, most, keep)
  local sid, at = first(due(app))
  local _, free = first(out(app))
  if not sid and not free then
    redis.call('ZREM', KEYS[1], app)
    redis.call('DEL', state(app))
    return
  end
  local when = free
  if sid then
    local may, pause = room(app, most)
    if redis.call('ZCARD', out(app)) < may then
      at = math.max(at, pause, now)
      when = math.min(at, free or at)
    end
  end
  local place = keep and tonumber(redis.call('ZSCORE', KEYS[1], app) or '')
  if not (place and place <= when) then redis.pcall('ZADD', KEYS[1], int(when), app) end
end

local function forget(app, sid)
  local id = app .. ' ' .. sid
  redis.call('HDEL', root .. 'jobs', id)
  redis.call('ZREM', root .. 'until', id)
  redis.call('ZREM', due(app), sid)
  redis.call('ZREM', out(app), sid)
end

-- job returns attempts and user of a message, nil for none.
local function job(app, sid)
  local v = redis.call('HGET', root .. 'jobs', app .. ' ' .. sid)
  if not v then return nil end
  local attempts, uid = string.match(v, '^(%d+) (.*)$')
  return tonumber(attempts), uid
end
