-- The session record at KEYS[1]; its fields are listed in keys.go.
local HOUR = 3600000

-- limits returns the idle time and lifetime in ms that the policy of today has
-- for a group, nil where there is no policy. The last argument of each script has
-- it: "\n<group>\t<idle> <lifetime> <idle> <lifetime>" of a group, the second
-- two for who asked to be remembered, and without a name for all other groups.
local function limits(grp, rem)
  local text = ARGV[#ARGV]
  local _, at = string.find(text, '\n' .. grp .. '\t', 1, true)
  if not at then _, at = string.find(text, '\n\t', 1, true) end
  if not at then return nil end
  local idle, life, ridle, rlife = string.match(text, '^(%d+) (%d+) (%d+) (%d+)', at + 1)
  if rem == '1' then return tonumber(ridle), tonumber(rlife) end
  return tonumber(idle), tonumber(life)
end

-- noted is when the record says that it was used last, in ms.
local function noted(r) return math.max(tonumber(r.at), tonumber(r.lu or '0')) * 1000 end

-- lower makes the record what limits that were lowered since leave of it. Its
-- TTL says when it was used last, unless that is capped by ex. Who asked to be
-- remembered only once lives by the limits of all others from the sign-in at which
-- they no longer did.
local function lower(r)
  if r.st ~= 'active' or r.ttl < 0 or not (r.idle and r.ex and r.at and r.cr) then return end
  local idle, life = limits(r.grp or '', r.rem)
  if not idle then return end
  local ex = math.min(r.ex, (r.rem == '0' and r.at * 1000 or r.cr) + life)
  if idle >= r.idle and ex >= r.ex then return end
  local used = math.max(now + r.ttl - HOUR - r.idle, noted(r))
  r.was, r.idle, r.ex = r.ttl, math.min(r.idle, idle), ex
  r.ttl = math.max(math.min(r.ttl, math.min(used + r.idle, ex) - now + HOUR), 0)
end

-- read returns the record as one client sees it. Absent fields are false.
local function read(client)
  local v = redis.call('HMGET', KEYS[1], 'st', 'why', 'sid', 'uid', 'h', 'hp', 'hpx',
    'at', 'acr', 'amr', 'grp', 'cr', 'ex', 'idle', 'rem', 'lu', 'cv', 'rp:' .. client, 'c:' .. client)
  local r = {
    st = v[1], why = v[2], sid = v[3], uid = v[4], h = v[5], hp = v[6], hpx = v[7],
    at = v[8], acr = v[9], amr = v[10], grp = v[11], cr = v[12],
    ex = tonumber(v[13] or ''), idle = tonumber(v[14] or ''),
    rem = v[15], lu = v[16], cv = v[17], rp = v[18], c = v[19],
    ttl = redis.call('PTTL', KEYS[1]),
  }
  lower(r)
  return r
end

-- settle writes lowered limits down, at the next use of the session, so that
-- raising them again does not bring back what they ended. Out of memory a session
-- that lives has to wait for that.
local function settle(r)
  if not r.was then return end
  local set = redis.pcall('HSET', KEYS[1], 'idle', int(r.idle), 'ex', int(r.ex))
  local live = r.ttl > HOUR and now < r.ex
  if live and type(set) == 'table' and set.err then return end
  redis.call('PEXPIRE', KEYS[1], int(live and r.ttl or math.min(r.was, HOUR)))
end

-- status is 'active' for a live session, else why it is none: a
-- session.Absence, or 'corrupt' for a record that cannot be judged.
local function status(r)
  if r.ttl == -2 then return 'gone' end
  if r.st == 'ended' then return r.why or 'corrupt' end
  if r.ttl < 0 or not (r.sid and r.uid and r.h and r.at and r.cr and r.ex and r.idle) then
    return 'corrupt'
  end
  if r.st == 'pending' then return 'pending' end
  if r.st ~= 'active' then return 'corrupt' end
  if now >= r.ex then return 'expired' end
  if r.ttl <= HOUR then return 'idle' end
  return 'active'
end

-- seen is what the status tells to who presents a secret with this hash.
-- Without the right secret a live session looks superseded and everything else
-- gone. Comparing here is safe: these are hashes of 256 random bits, Lua
-- compares interned strings by address, and the answer needs no second trip.
local function seen(r, s, hash)
  if s == 'gone' or s == 'corrupt' or r.h == hash then return s end
  if r.hp and r.hp == hash and now < (tonumber(r.hpx or '') or 0) then return s end
  if s == 'active' then return 'superseded' end
  if r.st == 'ended' and not r.h then return s end -- there never was a secret
  return 'gone'
end

-- former makes the record show the sign-in before the last one, which is all that
-- who holds the replaced secret may see. False where that is not known.
local function former(r)
  local v = redis.call('HMGET', KEYS[1], 'atp', 'acrp', 'amrp')
  r.at, r.acr, r.amr = v[1], v[2], v[3]
  return r.at
end

-- life is the TTL in ms of a record that is used now.
local function life(r) return math.min(r.idle, r.ex - now) + HOUR end

-- slide moves the idle expiry of a session that is used now, never past ex, and
-- notes the use, both only by more than a step. PEXPIRE works when Redis is out of
-- memory; the note may fail.
local function slide(r, parts)
  local ttl, step = life(r), r.idle / parts
  if ttl - r.ttl > step then redis.call('PEXPIRE', KEYS[1], int(ttl)) end
  if now - noted(r) > step then redis.pcall('HSET', KEYS[1], 'lu', time[1]) end
end

local function no(s) return {s, int(now)} end

-- yes answers with the session as read; the order is that of parseSession.
local function yes(r)
  return {'ok', int(now), r.sid, r.uid, r.at, r.acr or '', r.amr or '', r.grp or '',
    r.cr, int(r.ex), r.rem or '', r.lu or '', r.cv or '', r.c and r.rp or '', r.c}
end
