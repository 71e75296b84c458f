-- oauth.Grants in Lua: "\n<audience> <scope>\n<audience> <scope>\n", or "".

local function has(grants, line)
  return string.find(grants, '\n' .. line .. '\n', 1, true) ~= nil
end

local function covers(grants, needs)
  for line in string.gmatch(needs, '[^\n]+') do
    if not has(grants, line) then return false end
  end
  return true
end

local function union(grants, more)
  for line in string.gmatch(more, '[^\n]+') do
    if not has(grants, line) then
      if grants == '' then grants = '\n' end
      grants = grants .. line .. '\n'
    end
  end
  return grants
end
