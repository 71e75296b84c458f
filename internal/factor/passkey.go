package factor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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

// Shown is what a passkey proved.
type Shown struct {
	Verified bool // the device made sure that it is its user: by a finger, a face or a PIN
	Eligible bool // the key may be on several devices
}

// AMR is that in the words of RFC 8176 section 2: a key that may be copied is one of
// software, whatever holds it.
func (s Shown) AMR() []string {
	if s.Eligible {
		return []string{"swk", "user"}
	}
	return []string{"hwk", "user"}
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

// ReadNew judges the passkey that a page made for a user and a challenge.
func (s *Site) ReadNew(userID, text, name, challenge string, now time.Time) (p Passkey, shown Shown, err error) {
	if len(text) > maxAnswer {
		return p, shown, ErrWrong
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(text))
	if err != nil {
		return p, shown, wrong(err)
	}
	c, err := s.rp.CreateCredential(s.owner(userID, &Set{}), s.session(userID, challenge, protocol.VerificationPreferred), parsed)
	if err != nil {
		return p, shown, wrong(err)
	}
	p = Passkey{
		ID: newID(), Raw: c.ID, PublicKey: c.PublicKey, Name: nameOf(name), Count: c.Authenticator.SignCount,
		Eligible: c.Flags.BackupEligible, Backed: c.Flags.BackupState, Made: now,
	}
	for _, t := range c.Transport {
		p.Transport = append(p.Transport, string(t))
	}
	return p, Shown{Verified: c.Flags.UserVerified, Eligible: p.Eligible}, nil
}

// AddPasskey adds a passkey that was made. Recovery codes are as with AddApp.
func (k *Keeper) AddPasskey(ctx context.Context, userID string, p Passkey) (recovery []string, err error) {
	return k.add(ctx, userID, func(s *Set) error { return s.addPasskey(p) })
}

// AddFirstPasskey is AddPasskey for who has no factor: ErrExists where they have one
// meanwhile.
func (k *Keeper) AddFirstPasskey(ctx context.Context, userID string, p Passkey) (recovery []string, err error) {
	return k.add(ctx, userID, func(s *Set) error {
		if s.Has() {
			return ErrExists
		}
		return s.addPasskey(p)
	})
}

func (s *Set) addPasskey(p Passkey) error {
	if slices.ContainsFunc(s.Passkeys, func(has Passkey) bool { return bytes.Equal(has.Raw, p.Raw) }) {
		return ErrUsed // the form was sent twice
	}
	if len(s.Passkeys) >= maxPasskeys {
		return ErrTooMany
	}
	s.Passkeys = append(s.Passkeys, p)
	return nil
}

// Rename gives a passkey another name. ErrWrong: there is none of that id.
func (k *Keeper) Rename(ctx context.Context, userID, id, name string) error {
	return k.change(ctx, userID, func(s *Set) error {
		i := slices.IndexFunc(s.Passkeys, func(p Passkey) bool { return p.ID == id })
		if i < 0 {
			return ErrWrong
		}
		s.Passkeys[i].Name = nameOf(name)
		return nil
	})
}

// nameOf is a name as it is kept.
func nameOf(name string) string {
	runes := []rune(strings.TrimSpace(strings.ToValidUTF8(name, "")))
	return string(runes[:min(len(runes), maxName)])
}
