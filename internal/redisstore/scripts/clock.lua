-- Only the server's clock counts: now, in ms since 1970.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

-- int writes a whole number as text; tostring would turn a large one into 1e+15.
local function int(n) return string.format('%.0f', n) end
