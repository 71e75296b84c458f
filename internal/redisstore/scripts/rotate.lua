-- Invariant: a refresh token has one successor. Of all who present it at once
-- one rotates, and everyone gets that one's answer.
local successor, answer, latest = ARGV[8], ARGV[9], tonumber(ARGV[10])
local activity, parts, keep = ARGV[11], tonumber(ARGV[12]), tonumber(ARGV[13])

-- As in redeem: whom nobody waits for must not use the token up.
if latest > 0 and now >= latest then return no('late') end

local what, r, before = present(asked)
if what == 'again' then return stands(r, before) end
if what ~= 'head' then return no(what) end

redis.call('SET', KEYS[4], answer, 'PX', int(asked.grace + keep))
redis.call('HSET', KEYS[3], 'h', successor, 'hp', asked.hash, 'at', int(now))
if r.live and r.cv then redis.call('HSET', KEYS[3], 'cv', r.cv) end
settle(r)
if activity == '1' and r.c and r.live then slide(r, parts) end
return stands(r, answer)
