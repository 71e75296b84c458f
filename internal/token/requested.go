package token

import (
	"encoding/json"
	"slices"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// Requested are the standard claims that a request names one by one, beside its
// scopes (OpenID Connect Core 1.0 section 5.5). The zero value names none.
type Requested struct {
	IDToken  []string `json:"id_token,omitempty"`
	UserInfo []string `json:"userinfo,omitempty"`
}

// String returns the claims as Grant.Claims has them.
func (r Requested) String() string {
	if len(r.IDToken) == 0 && len(r.UserInfo) == 0 {
		return ""
	}
	raw, err := json.Marshal(r)
	if err != nil {
		panic("token: " + err.Error()) // strings always encode
	}
	return string(raw)
}

// requested reads what String wrote.
func (g *Grant) requested() Requested {
	if g.Claims == "" {
		return Requested{} // nearly always
	}
	var r Requested
	if json.Unmarshal([]byte(g.Claims), &r) != nil {
		return Requested{}
	}
	return r
}

// Needs are what has to be granted for the claims: the scopes that they belong
// to.
func (r Requested) Needs() oauth.Grants {
	return scopesOf(r.IDToken).Union(scopesOf(r.UserInfo))
}

// ScopeOf returns the scope that gives a standard claim, and with which consent
// for it is asked; "" for a claim that is none.
func ScopeOf(claim string) string {
	for scope, names := range scopeClaims {
		if slices.Contains(names, claim) {
			return scope
		}
	}
	return ""
}

// scopesOf are the scopes that the claims belong to, as grants.
func scopesOf(claims []string) (needs oauth.Grants) {
	for _, name := range claims {
		if scope := ScopeOf(name); scope != "" && !needs.Has("", scope) {
			needs = needs.Union(oauth.NewGrants("", []string{scope}))
		}
	}
	return needs
}

// GivenClaims returns those of the user's claims that the scopes give, and
// those that were requested by name. Who calls it has seen to it that what the
// names belong to was granted.
func GivenClaims(scopes, names []string, claims map[string]any) map[string]any {
	given := claimsOfScopes(scopes, claims)
	for _, name := range names {
		if value := claims[name]; value != nil && ScopeOf(name) != "" {
			given[name] = value
		}
	}
	return given
}

// granted drops the names whose scope the session need not hold.
func (g *Grant) granted(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return !g.Needs.Has("", ScopeOf(name)) })
}

// Judged are the scopes that rules are shown: those that access tokens would have, and
// those of the claims that the userinfo endpoint would tell by name. Whoever takes a
// scope away takes its claims too, however they were asked for.
func (r Requested) Judged(scopes []string) []string {
	judged := slices.Clone(scopes)
	for _, name := range r.UserInfo {
		if scope := ScopeOf(name); !slices.Contains(judged, scope) {
			judged = append(judged, scope)
		}
	}
	return judged
}

// Judged likewise, of what earlier rules left of a grant.
func (g *Grant) Judged(api *client.API) []string {
	named := Requested{UserInfo: g.allowed(g.granted(g.requested().UserInfo))}
	return named.Judged(g.AccessScopes(api))
}

// allowed drops the names whose scope a rule took away.
func (g *Grant) allowed(names []string) []string {
	return slices.DeleteFunc(names, func(name string) bool { return !g.Effects.allows(ScopeOf(name)) })
}
