package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/sync/singleflight"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
)

// Why a sign-in by another provider does not go on. Whatever else is wrong is the
// answer, which cannot be trusted.
var (
	// ErrAway: it does not answer, or not now.
	ErrAway = errors.New("upstream: the provider is away")
	// ErrRefused: it says that it did not sign the user in.
	ErrRefused = errors.New("upstream: the provider did not sign the user in")
	// ErrStale: the user did not prove there anew who they are, as was asked for.
	ErrStale = errors.New("upstream: the sign-in there is older than was asked for")
	// ErrTooMuch: what it tells of the user is more than a session holds.
	ErrTooMuch = errors.New("upstream: the claims of the user are too large")
)

// Times of what a provider says of itself.
const (
	metadataLife = time.Hour       // then it is read again; the old one stands while that fails
	metadataWait = 5 * time.Second // after a failure nobody asks again
	maxAnswer    = 256 << 10       // bytes
)

// Calls are made to all connections, and what they say of themselves is kept, whatever
// becomes of the set. Safe for concurrent use.
type Calls struct {
	http  *http.Client
	keys  *http.Client
	mu    sync.Mutex
	known map[string]*metadata // by issuer
	tried map[string]failure
	once  singleflight.Group
}

type failure struct {
	at  time.Time
	err error
}

// NewCalls returns Calls by this client.
func NewCalls(c *egress.Client) *Calls {
	keys := c.HTTP(maxAnswer)
	keys.Transport = &sparing{RoundTripper: keys.Transport, last: map[string]kept{}}
	return &Calls{http: c.HTTP(maxAnswer), keys: keys, known: map[string]*metadata{}, tried: map[string]failure{}}
}

// metadata is what a provider says of itself (OpenID Connect Discovery 1.0 section 3).
type metadata struct {
	provider *oidc.Provider
	keys     oidc.KeySet
	read     time.Time

	EndSession string   `json:"end_session_endpoint"`
	Methods    []string `json:"token_endpoint_auth_methods_supported"`
	JWKS       string   `json:"jwks_uri"`
	// TellsIssuer: each answer says whose it is (RFC 9207 section 3).
	TellsIssuer bool `json:"authorization_response_iss_parameter_supported"`
}

// metadata returns that of an issuer: what is known, or what it says now. An error
// that is ErrAway may pass.
func (c *Calls) metadata(ctx context.Context, issuer string) (*metadata, error) {
	c.mu.Lock()
	known, failed := c.known[issuer], c.tried[issuer]
	c.mu.Unlock()
	if known != nil && time.Since(known.read) < metadataLife {
		return known, nil
	}
	if time.Since(failed.at) < metadataWait {
		if known != nil {
			return known, nil
		}
		return nil, failed.err
	}
	// Whoever asks first may leave; the others wait for the same answer.
	read, err, _ := c.once.Do(issuer, func() (any, error) { return c.discover(context.WithoutCancel(ctx), issuer) })
	if err == nil {
		return read.(*metadata), nil
	}
	if known != nil {
		return known, nil // what it said before stands
	}
	return nil, err
}

// discover reads it.
func (c *Calls) discover(ctx context.Context, issuer string) (*metadata, error) {
	m, err := c.read(ctx, issuer)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.tried[issuer] = failure{time.Now(), err}
		return nil, err
	}
	delete(c.tried, issuer)
	c.known[issuer] = m
	return m, nil
}

func (c *Calls) read(ctx context.Context, issuer string) (*metadata, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, c.http), issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: discovery of %s: %w", ErrAway, issuer, err)
	}
	m := &metadata{provider: provider, read: time.Now()}
	if err := provider.Claims(m); err != nil {
		return nil, fmt.Errorf("%w: discovery of %s: %w", ErrAway, issuer, err)
	}
	at := provider.Endpoint()
	for name, address := range map[string]string{"authorization_endpoint": at.AuthURL, "token_endpoint": at.TokenURL, "jwks_uri": m.JWKS} {
		if !goodAddress(address) {
			return nil, fmt.Errorf("upstream: discovery of %s: %s is no https address", issuer, name)
		}
	}
	if m.EndSession != "" && !goodAddress(m.EndSession) {
		m.EndSession = ""
	}
	m.keys = noting{oidc.NewRemoteKeySet(oidc.ClientContext(context.WithoutCancel(ctx), c.keys), m.JWKS)}
	return m, nil
}

// goodAddress tells whether a browser or a call may be sent to an address that a
// provider names: https, or http on this machine.
func goodAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && u.User == nil && u.Fragment == "" &&
		(u.Scheme == "https" || u.Scheme == "http" && client.IsLoopback(u.Hostname()))
}

// noting tells by the context when a key could not be read: go-oidc makes the error a
// text, by which a wrong signature looks the same.
type noting struct{ oidc.KeySet }

type noteKey struct{}

// VerifySignature implements [oidc.KeySet].
func (n noting) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := n.KeySet.VerifySignature(ctx, jwt)
	if note, ok := ctx.Value(noteKey{}).(*error); ok {
		*note = err
	}
	return payload, err
}

// verifier checks tokens of the provider's for a client.
func (m *metadata) verifier(issuer, clientID string) *oidc.IDTokenVerifier {
	return oidc.NewVerifier(issuer, m.keys, &oidc.Config{ClientID: clientID, SupportedSigningAlgs: algorithms})
}

// algorithms of signatures that only the provider can make.
var algorithms = []string{oidc.RS256, oidc.PS256, oidc.ES256, oidc.EdDSA, oidc.RS384, oidc.RS512, oidc.PS384, oidc.PS512, oidc.ES384, oidc.ES512}

// verified runs a check of a token. Where a key could not be read it is ErrAway.
func verified[T any](ctx context.Context, raw string, check func(context.Context, string) (T, error)) (T, error) {
	var note error
	t, err := check(context.WithValue(ctx, noteKey{}, &note), raw)
	if err != nil && note != nil && strings.HasPrefix(note.Error(), "fetching keys") {
		err = fmt.Errorf("%w: %w", ErrAway, err)
	}
	return t, err
}
