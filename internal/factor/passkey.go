package factor

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Passkey is a credential of WebAuthn.
type Passkey struct {
	ID        string    `json:"id"` // ours
	Raw       []byte    `json:"raw"`
	PublicKey []byte    `json:"key"` // COSE
	Name      string    `json:"name,omitempty"`
	Count     uint32    `json:"count,omitempty"`
	Eligible  bool      `json:"be,omitempty"` // it may be copied to the user's other devices
	Backed    bool      `json:"bs,omitempty"`
	Transport []string  `json:"via,omitempty"`
	Made      time.Time `json:"made"`
	Used      time.Time `json:"used,omitzero"`
}

// credential is the passkey as go-webauthn knows it.
func (p *Passkey) credential() webauthn.Credential {
	c := webauthn.Credential{ID: p.Raw, PublicKey: p.PublicKey, Authenticator: webauthn.Authenticator{SignCount: p.Count}}
	c.Flags.BackupEligible, c.Flags.BackupState = p.Eligible, p.Backed
	return c
}

// Site is whom passkeys are for (the relying party): they are good at its host only,
// and in windows of its origin.
type Site struct {
	issuer string
	id     string // host name
	rp     *webauthn.WebAuthn
}

// NewSite returns the site of our pages at an address. A passkey cannot be for an
// address of a number (WebAuthn section 5.1.2, RP ID).
func NewSite(issuer, address, name string) (*Site, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	rp, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: name, RPOrigins: []string{u.Scheme + "://" + u.Host}})
	if err != nil {
		return nil, fmt.Errorf("passkeys for %s: %w", u.Hostname(), err)
	}
	return &Site{issuer, u.Hostname(), rp}, nil
}

// ID is the host name that passkeys are for.
func (s *Site) ID() string { return s.id }

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

// Assertion is a passkey's answer, read and not yet judged.
type Assertion struct {
	parsed *protocol.ParsedCredentialAssertionData
}

// maxAnswer bounds an answer of a passkey, in bytes of JSON.
const maxAnswer = 16 << 10

// ReadAssertion reads what a page sent: PublicKeyCredential.toJSON (WebAuthn section
// 5.1.8).
func ReadAssertion(text string) (*Assertion, error) {
	if len(text) > maxAnswer {
		return nil, ErrWrong
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(text))
	if err != nil {
		return nil, wrong(err)
	}
	return &Assertion{parsed}, nil
}

// Handle is whose the passkey says it is, HandleText of it; "" where it does not.
func (a *Assertion) Handle() string { return HandleText(a.parsed.Response.UserHandle) }

// wrong is ErrWrong with what a log should say.
func wrong(err error) error {
	if p := (*protocol.Error)(nil); errors.As(err, &p) {
		return fmt.Errorf("%w: %s %s", ErrWrong, p.Details, p.DevInfo)
	}
	return fmt.Errorf("%w: %w", ErrWrong, err)
}

// session is what go-webauthn judges an answer by.
func (s *Site) session(userID, challenge string, verify protocol.UserVerificationRequirement) webauthn.SessionData {
	return webauthn.SessionData{
		Challenge: challenge, RelyingPartyID: s.id, UserID: s.Handle(userID),
		UserVerification: verify, CredParams: webauthn.CredentialParametersDefault(),
	}
}

// Shown is what a passkey proved.
type Shown struct {
	Verified bool // the device made sure that it is its user: by a finger, a face or a PIN
	Eligible bool // the key may be on several devices
}

// UsePasskey accepts the answer of one of a user's passkeys to a challenge. alone: it
// stands for a password too, so the device must have verified its user. Errors are
// ErrWrong, ErrCloned, ErrBusy, or trouble.
func (k *Keeper) UsePasskey(ctx context.Context, site *Site, userID string, a *Assertion, challenge string, alone bool, now time.Time) (shown Shown, err error) {
	verify := protocol.VerificationPreferred
	if alone {
		verify = protocol.VerificationRequired
	}
	flags := a.parsed.Response.AuthenticatorData.Flags
	shown = Shown{Verified: flags.HasUserVerified(), Eligible: flags.HasBackupEligible()}
	err = k.change(ctx, userID, func(set *Set) error {
		c, err := site.rp.ValidateLogin(site.owner(userID, set), site.session(userID, challenge, verify), a.parsed)
		if err != nil {
			return wrong(err)
		}
		if c.Authenticator.CloneWarning {
			return ErrCloned
		}
		p := &set.Passkeys[slices.IndexFunc(set.Passkeys, func(p Passkey) bool { return bytes.Equal(p.Raw, c.ID) })]
		p.Count, p.Backed, p.Used = c.Authenticator.SignCount, c.Flags.BackupState, now
		return nil
	})
	return shown, err
}

// AddPasskey adds the passkey that a page made for a challenge. Recovery codes are as
// with AddApp.
func (k *Keeper) AddPasskey(ctx context.Context, site *Site, userID, text, name, challenge string, now time.Time) (recovery []string, err error) {
	if len(text) > maxAnswer {
		return nil, ErrWrong
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(text))
	if err != nil {
		return nil, wrong(err)
	}
	c, err := site.rp.CreateCredential(site.owner(userID, &Set{}), site.session(userID, challenge, protocol.VerificationPreferred), parsed)
	if err != nil {
		return nil, wrong(err)
	}
	p := Passkey{
		ID: newID(), Raw: c.ID, PublicKey: c.PublicKey, Name: nameOf(name), Count: c.Authenticator.SignCount,
		Eligible: c.Flags.BackupEligible, Backed: c.Flags.BackupState, Made: now,
	}
	for _, t := range c.Transport {
		p.Transport = append(p.Transport, string(t))
	}
	return k.add(ctx, userID, func(s *Set) error {
		if slices.ContainsFunc(s.Passkeys, func(has Passkey) bool { return bytes.Equal(has.Raw, p.Raw) }) {
			return ErrUsed
		}
		if len(s.Passkeys) >= maxPasskeys {
			return ErrTooMany
		}
		s.Passkeys = append(s.Passkeys, p)
		return nil
	})
}

// nameOf is a name as it is kept.
func nameOf(name string) string {
	runes := []rune(strings.TrimSpace(strings.ToValidUTF8(name, "")))
	return string(runes[:min(len(runes), maxName)])
}
