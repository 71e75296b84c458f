package token

import (
	"slices"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// Ask is what a request at the token endpoint wants of what was granted: one
// API, and there fewer scopes. The zero value is everything for the first API.
type Ask struct {
	Scopes  []string // nil: all (RFC 6749 section 6)
	Targets []string // audience and resource (RFC 8707 section 2.2)

	// APIs finds the APIs that a grant is for: client.Set.API. nil: there are
	// none.
	APIs func(audience string) *client.API
}

// narrow applies the request to the grant. What was not granted is left out of
// the scopes, as at the authorization endpoint: libraries repeat what they asked
// for there.
func (i *Issuer) narrow(g Grant, a Ask) (Grant, *client.API, error) {
	api, err := i.target(&g, a)
	if err != nil {
		return g, nil, err
	}
	if a.Scopes == nil {
		return g, api, nil
	}
	granted := g.ScopesOf(api)
	g.Scopes = nil
	for _, scope := range granted {
		if slices.Contains(a.Scopes, scope) {
			g.Scopes = append(g.Scopes, scope)
		}
	}
	if len(g.Scopes) == 0 {
		return g, nil, oauth.Errorf(oauth.InvalidScope, "scope names nothing that was granted for this API.")
	}
	return g, api, nil
}

// target is the one API that the access token is for.
func (i *Issuer) target(g *Grant, a Ask) (*client.API, error) {
	granted := g.Audiences()
	want := i.userinfo
	if len(granted) > 0 {
		want = granted[0]
	}
	for n, name := range a.Targets {
		if n > 0 && name != want {
			return nil, oauth.Errorf(oauth.InvalidTarget, "audience and resource name several APIs, and an access token is for one: ask for each with a request of its own.")
		}
		want = name
	}
	switch {
	case want == i.userinfo:
		return nil, nil
	case !slices.Contains(granted, want):
		return nil, oauth.Errorf(oauth.InvalidTarget, "audience or resource names an API that was not granted: name it at the authorization endpoint too.")
	}
	if a.APIs != nil {
		if api := a.APIs(want); api != nil {
			return api, nil
		}
	}
	if len(a.Targets) == 0 {
		return nil, invalidGrant(nil, "The API that this is for is no longer registered.")
	}
	return nil, oauth.Errorf(oauth.InvalidTarget, "audience or resource names an API that is no longer registered.")
}
