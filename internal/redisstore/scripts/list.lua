-- Reads a part of a user's list, the latest to expire first, from behind a member
-- with its score, and writes nothing. What left the list meanwhile moves nothing.
-- Answers with members and their scores by turns, one more than asked for.
local after, score, limit, hour = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local found, skip = {}, 0
while #found < 2 * (limit + 1) do
  local part = redis.call('ZREVRANGEBYSCORE', KEYS[1], score == '' and '+inf' or score, int(now - hour),
    'WITHSCORES', 'LIMIT', skip, limit + 1)
  for i = 1, #part, 2 do
    local behind = after == '' or tonumber(part[i + 1]) < tonumber(score) or part[i] < after
    if behind and #found < 2 * (limit + 1) then
      found[#found + 1] = part[i]
      found[#found + 1] = int(tonumber(part[i + 1]))
    end
  end
  skip = skip + limit + 1
  if #part < 2 * (limit + 1) then break end
end
return {'ok', int(now), found}
