package effect

import (
	"slices"

	"github.com/hush-sso/hush/internal/oauth"
)

// Reserved reports whether a rule that sets the claim is not listened to. The list is
// that of whatever puts claims into tokens.
func Reserved(claim string) bool { return oauth.Reserved(claim) }

// profile are the claims about the user of OpenID Connect Core 1.0 section 5.1. Rules
// change them on the user; sub is nobody's to change.
var profile = []string{
	"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
	"profile", "picture", "website", "email", "email_verified", "gender", "birthdate",
	"zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "updated_at",
}

// Profile are the members of the user that count where a rule changed them.
func Profile() []string { return slices.Clone(profile) }
