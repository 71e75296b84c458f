package token

// scopeClaims are the claims that a scope gives (OpenID Connect Core 1.0
// section 5.4). Nothing else of a user's claims leaves in a token, so the
// protocol's own claims can never come from the directory.
var scopeClaims = map[string][]string{
	"profile": {
		"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
		"picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
	},
	"email":   {"email", "email_verified"},
	"address": {"address"},
	"phone":   {"phone_number", "phone_number_verified"},
}

// ClaimsOf returns the names of the claims that scopes give.
func ClaimsOf(scopes []string) []string {
	var names []string
	for _, scope := range scopes {
		names = append(names, scopeClaims[scope]...)
	}
	return names
}

// claimsOfScopes returns those of the user's claims that the scopes give, for the
// ID token and the userinfo endpoint alike.
func claimsOfScopes(scopes []string, claims map[string]any) map[string]any {
	given := make(map[string]any)
	for _, scope := range scopes {
		for _, name := range scopeClaims[scope] {
			if value := claims[name]; value != nil {
				given[name] = value
			}
		}
	}
	return given
}
