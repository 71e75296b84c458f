-- Invariant: consent only grows here; two answers at once lose nothing.
local client, granted, life = ARGV[1], ARGV[2], ARGV[3]

local held = redis.call('HGET', KEYS[1], client) or ''
local all = union(held, granted)
if all ~= '' then
  redis.call('HSET', KEYS[1], client, all)
  redis.call('PEXPIRE', KEYS[1], life)
end
return {'ok', int(now), all}
