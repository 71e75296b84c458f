-- Invariant: afterwards nothing that came from the grant holds, and no refresh
-- token of it is left.
local member, life = ARGV[1], tonumber(ARGV[2])

kill(member, life)
return {'ok', int(now)}
