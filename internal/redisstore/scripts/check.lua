-- Reads whether a grant still holds. KEYS[2] is the marker of its code.
local client, needs = ARGV[1], ARGV[2]

local r = read(client)
local s = status(r)
if s ~= 'active' then return no(s) end
if not r.c or not covers(r.c, needs) then return no('not_granted') end
if redis.call('GET', KEYS[2]) == 'revoked' then return no('grant_revoked') end
return yes(r)
