package demo

import (
	"net/url"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/acr"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/session"
)

// accessTokenLifetime is short, so that a visitor sees a renewal before the
// coffee is cold.
const accessTokenLifetime = 5 * time.Minute

// Clients are the registrations of the three apps. Reports is somebody else's
// app: its users are asked for consent once. The other two are first-party.
func (c Config) Clients() []client.Spec {
	return []client.Spec{
		{
			ID: OrdersClientID, Name: "Orders", FirstParty: true,
			RedirectURIs:           []string{c.Orders + CallbackPath, c.Orders + SilentCallbackPath},
			WebOrigins:             []string{c.Orders},
			PostLogoutRedirectURIs: []string{c.Orders + "/"},
			BackchannelLogoutURI:   c.told(c.Orders),
			GrantTypes:             []string{"authorization_code", "refresh_token"},
		},
		{
			ID: ReportsClientID, Name: "Reports",
			RedirectURIs:           []string{c.Reports + CallbackPath},
			WebOrigins:             []string{c.Reports},
			PostLogoutRedirectURIs: []string{c.Reports + "/"},
			BackchannelLogoutURI:   c.told(c.Reports),
			NoRenewalCookie:        c.CrossSite,
			Metadata:               map[string]string{"required_role": "analyst"}, // for rules
		},
		{
			ID: ClassicClientID, Name: "Classic", FirstParty: true,
			RedirectURIs:           []string{c.Classic + CallbackPath},
			WebOrigins:             []string{c.Classic},
			PostLogoutRedirectURIs: []string{c.Classic + "/"},
			FrontchannelLogoutURI:  c.Classic + FrontchannelPath,
			GrantTypes:             []string{"implicit"},
			ResponseTypes:          []string{"id_token token", "id_token", "token"},
		},
	}
}

// told is where the provider tells an app of sign-outs, "" where it cannot.
func (c Config) told(base string) string {
	if !c.Calls {
		return ""
	}
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	if strings.HasSuffix(u.Hostname(), ".localhost") { // for browsers only
		u.Host = "localhost:" + u.Port()
	}
	return u.String() + BackchannelPath
}

// APIs is the registration of the demo API.
func (c Config) APIs() []client.API {
	return []client.API{{
		Audience: c.audience(), Name: "Demo API",
		Scopes:              map[string]string{ScopeReadOrders: "See your orders", ScopeReadReports: "See your reports"},
		AccessTokenLifetime: accessTokenLifetime, BrowserTokenLifetime: accessTokenLifetime,
		SkipConsentForFirstParty: true,
	}}
}

// Session lets people of the demo ask to stay signed in.
func Session() session.Policy {
	return session.Policy{Remember: &session.Limits{Idle: 30 * 24 * time.Hour, Lifetime: 90 * 24 * time.Hour}}
}

// ACR is the order of the authentication contexts of the demo.
func ACR() *acr.Order {
	order, err := acr.New([]acr.Class{
		{Value: "1"},
		{Value: ACRConfirmed, Methods: [][]string{{"pwd"}}, OnRequest: true, MaxAge: ConfirmedFor},
	})
	if err != nil {
		panic(err) // two constants
	}
	return order
}

// Hashes of wonderland and builder. They are the same at every start, so that a
// session in a Redis of its own is not taken for one of an older password.
const (
	wonderland = "$argon2id$v=19$m=19456,t=2,p=1$vpY8vzCNcknxYlNh8i3KNQ$9yceSWQ+IXYCHpMFcbq8JE/r2XULwTvBrQFdaCLuFmw"
	builder    = "$argon2id$v=19$m=19456,t=2,p=1$SsMlfzuZLUr9fHdzfBjoBw$wupRp2SCx7iSPtD/Y3zTe+rGJkxcU3yaUuTdV+ncBWg"
)

// Users are the two people of the demo. Their passwords are on its first
// screen and protect nothing. What is known of them for rules is in no token by itself.
func Users() []login.User {
	return []login.User{
		{ID: "alice", Username: "alice", PasswordHash: wonderland, Claims: map[string]any{
			"name": "Alice Liddell", "given_name": "Alice", "family_name": "Liddell", "preferred_username": "alice",
			"email": "alice@demo.example", "email_verified": true, "updated_at": 1767225600,
		}, AppMetadata: map[string]any{"roles": []any{"buyer", "analyst"}, "plan": "gold"}},
		{ID: "bob", Username: "bob", PasswordHash: builder, Claims: map[string]any{
			"name": "Bob Mason", "given_name": "Bob", "family_name": "Mason", "preferred_username": "bob",
			"email": "bob@demo.example", "email_verified": true, "updated_at": 1767225600,
		}, AppMetadata: map[string]any{"roles": []any{"buyer"}}},
	}
}
