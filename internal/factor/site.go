package factor

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Site is whom passkeys are for (the relying party): they are good at its host only,
// and in windows of its origin.
type Site struct {
	issuer string
	id     string // host name
	rp     *webauthn.WebAuthn
}

// NewSite returns the site of an issuer whose pages are at an address. There is none for
// an address of a number, or of one word but localhost (WebAuthn section 5.1.2, RP ID).
func NewSite(issuer, address string) (*Site, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	rp, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPOrigins: []string{u.Scheme + "://" + u.Host}})
	if err != nil {
		return nil, fmt.Errorf("passkeys for %s: %w", u.Hostname(), err)
	}
	return &Site{issuer, u.Hostname(), rp}, nil
}

// Handle is how a passkey knows its user: it names nobody, and stays the same.
func (s *Site) Handle(userID string) []byte {
	sum := sha256.Sum256([]byte("passkey user\x00" + s.issuer + "\x00" + userID))
	return sum[:]
}

// HandleText is a handle as pages carry it.
func HandleText(handle []byte) string { return base64.RawURLEncoding.EncodeToString(handle) }

// Challenge is what a passkey has to sign for a page, from the secret id of the page's
// form: it is good in one form, and so in one browser and once.
func Challenge(formID string) string {
	sum := sha256.Sum256([]byte("passkey challenge\x00" + formID))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// owner is a user as go-webauthn knows them.
type owner struct {
	handle      []byte
	credentials []webauthn.Credential
}

func (o *owner) WebAuthnID() []byte                         { return o.handle }
func (o *owner) WebAuthnName() string                       { return "" }
func (o *owner) WebAuthnDisplayName() string                { return "" }
func (o *owner) WebAuthnCredentials() []webauthn.Credential { return o.credentials }

func (s *Site) owner(userID string, set *Set) *owner {
	o := &owner{handle: s.Handle(userID)}
	for i := range set.Passkeys {
		o.credentials = append(o.credentials, set.Passkeys[i].credential())
	}
	return o
}

// session is what go-webauthn judges an answer by.
func (s *Site) session(userID, challenge string, verify protocol.UserVerificationRequirement) webauthn.SessionData {
	return webauthn.SessionData{
		Challenge: challenge, RelyingPartyID: s.id, UserID: s.Handle(userID),
		UserVerification: verify, CredParams: webauthn.CredentialParametersDefault(),
	}
}
