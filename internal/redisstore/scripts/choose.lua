-- Invariant: a live session in which the client takes part knows when the user
-- last chose it for the client. Nothing else of that part changes.
local client = ARGV[1]

local r = read(client)
local s = status(r)
if s ~= 'active' then return no(s) end
if not r.c then return no('ok') end

local first, held = string.match(r.c, '^(%d+) ?%d*(.*)$')
if not first then return no('corrupt') end
-- In µs: of two accounts that are chosen at once one has to be the last.
local chosen = string.format('%d%06d', tonumber(time[1]), tonumber(time[2]))
redis.call('HSET', KEYS[1], 'c:' .. client, first .. ' ' .. chosen .. held)
return no('ok')
