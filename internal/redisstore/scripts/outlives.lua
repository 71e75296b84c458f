-- outlives tells for which statuses of a session the refresh families that may
-- outlive it do. One that was ended for the user's sake takes all with it.
local function outlives(s)
  return s == 'gone' or s == 'idle' or s == 'expired' or s == 'signed_out' or s == 'replaced' or s == 'displaced'
end
