-- Reads what a refresh token is worth, and writes only to end a family whose
-- token was used before. Answers with the user, whether the session lives,
-- within the grace the answer that the token was given already, the version of the
-- credential, and when the latest binding of the site was made.
local what, r, answer = present(asked)
if what ~= 'head' and what ~= 'again' then return no(what) end
return stands(r, answer or '', r.live and newest(asked.client, ARGV[8]) or '')
