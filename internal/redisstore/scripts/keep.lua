-- Invariant: a session that is on its user's list stays there for as long as its
-- refresh tokens may outlive it, and none that was taken off comes back.
local member, life, hour = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local listed = redis.call('ZSCORE', KEYS[1], member)
if not listed then return {'gone', int(now)} end
local ends = now + life
if ends > tonumber(listed) then redis.call('ZADD', KEYS[1], int(ends), member) end
if ends + hour > now + redis.call('PTTL', KEYS[1]) then redis.call('PEXPIRE', KEYS[1], int(life + hour)) end
return {'ok', int(now)}
