-- Invariant: a live session no longer knows the client, and no refresh family or
-- binding of it is left, even when Redis is out of memory. A tombstone keeps who took part;
-- what is over grants nothing.
local client = ARGV[1]

drop(function(owner) return owner == client end)

local r = read(client)
local s = status(r)
settle(r) -- or raised limits would bring it back, with the client
if s == 'corrupt' then return no(s) end
if s == 'active' then redis.call('HDEL', KEYS[1], 'c:' .. client, 'b:' .. client, 'rp:' .. client) end
return no('ok')
