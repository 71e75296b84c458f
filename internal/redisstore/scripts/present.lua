-- present judges a refresh token, by the hash of its secret: 'head' for the one
-- that stands, 'again' and the answer for the one before it within the grace,
-- else why it is refused. Any other token of the family was stolen, or its
-- successor was: then the family ends, and what it gave, the client's bindings
-- with it.
local function present(a)
  local r, f = read(a.client), family()
  local s = status(r)
  if s ~= 'active' and not (a.lasting and lasts(f, s)) then return s end
  if not f or f.cl ~= a.client then return 'grant_revoked' end
  if now >= f.ex then return 'code_expired' end
  if s == 'active' and not (r.c and covers(r.c, a.needs)) then return 'not_granted' end
  r.uid, r.live = f.uid, s == 'active'
  if not r.live then r.cv = f.cv end
  if f.h == a.hash then return 'head', r end
  if f.hp == a.hash and f.at and now < f.at + a.grace then
    local answer = redis.call('GET', KEYS[4])
    if not answer then return 'corrupt' end
    return 'again', r, answer
  end
  redis.call('HDEL', KEYS[1], 'b:' .. a.client) -- one of the two may have planted it
  kill(a.jti .. ' ' .. a.client, a.life)
  return 'reused'
end

local function stands(r, answer, bound)
  return {'ok', int(now), r.uid, r.live and '1' or '0', answer, r.cv or '', bound or ''}
end

-- What both scripts get first.
local asked = {
  client = ARGV[1], needs = ARGV[2], jti = ARGV[3], hash = ARGV[4], lasting = ARGV[5] == '1',
  life = tonumber(ARGV[6]), grace = tonumber(ARGV[7]),
}
