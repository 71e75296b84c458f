-- The session record at KEYS[1]; its fields are listed in keys.go.
local HOUR = 3600000

-- read returns the record as one client sees it. Absent fields are false.
local function read(client)
  local v = redis.call('HMGET', KEYS[1], 'st', 'why', 'sid', 'uid', 'h', 'hp', 'hpx',
    'at', 'acr', 'amr', 'grp', 'cr', 'ex', 'idle', 'c:' .. client)
  return {
    st = v[1], why = v[2], sid = v[3], uid = v[4], h = v[5], hp = v[6], hpx = v[7],
    at = v[8], acr = v[9], amr = v[10], grp = v[11], cr = v[12],
    ex = tonumber(v[13] or ''), idle = tonumber(v[14] or ''), c = v[15],
    ttl = redis.call('PTTL', KEYS[1]),
  }
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

-- life is the TTL in ms of a record that is used now.
local function life(r) return math.min(r.idle, r.ex - now) + HOUR end

-- slide moves the idle expiry of a session that is used now, never past ex and
-- only by more than a step. PEXPIRE works when Redis is out of memory.
local function slide(r, parts)
  local ttl = life(r)
  if ttl - r.ttl > r.idle / parts then redis.call('PEXPIRE', KEYS[1], int(ttl)) end
end

local function no(s) return {s, int(now)} end

-- yes answers with the session as read; the order is that of parseSession.
local function yes(r)
  return {'ok', int(now), r.sid, r.uid, r.at, r.acr or '', r.amr or '', r.grp or '',
    r.cr, int(r.ex), r.c}
end
