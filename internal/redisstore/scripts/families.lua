-- The families of the session at KEYS[1]: KEYS[2] has "<jti> <client>". A family's
-- own keys lie in the same slot, so a script may name them by what it reads here.

-- drop deletes those families for which gone(client, key) says so, and returns
-- how many are left. It only deletes, which works out of memory too.
local function drop(gone)
  local prefix, left = string.sub(KEYS[1], 1, -2), 0
  for _, member in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    local jti, client = string.match(member, '^(%S+) (%S+)$')
    if not jti or gone(client, prefix .. 'r:' .. jti) then
      if jti then redis.call('DEL', prefix .. 'r:' .. jti, prefix .. 'ra:' .. jti) end
      redis.call('ZREM', KEYS[2], member)
    else
      left = left + 1
    end
  end
  return left
end
