-- Invariant: a mark only moves on, and each time it is set by a second at least:
-- who signed in between two has proved it before the second. ahead is the latest
-- clock of the other servers, in ms. KEYS: the marks.
local client, lead, ahead, life = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]

local held = tonumber(redis.call('HGET', KEYS[1], client) or '') or 0
local mark = math.max(math.floor((math.max(now, ahead) + lead) / 1000), held + 1)
redis.call('HSET', KEYS[1], client, int(mark))
redis.call('PEXPIRE', KEYS[1], life)
return {'ok', int(now), int(mark)}
