-- The bindings of the session at KEYS[1], in the fields "b:<client>" and
-- "bh:<host>": a line each, "<hash> <site> <expires> <made> <at> <acr> <amr> <cv>"
-- with tabs between, the two times in ms, expires 0 for never. The latest is the last.

local function parse(line)
  local b = {}
  b.hash, b.site, b.expires, b.made, b.at, b.acr, b.amr, b.cv =
    string.match(line, '^([^\t]*)\t([^\t]*)\t(%d+)\t(%d+)\t(%d+)\t([^\t]*)\t([^\t]*)\t([^\t]*)$')
  if not b.hash then return nil end
  b.expires, b.made = tonumber(b.expires), tonumber(b.made)
  return b
end

local function line(b)
  return table.concat({b.hash, b.site, int(b.expires), int(b.made), b.at, b.acr, b.amr, b.cv}, '\t')
end

-- bindings returns those of a field that stand. What cannot be read is none.
local function bindings(field)
  local all = {}
  for text in string.gmatch(redis.call('HGET', KEYS[1], field) or '', '[^\n]+') do
    local b = parse(text)
    if b and (b.expires == 0 or now < b.expires) then all[#all + 1] = b end
  end
  return all
end

-- bound returns the binding of a secret with this hash for a site, or nil.
local function bound(field, site, hash)
  for _, b in ipairs(bindings(field)) do
    if b.hash == hash and b.site == site then return b end
  end
  return nil
end

-- seenBound is what the status tells to who presents the secret of binding b, as
-- seen does of the session's own.
local function seenBound(s, b)
  if b or s == 'gone' or s == 'corrupt' then return s end
  if s == 'active' then return 'superseded' end
  return 'gone'
end

-- under makes the record show the sign-in that binding b was made under.
local function under(r, b)
  r.at, r.acr, r.amr, r.cv = b.at, b.acr, b.amr, b.cv ~= '' and b.cv or false
end

-- newest returns when the latest binding of a client and site was made that stands,
-- "" for none.
local function newest(client, site)
  local made = ''
  if site == '' then return made end
  for _, b in ipairs(bindings('b:' .. client)) do
    if b.site == site then made = int(b.made) end
  end
  return made
end
