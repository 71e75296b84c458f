package token

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
)

// Config is what an issuer is made of. Zero durations are the defaults.
type Config struct {
	Issuer  string        // the iss claim byte for byte, required
	Keyring *seal.Keyring // required
	Keys    *Keys         // required; may be loaded later
	Grants  GrantStore    // needed by what asks whether a grant lives
	// Marks end grants by the time at which their user signed in. Default: none do.
	Marks *session.Marks
	// PairwiseSalt is 32 random bytes that never change, or nil: no client is
	// pairwise then.
	PairwiseSalt []byte

	IDToken            time.Duration // lifetime of ID tokens; default 10 h
	AccessToken        time.Duration // of access tokens from the token endpoint; default 24 h
	BrowserAccessToken time.Duration // of those from the authorization endpoint; default 2 h
	Code               time.Duration // of codes; default 60 s
	Refresh            time.Duration // of refresh tokens, from the first to the last; default 720 h
}

// Issuer mints, redeems and verifies. It is safe for concurrent use. Until its
// keys are loaded, what needs them fails with ErrNotReady.
type Issuer struct {
	*Codes
	issuer   string
	userinfo string
	keys     *Keys
	grants   GrantStore
	marks    *session.Marks
	gids     *seal.Box
	refresh  *seal.Box
	life     lifetimes
	salt     []byte
}

type lifetimes struct{ id, access, browser, code, refresh time.Duration }

// NewIssuer returns an issuer.
func NewIssuer(c Config) (*Issuer, error) {
	if c.Issuer == "" || c.Keyring == nil || c.Keys == nil {
		return nil, errors.New("token: Config needs Issuer, Keyring and Keys")
	}
	life := lifetimes{
		id:      cmp.Or(c.IDToken, 10*time.Hour),
		access:  cmp.Or(c.AccessToken, 24*time.Hour),
		browser: cmp.Or(c.BrowserAccessToken, 2*time.Hour),
		code:    cmp.Or(c.Code, time.Minute),
		refresh: cmp.Or(c.Refresh, 720*time.Hour),
	}
	if min(life.id, life.access, life.browser, life.code, life.refresh) < time.Second {
		return nil, errors.New("token: lifetimes must be a second or more")
	}
	return &Issuer{
		Codes:    NewCodes(c.Keyring),
		issuer:   c.Issuer,
		userinfo: strings.TrimSuffix(c.Issuer, "/") + "/userinfo",
		keys:     c.Keys,
		grants:   c.Grants,
		marks:    c.Marks,
		gids:     c.Keyring.Box("grant"),
		refresh:  c.Keyring.Box("refresh token"),
		life:     life,
		salt:     c.PairwiseSalt,
	}, nil
}

// Name is the iss claim.
func (i *Issuer) Name() string { return i.issuer }

// UserinfoAudience returns the aud of access tokens that are for no API: the
// address of the userinfo endpoint.
func (i *Issuer) UserinfoAudience() string { return i.userinfo }

// accessLifetime is that of the API where it sets one (nil: userinfo).
func (i *Issuer) accessLifetime(api *client.API, browser bool) time.Duration {
	if api == nil {
		api = &client.API{}
	}
	if browser {
		return cmp.Or(api.BrowserTokenLifetime, i.life.browser)
	}
	return cmp.Or(api.AccessTokenLifetime, i.life.access)
}

func (i *Issuer) idLifetime(c *client.Client) time.Duration {
	return cmp.Or(c.IDTokenLifetime, i.life.id)
}

func (i *Issuer) refreshLifetime(c *client.Client) time.Duration {
	return cmp.Or(c.RefreshTokenLifetime, i.life.refresh)
}

// The gid claim seals which grant a token came from: the session key must not
// be seen by those who read tokens.
func (i *Issuer) sealGrantID(g *Grant) string {
	buf := make([]byte, 0, 64)
	buf = append(buf, g.Key[:]...)
	buf = append(buf, g.JTI...)
	return i.gids.Seal(buf, g.ClientID)
}

// OpenGrantID reads the gid claim of this client's access token, so that the
// live record can be found from it.
func (i *Issuer) OpenGrantID(clientID, gid string) (session.Key, string, error) {
	raw, err := i.gids.Open(gid, clientID)
	if err != nil {
		return session.Key{}, "", fmt.Errorf("token: gid: %w", err)
	}
	const size = len(session.Key{})
	if len(raw) <= size {
		return session.Key{}, "", fmt.Errorf("token: gid: %w", seal.ErrInvalid)
	}
	return session.Key(raw[:size]), string(raw[size:]), nil
}
