package factor

import (
	"encoding/base64"
	"encoding/json"

	"github.com/go-webauthn/webauthn/webauthn"
)

// Ceremony is what the script of a page asks the browser for: to use a passkey (WebAuthn
// section 5.5), or to make one for a user (section 5.4). Bytes are base64url in it.
type Ceremony struct {
	Challenge string `json:"challenge"`
	RP        string `json:"rp"` // Site's host name
	// Verify says whether the device has to make sure that it is its user.
	Verify string `json:"verify"`
	// Keys are the passkeys that will do, none for whatever the browser has; or, where
	// one is made, those that are not to be made again.
	Keys []Ref `json:"keys,omitempty"`
	// User is for whom one is made; nil: one is used.
	User *CeremonyUser `json:"user,omitempty"`
	// Name is how the browser calls us, and Algorithms are those of COSE that the
	// passkey may be of; where one is made.
	Name       string `json:"name,omitempty"`
	Algorithms []int  `json:"algorithms,omitempty"`
}

// CeremonyUser is a user as the browser keeps them beside a passkey.
type CeremonyUser struct {
	ID   string `json:"id"`   // HandleText
	Name string `json:"name"` // by which they know the account
}

// Ref names a passkey to a browser.
type Ref struct {
	ID        string   `json:"id"`
	Transport []string `json:"via,omitempty"`
}

// Refs name the passkeys of a user.
func (s *Set) Refs() []Ref {
	list := make([]Ref, len(s.Passkeys))
	for i, p := range s.Passkeys {
		list[i] = Ref{base64.RawURLEncoding.EncodeToString(p.Raw), p.Transport}
	}
	return list
}

// Alone asks for any passkey of the site in place of name and password.
func (s *Site) Alone(challenge string) *Ceremony {
	return &Ceremony{Challenge: challenge, RP: s.id, Verify: "required"}
}

// Use asks for one of these.
func (s *Site) Use(challenge string, keys []Ref) *Ceremony {
	return &Ceremony{Challenge: challenge, RP: s.id, Verify: "preferred", Keys: keys}
}

// Make asks for a new one. name is how the browser calls us, username the user.
func (s *Site) Make(challenge, name, userID, username string, has []Ref) *Ceremony {
	c := &Ceremony{
		Challenge: challenge, RP: s.id, Verify: "preferred", Keys: has, Name: name,
		User: &CeremonyUser{HandleText(s.Handle(userID)), username},
	}
	for _, p := range webauthn.CredentialParametersDefault() {
		c.Algorithms = append(c.Algorithms, int(p.Algorithm))
	}
	return c
}

// Text is the ceremony as a page carries it.
func (c *Ceremony) Text() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // texts and numbers always marshal
	}
	return string(text)
}
