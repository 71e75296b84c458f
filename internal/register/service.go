package register

import (
	"context"
	"encoding/json"
	"net/netip"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// Store keeps registrations, which it cannot read. An error is an outage.
type Store interface {
	// Registration returns an app, "" for none, and keeps what is used.
	Registration(ctx context.Context, id string) (sealed string, err error)
	// RegistrationAndSessions also returns what session.Store.ResolveAll does, in
	// the same round trip.
	RegistrationAndSessions(ctx context.Context, id string, queries []session.Query) (sealed string, seen []session.Seen, err error)
	// SaveRegistration puts sealed in the place of was, "" for nothing, in one
	// step; not ok means that something else is there. A nil picture leaves the
	// one that is there, an empty one removes it.
	SaveRegistration(ctx context.Context, id, was, sealed string, picture []byte) (ok bool, err error)
	// DeleteRegistration forgets app and picture. Nothing is success.
	DeleteRegistration(ctx context.Context, id string) error
	// RegisteredPicture returns an app's picture, nil for none.
	RegisteredPicture(ctx context.Context, id string) ([]byte, error)
}

// Gate slows strangers down.
type Gate interface {
	// Enter returns an error that says how long to wait, or an outage.
	Enter(ctx context.Context, from netip.Addr) error
}

// Config is what a Service works with. Fields are required unless they say so.
type Config struct {
	Store   Store
	Fetch   Fetcher
	Gate    Gate
	Keyring *seal.Keyring
	// Tokens are the hashes of initial access tokens, as "sha256:" and hex digits.
	// Optional with Open.
	Tokens []string
	// Open lets apps register without such a token, as often as Gate lets them.
	Open bool
	Allowed
}

// Allowed is what the operator lets such apps have.
type Allowed struct {
	Implicit bool // tokens from the authorization endpoint itself
	Pairwise bool // subjects of their own, for which the provider needs a salt
}

// Service registers apps. It is safe for concurrent use.
type Service struct {
	Config
	box *seal.Box
}

// New returns a Service.
func New(c Config) *Service { return &Service{Config: c, box: c.Keyring.Box("registration")} }

// Answer is a registration as its app is told of it (RFC 7591 section 3.2.1).
type Answer struct {
	ClientID      string `json:"client_id"`
	ClientSecret  string `json:"client_secret,omitempty"`            // only when it was made
	SecretExpires *int64 `json:"client_secret_expires_at,omitempty"` // 0, beside a secret
	IssuedAt      int64  `json:"client_id_issued_at"`                // unix seconds
	Token         string `json:"registration_access_token"`
	URI           string `json:"registration_client_uri"` // the caller fills it in
	Metadata
}

func (r *record) answer(id, token, secret string) *Answer {
	a := &Answer{ClientID: id, ClientSecret: secret, IssuedAt: r.At, Token: token, Metadata: r.Metadata}
	if secret != "" {
		a.SecretExpires = new(int64)
	}
	return a
}

// Register takes a registration from somebody who shows an initial access token,
// or none (""). Every error is an *oauth.Error or one of Gate's.
func (s *Service) Register(ctx context.Context, token string, from netip.Addr, body []byte) (*Answer, error) {
	known := s.invited(token)
	if !known && (token != "" || !s.Open) {
		if token != "" {
			return nil, oauth.Errorf(oauth.InvalidToken, "The initial access token is not one that may register apps: ask whoever runs this service.")
		}
		return nil, oauth.Errorf(oauth.InvalidToken, "An initial access token is needed to register an app: ask whoever runs this service.")
	}
	m, _, err := Parse(body)
	if err != nil {
		return nil, err
	}
	id, mine := newID(), newSecret()
	r := &record{Metadata: *m, Token: client.HashSecret(mine), At: time.Now().Unix()}
	secret := r.giveSecret()
	if _, err := s.client(id, r); err != nil {
		return nil, err
	}
	if !known {
		// Before anything is fetched or kept for a stranger.
		if err := s.Gate.Enter(ctx, from); err != nil {
			return nil, err
		}
	}
	if err := s.sector(ctx, m); err != nil {
		return nil, err
	}
	name, picture, err := s.picture(ctx, id, m)
	if err != nil {
		return nil, err
	}
	r.Picture = name
	if ok, err := s.save(ctx, id, "", r, picture); err != nil || !ok {
		return nil, silent.Unavailable(err)
	}
	return r.answer(id, mine, secret), nil
}

// invited looks at every token, so that the time tells none apart.
func (s *Service) invited(token string) (known bool) {
	for _, hashed := range s.Tokens {
		if same(token, hashed) {
			known = true
		}
	}
	return known
}

// giveSecret makes a client secret where the app needs one and has none, and
// takes one away that it needs no more. It returns a new one, which nobody can
// be told again.
func (r *record) giveSecret() (secret string) {
	signs := r.Metadata.TokenEndpointAuthMethod == client.AuthSecret
	switch {
	case !r.Metadata.needsSecret():
		r.Secret, r.Plain = "", ""
		return ""
	case signs && r.Plain != "", !signs && r.Secret != "":
		return ""
	case r.Plain != "": // it is shown from now on: the hash is enough
		r.Secret, r.Plain = client.HashSecret(r.Plain), ""
		return ""
	}
	secret = newSecret()
	if r.Secret = client.HashSecret(secret); signs {
		r.Secret, r.Plain = "", secret
	}
	return secret
}

// hasSecret tells whether this is the app's.
func (r *record) hasSecret(secret string) bool {
	if r.Plain != "" {
		return same(secret, client.HashSecret(r.Plain))
	}
	return same(secret, r.Secret)
}

func (s *Service) save(ctx context.Context, id, was string, r *record, picture []byte) (ok bool, err error) {
	sealed, err := s.seal(id, r)
	if err != nil {
		return false, err
	}
	return s.Store.SaveRegistration(ctx, id, was, sealed, picture)
}

// errStranger is said for a wrong token and for an app that is not there, so
// that nobody learns which apps there are (RFC 7592 section 2.1).
var errStranger = oauth.Errorf(oauth.InvalidToken, "The registration access token is not that of this app, or there is no such app.")

// held returns a registration to who holds its token.
func (s *Service) held(ctx context.Context, id, token string) (r *record, sealed string, err error) {
	if !s.Issues(id) || token == "" {
		return nil, "", errStranger
	}
	sealed, err = s.Store.Registration(ctx, id)
	if err != nil {
		return nil, "", silent.Unavailable(err)
	}
	if sealed == "" {
		return nil, "", errStranger
	}
	if r, err = s.open(id, sealed); err != nil {
		return nil, "", silent.Unavailable(err)
	}
	if !same(token, r.Token) {
		return nil, "", errStranger
	}
	return r, sealed, nil
}

// Read tells an app what is registered of it (RFC 7592 section 2.1).
func (s *Service) Read(ctx context.Context, id, token string) (*Answer, error) {
	r, _, err := s.held(ctx, id, token)
	if err != nil {
		return nil, err
	}
	return r.answer(id, token, ""), nil
}

// Delete forgets an app (section 2.3). From then on it is unknown on every node.
func (s *Service) Delete(ctx context.Context, id, token string) error {
	if _, _, err := s.held(ctx, id, token); err != nil {
		return err
	}
	if err := s.Store.DeleteRegistration(ctx, id); err != nil {
		return silent.Unavailable(err)
	}
	return nil
}

// updates is how often a change is tried when others change the same app at that
// moment.
const updates = 5

// Update replaces all of a registration (section 2.2).
func (s *Service) Update(ctx context.Context, id, token string, body []byte) (*Answer, error) {
	for range updates {
		r, sealed, err := s.held(ctx, id, token)
		if err != nil {
			return nil, err
		}
		m, members, err := Parse(body)
		if err != nil {
			return nil, err
		}
		if err := r.assigned(id, members); err != nil {
			return nil, err
		}
		secret, picture, err := s.replace(ctx, id, r, m)
		if err != nil {
			return nil, err
		}
		ok, err := s.save(ctx, id, sealed, r, picture)
		if err != nil {
			return nil, silent.Unavailable(err)
		}
		if ok {
			return r.answer(id, token, secret), nil
		}
	}
	return nil, silent.Unavailable(nil)
}

// replace puts other metadata into a record. A picture of the same address stays.
func (s *Service) replace(ctx context.Context, id string, r *record, m *Metadata) (secret string, picture []byte, err error) {
	same := m.LogoURI == r.Metadata.LogoURI
	r.Metadata = *m
	secret = r.giveSecret()
	if _, err := s.client(id, r); err != nil {
		return "", nil, err
	}
	if err := s.sector(ctx, m); err != nil || same {
		return secret, nil, err
	}
	r.Picture, picture, err = s.picture(ctx, id, m)
	return secret, picture, err
}

// assigned: what the server decides an app may repeat at most (section 2.2).
func (r *record) assigned(id string, members map[string]json.RawMessage) error {
	for _, name := range []string{"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"} {
		if _, there := members[name]; there {
			return invalid("%s must not be sent (RFC 7592 section 2.2)", name)
		}
	}
	var sent, secret string
	if json.Unmarshal(members["client_id"], &sent) != nil || sent != id {
		return invalid("client_id must be that of the app (RFC 7592 section 2.2)")
	}
	if value, there := members["client_secret"]; there && (json.Unmarshal(value, &secret) != nil || !r.hasSecret(secret)) {
		return invalid("client_secret is not that of the app: it cannot be chosen")
	}
	return nil
}
