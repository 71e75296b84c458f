package config

import (
	"errors"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
)

// minClientSecret is the fewest characters of a client secret: 128 bits in
// base64. Its hash is a plain SHA-256, which does not slow down guessing.
const minClientSecret = 22

// ClientSpecs returns the apps as the provider takes them.
func (c *Config) ClientSpecs() []client.Spec {
	specs := make([]client.Spec, len(c.Clients))
	for i := range c.Clients {
		specs[i] = c.Clients[i].spec()
	}
	return specs
}

func (c *Client) spec() client.Spec {
	return client.Spec{
		ID: c.ID, Name: c.Name, Confidential: c.confidential(), FirstParty: c.FirstParty,
		RedirectURIs: c.RedirectURIs, WebOrigins: c.WebOrigins, PostLogoutRedirectURIs: c.PostLogoutRedirectURIs,
		GrantTypes: c.GrantTypes, ResponseTypes: c.ResponseTypes,
		RequirePKCE: c.RequirePKCE, TokenAuthMethod: c.TokenEndpointAuthMethod,
		IDTokenAlg: c.IDTokenSigningAlg, UserInfoAlg: c.UserInfoSignedResponseAlg, IDTokenLifetime: c.IDTokenLifetime, SecretHash: c.hash(), Secret: c.plain(),
		JWKS: c.jwks(), JWKSURI: c.JWKSURI, TokenAuthAlg: c.TokenEndpointAuthSigningAlg,
		RefreshTokenLifetime: c.RefreshTokenLifetime, RefreshTokenOutlivesSession: c.RefreshTokenOutlivesSession,
		SubjectType: c.SubjectType, SectorIdentifierURI: c.SectorIdentifierURI,
		DPoPBound: c.DPoPBoundAccessTokens, IDTokenClaims: c.IDTokenClaims,
		NoFedCM:  !c.FedCM,
		SSOGroup: c.SSOGroup, RenewalIsActivity: c.RenewalIsActivity, NoRenewalCookie: !c.RenewalCookie,
		ClientURI: c.ClientURI, PolicyURI: c.PolicyURI, TOSURI: c.TOSURI, Logo: c.logo,
		AnswerAlg: c.AuthorizationSignedResponseAlg, RequestObjectAlg: c.RequestObjectSigningAlg,
		RequireSignedRequest: c.RequireSignedRequestObject, RequirePushedRequest: c.RequirePushedAuthorizationRequests,
		BackchannelLogoutURI: c.BackchannelLogoutURI, FrontchannelLogoutURI: c.FrontchannelLogoutURI, Metadata: c.Metadata,
		RequestURIs: c.RequestURIs, DefaultMaxAge: given(c.DefaultMaxAge), DefaultACRValues: c.DefaultACRValues, MinimumACR: c.MinimumACR,
		Multifactor: c.MFA == "required",
	}
}

func (c *Client) confidential() bool { return c.Type == "confidential" }

// hash is the secret's, given or computed.
func (c *Client) hash() string {
	if c.SecretHash != "" || c.Secret == "" || c.plain() != "" {
		return string(c.SecretHash)
	}
	return HashSecret(string(c.Secret))
}

// plain is the secret itself where JWTs are signed with it.
func (c *Client) plain() string {
	if c.TokenEndpointAuthMethod == client.AuthSecret {
		return string(c.Secret)
	}
	return ""
}

// HashSecret returns what secret_hash holds for a client secret.
func HashSecret(secret string) string {
	return client.HashSecret(secret)
}

// WeakSecret tells what is wrong with a client secret, or "".
func WeakSecret(secret string) string {
	if len(secret) < minClientSecret {
		return "must be random and have 22 characters or more: make one with: hush hash-secret -generate"
	}
	return ""
}

func (d *decoder) checkClients(c *Config) {
	if len(c.Clients) == 0 && d.fine("clients") {
		d.warn("clients", "holds no app: nobody can sign in anywhere")
	}
	seen := make(map[string]int)
	for i := range c.Clients {
		path, app := index("clients", i), &c.Clients[i]
		d.unique(path+".id", app.ID, "app", seen)
		d.checkID(path, app)
		d.checkRedirects(path, app)
		d.checkOrigins(path, app)
		d.checkPages(path, app)
		d.checkSubject(path, app)
		d.checkGrants(path, app)
		d.checkChannels(path, app, c.Outbound())
		d.checkClientKeys(path, app, c.Outbound())
		d.checkClientSecret(path, app)
		d.checkClientAuth(path, app)
		d.checkRequests(path, app)
		d.checkIDClaims(path, app)
		d.checkClientACR(path, app, c)
		d.warnClient(path, app, c)
		if !d.fine(path) {
			continue
		}
		if _, err := client.New(app.spec()); err != nil { // what is said above should be all
			d.bad(path, "%s", d.registry(path, err))
		}
	}
	d.warnWellKnown(c)
}

// unique reports a value that an earlier element has.
func (d *decoder) unique(path, value, what string, seen map[string]int) {
	if value == "" {
		return
	}
	if first, twice := seen[value]; twice {
		d.bad(path, "is the same as that of the %s in line %d: every %s needs its own", what, first, what)
		return
	}
	seen[value] = d.line(path)
}

// registry returns a registry's own words, unless they may quote a value that
// must not be shown.
func (d *decoder) registry(path string, err error) string {
	for p := range d.marks {
		if strings.HasPrefix(p, path) && d.hidden(p) && len(d.marks[p].from) > 0 {
			return "cannot work: check the values that come from the environment"
		}
	}
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
	}
	return err.Error()
}

func (d *decoder) checkID(path string, c *Client) {
	if len(c.ID) > 200 || strings.ContainsFunc(c.ID, func(r rune) bool { return r <= ' ' || r > '~' }) {
		d.bad(path+".id", "must be 1 to 200 printable ASCII characters without spaces")
	}
}

func (d *decoder) checkRedirects(path string, c *Client) {
	if key := path + ".redirect_uris"; d.has(key) && len(c.RedirectURIs) == 0 && d.fine(key) {
		d.bad(key, "is empty: write where answers may be sent, such as [https://shop.example.com/callback]")
	}
	d.addresses(path+".redirect_uris", c.RedirectURIs, redirectProblem)
	d.addresses(path+".post_logout_redirect_uris", c.PostLogoutRedirectURIs, redirectProblem)
}

// checkChannels looks at where the app is told of sign-outs.
func (d *decoder) checkChannels(path string, c *Client, out egress.Options) {
	back, front := path+".backchannel_logout_uri", path+".frontchannel_logout_uri"
	if uri := c.BackchannelLogoutURI; uri != "" && d.fine(back) {
		if err := client.CheckFetched(uri); err != nil {
			d.bad(back, "%s %s", d.show(back, uri), err)
		} else if out.Check(uri) != nil {
			d.bad(back, "%s is never called: it must lead to a public address, at port 443 or one above 1023; one of your own network has to be in egress.allow", d.show(back, uri))
		}
	}
	if uri := c.FrontchannelLogoutURI; uri != "" && d.fine(front) && d.fine(path+".redirect_uris") && len(c.RedirectURIs) > 0 {
		_, err := client.New(client.Spec{ID: "x", RedirectURIs: c.RedirectURIs, FrontchannelLogoutURI: uri})
		for inner := err; inner != nil; inner = errors.Unwrap(inner) {
			err = inner // the innermost speaks of the address alone
		}
		if err != nil {
			d.bad(front, "%s %v", d.show(front, uri), err)
		}
	}
}

func (d *decoder) checkOrigins(path string, c *Client) {
	d.addresses(path+".web_origins", c.WebOrigins, func(raw string) error {
		_, err := client.ParseOrigin(raw)
		return err
	})
}

// addresses reports each address that the registry would refuse, and repeats.
func (d *decoder) addresses(path string, list []string, judge func(string) error) {
	seen := make(map[string]bool)
	for i, raw := range list {
		key := index(path, i)
		if !d.fine(key) {
			continue
		}
		err := judge(raw)
		switch {
		case seen[raw]:
			d.bad(key, "%s is in the list twice: remove one", d.show(key, raw))
		case raw == "":
			d.bad(key, "is empty%s: write an address, or remove it", d.whose(key))
		case err != nil && d.hidden(key):
			d.bad(key, "%s is refused: write an absolute https URL, exact and without wildcard, fragment, user name or default port", d.show(key, raw))
		case err != nil:
			d.bad(key, "%s: %v", d.show(key, raw), err)
		}
		seen[raw] = true
	}
}

// redirectProblem asks the registry about one address.
func redirectProblem(raw string) error {
	_, err := client.New(client.Spec{ID: "x", RedirectURIs: []string{raw}})
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner // the innermost speaks of the address alone
	}
	return err
}
