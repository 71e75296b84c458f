-- apps returns "<client>" and what c:<client> holds, by turns.
local function apps()
  local all, found = redis.call('HGETALL', KEYS[1]), {}
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 2) == 'c:' then
      found[#found + 1] = string.sub(all[i], 3)
      found[#found + 1] = all[i + 1]
    end
  end
  return found
end
