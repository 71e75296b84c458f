package oauth

import (
	"strings"
	"unicode"
)

// reserved are the claims that a protocol gives a meaning to, in any token of ours or
// in an answer that a token is read from: the registered names of OpenID Connect,
// OAuth and the token formats around them, and our own. Nothing that comes from rules
// or from the configuration may bear one. Names of the user's attributes (email,
// roles and so on) are none.
var reserved = []string{
	// RFC 7519 section 4.1
	"iss", "sub", "aud", "exp", "nbf", "iat", "jti",
	// OpenID Connect Core 1.0 sections 2, 3.3.2.11, 5.6 and 7.4; FAPI's s_hash
	"auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sub_jwk",
	"_claim_names", "_claim_sources",
	// Sign-out and events: Front-Channel Logout 1.0 section 3, RFC 8417
	"sid", "events", "toe", "txn", "sub_id",
	// Access tokens and their introspection: RFC 7662, 7800, 8693, 9068, 9396, 9449, 9701
	"scope", "scp", "client_id", "cnf", "act", "may_act", "active", "token_type", "authorization_details",
	"token_introspection", "ath", "htm", "htu",
	// Trust in the sign-in: RFC 8485, RFC 8747's kin
	"vot", "vtm",
	// Of Auth0, which libraries that speak to it check: organizations, grant type
	"org_id", "org_name", "gty",
	// Header parameters that have been taken for claims
	"alg", "typ", "cty", "kid", "jku", "jwk", "jwe", "x5u", "x5c", "x5t", "x5t#S256", "crit",
	// Ours: see internal/token
	"gid", "userinfo", "userinfo_claims",
	// Of no protocol, but it changes what JavaScript makes of the others
	"__proto__",
}

// maxClaimName is the length of a name of a claim in bytes: that of any address which
// serves as a namespace.
const maxClaimName = 256

// Reserved tells whether a claim may bear this name only if the protocol gives it: the
// one list, for rules and for the configuration alike. The names are compared as
// readers compare them who take Sub for sub (encoding/json does). What is no decent
// name is reserved too.
func Reserved(claim string) bool {
	if claim == "" || len(claim) > maxClaimName || strings.TrimSpace(claim) != claim || strings.ContainsFunc(claim, unprintable) {
		return true
	}
	for _, name := range reserved {
		if strings.EqualFold(name, claim) {
			return true
		}
	}
	return false
}

// unprintable: what cannot be seen would have names look like others.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\ufffd'
}
