package token

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/client"
)

// told is what rules would have the userinfo endpoint tell, as with Auth0: what they
// give to ID tokens, and the user as they changed them, as far as the scopes of the
// token or the names give it. Who uses the token later runs no rules.
func (g *Grant) told(named []string) map[string]any {
	if g.Effects == nil {
		return nil
	}
	told := make(map[string]any)
	scopes := g.AccessScopes(nil)
	for name, value := range g.Effects.User {
		if scope := ScopeOf(name); scope != "" && (slices.Contains(scopes, scope) || slices.Contains(named, name)) {
			told[name] = value
		}
	}
	return topped(told, g.Effects.IDToken)
}

// TellUser returns what the userinfo endpoint tells of the user to the app that holds
// the token.
func (c *AccessClaims) TellUser(app *client.Client, u User) map[string]any {
	given := GivenClaims(strings.Fields(c.Scope), c.UserInfo, u.Claims)
	claims := present(topped(topped(given, u.mapped(app.MappedClaims())), c.Told))
	claims["sub"] = c.Subject
	return claims
}

// SignUserInfo returns what the userinfo endpoint tells as a JWT for this client
// (OpenID Connect Core 1.0 section 5.3.2), signed as it registered. It is true of
// the moment, so it has no exp.
func (i *Issuer) SignUserInfo(c *client.Client, claims map[string]any) (string, error) {
	s, err := i.keys.signer(c.UserInfoAlg)
	if err != nil {
		return "", err
	}
	told := maps.Clone(claims)
	told["iss"], told["aud"] = i.issuer, c.ID
	raw, err := json.Marshal(told)
	if err != nil {
		return "", fmt.Errorf("token: userinfo: %w", err)
	}
	return s.sign(s.headerUserInfo, raw)
}
