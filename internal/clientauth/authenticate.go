package clientauth

import (
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
)

// Presented is what a request shows of the client that sends it.
type Presented struct {
	Params oauth.Params
	// Authorization are the values of the header of that name.
	Authorization []string
	// Audiences may stand as aud in an assertion: the issuer, the token
	// endpoint and the endpoint that is called.
	Audiences []string
}

// Keys finds the public keys of clients.
type Keys interface {
	// Keys returns those that may have signed a JWT with this header. An error
	// with [clientkeys.ErrUnusable] in its chain is the client's to mend, any
	// other an outage.
	Keys(ctx context.Context, c *client.Client, h jose.Header) ([]jose.Key, error)
}

// UsedAssertions makes an assertion good for one request.
type UsedAssertions interface {
	// MarkUsed tells whether this is the first use of id, which it remembers for
	// ttl. The same attempt again is the first.
	MarkUsed(ctx context.Context, id, attempt string, ttl time.Duration) (first bool, err error)
}

// Authenticator finds out who calls. It is safe for concurrent use.
type Authenticator struct {
	Keys Keys
	Used UsedAssertions
	Now  func() time.Time // default: the system's clock
}

func (a *Authenticator) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

// ErrUnknown is the cause of a refusal where nobody has the client_id.
var ErrUnknown = errors.New("clientauth: an unknown client_id")

// Find looks a client up by its client_id: nil for one that nobody has, an
// error where nobody can tell.
type Find func(ctx context.Context, id string) (*client.Client, error)

// Authenticate returns the client that a request is from, once a confidential
// one has shown what only it has (RFC 6749 section 2.3). Errors are
// *oauth.Error, or find's.
func (a *Authenticator) Authenticate(ctx context.Context, find Find, p Presented) (*client.Client, error) {
	shown, err := a.read(p)
	if err != nil {
		return nil, err
	}
	c, err := find(ctx, shown.id)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, because(ErrUnknown, "No app is registered under this client_id.")
	case shown.assertion != nil:
		err = a.byAssertion(ctx, c, shown.assertion)
	default:
		err = shown.bySecret(c)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// credentials are what was shown, and how.
type credentials struct {
	id, secret, method string
	assertion          *assertion
}

// read takes the credentials out of a request. Two ways at once are refused
// (RFC 6749 section 2.3): one of them may be a leftover, or somebody else's.
func (a *Authenticator) read(p Presented) (credentials, error) {
	raw, kind := p.Params.Get("client_assertion"), p.Params.Get("client_assertion_type")
	shown := credentials{id: p.Params.Get("client_id"), secret: p.Params.Get("client_secret"), method: client.AuthNone}
	var ways []string
	if len(p.Authorization) > 0 {
		ways = append(ways, "the Authorization header")
	}
	if shown.secret != "" {
		ways, shown.method = append(ways, "client_secret"), client.AuthPost
	}
	if raw != "" || kind != "" {
		ways = append(ways, "client_assertion")
	}
	if len(ways) > 1 || len(p.Authorization) > 1 {
		return credentials{}, oauth.Errorf(oauth.InvalidRequest, "The client authenticates more than once: by %s.", strings.Join(ways, " and "))
	}
	var err error
	switch {
	case len(p.Authorization) > 0:
		err = shown.take(basic(p.Authorization[0]))
	case len(ways) > 0 && shown.secret == "":
		err = shown.assert(readAssertion(raw, kind, p.Audiences, a.now()))
	}
	switch {
	case err != nil:
		return credentials{}, err
	case shown.id == "":
		return credentials{}, oauth.Errorf(oauth.InvalidRequest, "client_id is missing.")
	}
	return shown, nil
}

// take puts the credentials of the header in place.
func (shown *credentials) take(id, secret string, err error) error {
	if err == nil && shown.id != "" && shown.id != id {
		err = oauth.Errorf(oauth.InvalidRequest, "client_id names another client than the Authorization header.")
	}
	*shown = credentials{id: id, secret: secret, method: client.AuthBasic}
	return err
}

// assert puts an assertion in place.
func (shown *credentials) assert(s *assertion, err error) error {
	if err != nil {
		return err
	}
	if shown.id != "" && shown.id != s.id {
		return oauth.Errorf(oauth.InvalidRequest, "client_id names another client than client_assertion.")
	}
	shown.id, shown.assertion = s.id, s
	return nil
}

// bySecret judges a client_id with a secret, or without one.
func (shown credentials) bySecret(c *client.Client) error {
	switch {
	case !c.Confidential && shown.secret != "":
		return refuse("The app is public and has no secret: send client_id only.")
	case c.Confidential && !c.CheckSecret(shown.secret):
		if shown.method == client.AuthNone {
			return refuse("The app is confidential and sent neither its secret nor a client_assertion.")
		}
		return refuse("The client secret is missing or wrong.")
	case c.Confidential && !c.AllowsAuthMethod(shown.method):
		// Only said to who knows the secret.
		return refuse("The app is registered for %s and used %s.", c.TokenAuthMethod, shown.method)
	}
	return nil
}

// basic reads client_secret_basic: both parts are form-encoded first (RFC 6749
// section 2.3.1).
func basic(header string) (id, secret string, err error) {
	bad := refuse("The Authorization header is not valid client_secret_basic.")
	scheme, value, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", bad
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil {
		return "", "", bad
	}
	user, password, ok := strings.Cut(string(raw), ":")
	if !ok {
		return "", "", bad
	}
	if id, err = url.QueryUnescape(user); err != nil {
		return "", "", bad
	}
	if secret, err = url.QueryUnescape(password); err != nil {
		return "", "", bad
	}
	return id, secret, nil
}
