package clientauth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/clientkeys"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

// AssertionType is the only client_assertion_type (RFC 7523 section 2.2).
const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// Algorithms are those that an assertion may be signed with; HS256 is that of
// client_secret_jwt.
var Algorithms = append(slices.Clone(jose.Algorithms), "HS256")

// What an assertion may look like. typ is optional in RFC 7523; the explicit
// one is that of its successor (draft-ietf-oauth-rfc7523bis).
var assertionForm = jose.Want{Algs: Algorithms, Types: []string{"", "JWT", "client-authentication+jwt"}}

// Bounds on the time of an assertion. Its jti is remembered until it ends, so
// one that never did would be remembered for ever.
const (
	longestLife = 10 * time.Minute
	slack       = 30 * time.Second // between our own nodes, whose clocks all judge exp
)

// assertion is what a client says of itself (RFC 7523 section 3).
type assertion struct {
	raw     string
	header  jose.Header
	id      string // iss and sub
	jti     string
	expires time.Time
}

// MethodOf returns the method that an algorithm belongs to: a secret makes
// MACs, a key signatures.
func MethodOf(alg string) string {
	if alg == "HS256" {
		return client.AuthSecret
	}
	return client.AuthKey
}

func (s *assertion) method() string { return MethodOf(s.header.Alg) }

// readAssertion reads all that needs no key: nothing is looked up, fetched or
// stored for one that is malformed, expired or for somebody else.
func readAssertion(raw, kind string, audiences []string, now time.Time) (*assertion, error) {
	switch {
	case raw == "":
		return nil, oauth.Errorf(oauth.InvalidRequest, "client_assertion is missing, but client_assertion_type is there.")
	case kind == "":
		return nil, oauth.Errorf(oauth.InvalidRequest, "client_assertion_type is missing: it must be %s.", AssertionType)
	case kind != AssertionType:
		return nil, refuse("client_assertion_type must be %s.", AssertionType)
	}
	header, claims, err := jose.Read(raw, assertionForm)
	if err != nil {
		return nil, because(err, "client_assertion is not a JWT as it must be (RFC 7523 section 3): three parts in base64url, alg one of %s, typ JWT, client-authentication+jwt or absent, no crit, no other header than kid, no member twice.", strings.Join(Algorithms, ", "))
	}
	var c struct {
		Iss, Sub, JTI string
		Aud           jose.Audience
	}
	if err := json.Unmarshal(claims, &c); err != nil {
		return nil, because(err, "client_assertion: iss, sub and jti must be strings, and aud a string or a list of strings.")
	}
	expires, err := jose.Times{Now: now, Leeway: jose.Leeway, Longest: longestLife}.Check(claims)
	switch {
	case c.Sub == "" || c.Iss != c.Sub:
		return nil, refuse("client_assertion: iss and sub must both be the client_id.")
	case c.JTI == "":
		return nil, refuse("client_assertion: jti is missing.")
	case len(c.Aud) == 0 || slices.ContainsFunc(c.Aud, func(one string) bool { return !slices.Contains(audiences, one) }):
		return nil, refuse("client_assertion: aud must be this issuer, or the address that is called, and nothing else: one of %s.", strings.Join(slices.Compact(slices.Clone(audiences)), ", "))
	case err != nil:
		return nil, because(err, "client_assertion: %v.", err)
	}
	return &assertion{raw, header, c.Sub, c.JTI, expires}, nil
}

// byAssertion judges the signature, and then uses the assertion up.
func (a *Authenticator) byAssertion(ctx context.Context, c *client.Client, s *assertion) error {
	keys, err := a.keys(ctx, c, s)
	if err != nil {
		return err
	}
	if _, err := jose.Verify(s.raw, s.header, keys...); err != nil {
		return because(err, "client_assertion is not signed by the app: none of its keys fits kid, alg and signature.")
	}
	switch { // only said to who holds the key
	case !c.Confidential:
		return refuse("The app is public: send client_id only.")
	case !c.AllowsAuthMethod(s.method()):
		return refuse("The app is registered for %s and used %s.", c.TokenAuthMethod, s.method())
	case c.TokenAuthAlg != "" && c.TokenAuthAlg != s.header.Alg:
		return refuse("The app is registered for %s and used %s.", c.TokenAuthAlg, s.header.Alg)
	}
	first, err := a.Used.MarkUsed(ctx, s.mark(), rand.Text(), s.expires.Sub(a.now())+jose.Leeway+slack)
	switch {
	case err != nil:
		return silent.Unavailable(err)
	case !first:
		return refuse("client_assertion was used before: each needs a jti of its own.")
	}
	return nil
}

// keys are those that may have signed the assertion.
func (a *Authenticator) keys(ctx context.Context, c *client.Client, s *assertion) ([]jose.Key, error) {
	if s.method() == client.AuthSecret {
		if c.Secret == "" {
			return nil, nil
		}
		return []jose.Key{jose.Secret([]byte(c.Secret))}, nil
	}
	keys, err := a.Keys.Keys(ctx, c, s.header)
	switch {
	case errors.Is(err, clientkeys.ErrUnusable):
		return nil, because(err, "The app's jwks_uri serves no keys that can be used.")
	case err != nil:
		return nil, &oauth.Error{Code: oauth.TemporarilyUnavailable, Cause: err,
			Description: "The keys of the app cannot be read from its jwks_uri at the moment: try again shortly."}
	}
	return keys, nil
}

// mark names the assertion in the store, by client and jti and without showing
// them.
func (s *assertion) mark() string {
	sum := sha256.Sum256([]byte("client assertion\x00" + s.id + "\x00" + s.jti))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func refuse(format string, args ...any) error {
	return oauth.Errorf(oauth.InvalidClient, format, args...)
}

func because(cause error, format string, args ...any) error {
	e := oauth.Errorf(oauth.InvalidClient, format, args...)
	e.Cause = cause
	return e
}
