package authorize

import (
	"slices"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// maxAPIs bounds what a code and a consent page have to carry.
const maxAPIs = 10

// readAudience finds the APIs that access tokens are for: Auth0's audience, and
// resource (RFC 8707 section 2).
func (s *Service) readAudience(q *request) *oauth.Error {
	userinfo := 0
	for name := range q.params.Values("audience", "resource") {
		api := q.set.API(name)
		switch {
		case name == "":
		case name == s.Tokens.UserinfoAudience():
			userinfo = 1 // which scope openid gives
		case api == nil:
			return oauth.Errorf(oauth.InvalidTarget, "audience or resource names an API that is not registered.")
		case slices.Contains(q.apis, api):
		case len(q.apis) == maxAPIs:
			return oauth.Errorf(oauth.InvalidTarget, "audience and resource name more than %d APIs.", maxAPIs)
		default:
			q.apis = append(q.apis, api)
		}
	}
	if len(q.apis)+userinfo > 1 && q.types.Has(oauth.ResponseToken) {
		return oauth.Errorf(oauth.InvalidTarget, "audience and resource name several APIs, and an access token is for one: with response_type=%s name one.", q.types)
	}
	return nil
}

// api is the one that the authorization endpoint's own access token is for, and
// that of the token endpoint where nothing else is asked; nil: userinfo.
func (q *request) api() *client.API {
	if len(q.apis) == 0 {
		return nil
	}
	return q.apis[0]
}

// refreshable tells whether the app can use refresh tokens and asks for a code.
// Where it does not, offline_access means nothing (OpenID Connect Core 1.0 section
// 11).
func (q *request) refreshable() bool {
	return q.client.HasGrant(client.GrantRefresh) && q.types.Has(oauth.ResponseCode)
}

// readScope keeps the scopes that exist. Others are dropped, as RFC 6749
// section 3.3 allows; if nothing is left there is nothing to grant.
func (*Service) readScope(q *request) *oauth.Error {
	raw := q.params.Get("scope")
	if len(raw) > maxScope {
		return oauth.Errorf(oauth.InvalidRequest, "scope is longer than %d bytes.", maxScope)
	}
	words, err := oauth.ParseScope(raw)
	if err != nil {
		return err
	}
	q.readNeeds(slices.DeleteFunc(words, func(word string) bool { return !q.client.MayHave(word) }))
	if len(q.scopes) == 0 {
		return oauth.Errorf(oauth.InvalidScope, "scope is missing, or names nothing that the app may have: use openid, or scopes of the APIs named in audience.")
	}
	if q.types.Has(oauth.ResponseIDToken) && !q.has("openid") {
		return oauth.Errorf(oauth.InvalidScope, "response_type=%s needs scope openid.", q.types)
	}
	return nil
}

// readNeeds sorts out whose the scopes are. One name may be a scope of several
// of the APIs: then it is asked of each. It keeps words, changed.
func (q *request) readNeeds(words []string) {
	if !q.refreshable() {
		words = slices.DeleteFunc(words, func(word string) bool { return word == oauth.ScopeOfflineAccess })
	}
	scopes := make([]string, 0, len(words)+1)
	for _, word := range words {
		if isIdentity(word) {
			scopes = append(scopes, word)
		}
	}
	q.needs = oauth.NewGrants("", scopes)
	for _, api := range q.apis {
		// The empty scope stands for the audience itself: a token for an API is
		// something to allow even where it carries none of its scopes.
		scopes = append(scopes[:0], "")
		for _, word := range words {
			if api.HasScope(word) && !isIdentity(word) {
				scopes = append(scopes, word)
			}
		}
		q.needs = q.needs.Union(oauth.NewGrants(api.Audience, scopes))
	}
	q.scopes = slices.DeleteFunc(words, func(word string) bool {
		return !isIdentity(word) && !slices.ContainsFunc(q.apis, func(a *client.API) bool { return a.HasScope(word) })
	})
}

func isIdentity(scope string) bool { return slices.Contains(oauth.IdentityScopes, scope) }

func (q *request) has(scope string) bool {
	return slices.Contains(q.scopes, scope)
}
