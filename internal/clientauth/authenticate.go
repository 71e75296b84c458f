package clientauth

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// The ways in which a client may authenticate (OpenID Connect Core 1.0 section
// 9).
const (
	None  = "none"
	Basic = "client_secret_basic"
	Post  = "client_secret_post"
)

// Presented is what a request shows of the client that sends it.
type Presented struct {
	Params oauth.Params
	// Authorization are the values of the header of that name.
	Authorization []string
}

// Authenticator finds out who calls. It is safe for concurrent use.
type Authenticator struct{}

// Authenticate returns the client that a request is from, once a confidential
// one has shown what only it has (RFC 6749 section 2.3). find returns nil for a
// client_id that nobody has, and an error where it cannot tell.
func (a *Authenticator) Authenticate(ctx context.Context, find Find, p Presented) (*client.Client, error) {
	shown, err := read(p)
	if err != nil {
		return nil, err
	}
	c, err := find(ctx, shown.id)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, oauth.Errorf(oauth.InvalidClient, "No app is registered under this client_id.")
	}
	if err := shown.bySecret(c); err != nil {
		return nil, err
	}
	return c, nil
}

// Find looks a client up by its client_id.
type Find func(ctx context.Context, id string) (*client.Client, error)

// credentials are what was shown, and how.
type credentials struct{ id, secret, method string }

// read takes the credentials out of a request. Two ways at once are refused: one
// of them may be a leftover, or put there by somebody else.
func read(p Presented) (credentials, error) {
	shown := credentials{id: p.Params.Get("client_id"), secret: p.Params.Get("client_secret"), method: None}
	if shown.secret != "" {
		shown.method = Post
	}
	if len(p.Authorization) > 0 {
		if shown.secret != "" || len(p.Authorization) > 1 {
			return credentials{}, oauth.Errorf(oauth.InvalidRequest, "The client authenticates twice: by header and by client_secret.")
		}
		user, password, err := basic(p.Authorization[0])
		if err != nil {
			return credentials{}, err
		}
		if shown.id != "" && shown.id != user {
			return credentials{}, oauth.Errorf(oauth.InvalidRequest, "client_id names another client than the Authorization header.")
		}
		shown = credentials{id: user, secret: password, method: Basic}
	}
	if shown.id == "" {
		return credentials{}, oauth.Errorf(oauth.InvalidRequest, "client_id is missing.")
	}
	return shown, nil
}

// bySecret judges a client_id with a secret, or without one.
func (shown credentials) bySecret(c *client.Client) error {
	switch {
	case !c.Confidential && shown.secret != "":
		return oauth.Errorf(oauth.InvalidClient, "The app is public and has no secret: send client_id only.")
	case c.Confidential && !c.CheckSecret(shown.secret):
		return oauth.Errorf(oauth.InvalidClient, "The client secret is missing or wrong.")
	case c.Confidential && !c.AllowsAuthMethod(shown.method):
		// Only said to who knows the secret.
		return oauth.Errorf(oauth.InvalidClient, "The app is registered for %s and used %s.", c.TokenAuthMethod, shown.method)
	}
	return nil
}

// basic reads client_secret_basic: both parts are form-encoded first (RFC 6749
// section 2.3.1).
func basic(header string) (id, secret string, err error) {
	bad := oauth.Errorf(oauth.InvalidClient, "The Authorization header is not valid client_secret_basic.")
	scheme, value, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", bad
	}
	raw, err := base64.StdEncoding.DecodeString(value)
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
