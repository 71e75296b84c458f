package effect

import "slices"

// reserved are the claims that only the server says, in ID tokens and access tokens:
// those of RFC 7519 section 4.1, OpenID Connect Core 1.0 sections 2, 3.1.3.6 and 3.3.2.11,
// its logout and session specifications, RFC 7662, 7800, 8693, 9068, 9396, 9493 and 9701,
// and members that Hush itself reads in a token. Whoever checks a token believes them.
var reserved = []string{
	"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "typ", "alg", "kid",
	"nonce", "azp", "auth_time", "acr", "amr", "at_hash", "c_hash", "s_hash", "sid", "gid",
	"scope", "scp", "client_id", "cnf", "act", "may_act", "events", "toe", "txn", "active", "token_type",
	"sub_id", "sub_jwk", "_claim_names", "_claim_sources", "userinfo_claims",
	"authorization_details", "token_introspection", "ath", "htm", "htu", "jwk", "jku", "x5t#S256",
	"__proto__",
}

// Reserved reports whether a rule that sets the claim is not listened to.
func Reserved(claim string) bool { return slices.Contains(reserved, claim) }

// profile are the claims about the user of OpenID Connect Core 1.0 section 5.1. Rules
// change them on the user; sub is nobody's to change.
var profile = []string{
	"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
	"profile", "picture", "website", "email", "email_verified", "gender", "birthdate",
	"zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "updated_at",
}

// Profile are the members of the user that count where a rule changed them.
func Profile() []string { return slices.Clone(profile) }
