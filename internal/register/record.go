package register

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hush-sso/hush/internal/client"
)

// prefix begins every id that is given out. Behind it stand 26 characters of
// base32, 130 random bits.
const prefix = "dyn-"

func newID() string { return prefix + rand.Text() }

// Issues tells whether an id has the form of those that are given out.
func (*Service) Issues(id string) bool {
	rest, ours := strings.CutPrefix(id, prefix)
	return ours && len(rest) == 26 && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// newSecret is one that can be hashed plainly: 260 random bits.
func newSecret() string { return rand.Text() + rand.Text() }

// same compares a secret with a hash in constant time.
func same(secret, hashed string) bool {
	return subtle.ConstantTimeCompare([]byte(client.HashSecret(secret)), []byte(hashed)) == 1
}

// record is a registration as it is kept, sealed and bound to its id.
type record struct {
	Metadata Metadata `json:"m"`
	Secret   string   `json:"s,omitempty"`  // hash of the client secret
	Plain    string   `json:"sp,omitempty"` // the secret itself, of an app that signs with it
	Token    string   `json:"t"`            // hash of the registration access token
	At       int64    `json:"at"`           // unix seconds
	Picture  string   `json:"p,omitempty"`  // its file name
}

func (s *Service) seal(id string, r *record) (string, error) {
	plain, err := json.Marshal(r) //nolint:gosec // sealed at once
	if err != nil {
		return "", fmt.Errorf("register: %w", err)
	}
	return s.box.Seal(plain, id), nil
}

func (s *Service) open(id, sealed string) (*record, error) {
	plain, err := s.box.Open(sealed, id)
	if err != nil {
		return nil, fmt.Errorf("registration: %w", err)
	}
	r := &record{}
	if err := json.Unmarshal(plain, r); err != nil {
		return nil, fmt.Errorf("registration: %w", err)
	}
	return r, nil
}

// client makes the app of a registration, by the rules of this moment.
func (s *Service) client(id string, r *record) (*client.Client, error) {
	if err := r.Metadata.check(s.Allowed); err != nil {
		return nil, err
	}
	spec := r.Metadata.spec()
	spec.ID, spec.SecretHash, spec.Secret = id, r.Secret, r.Plain
	if r.Picture != "" {
		spec.Logo = &client.Logo{Name: r.Picture}
	}
	c, err := client.New(spec)
	if err != nil {
		return nil, refusal(err)
	}
	return c, nil
}
