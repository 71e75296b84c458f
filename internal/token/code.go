package token

import (
	"fmt"
	"strings"

	"github.com/hush-sso/hush/internal/seal"
)

// Codes are authorization codes: grants, sealed for one client. They are kept
// nowhere; Redeem sees to it that each is used once.
type Codes struct{ box *seal.Box }

// NewCodes returns the codes of this server.
func NewCodes(keyring *seal.Keyring) *Codes { return &Codes{keyring.Box("code")} }

// originPrefix is how the place of a redirect URI begins in a code that went to no
// address. No redirect URI can be registered that begins so.
const originPrefix = "fedcm:"

// ForOrigin is what stands for the redirect URI in a code that a browser handed to
// a page of this web origin itself (FedCM).
func ForOrigin(origin string) string { return originPrefix + origin }

// originOf returns the web origin that a code was handed to, if it was.
func (g *Grant) originOf() (origin string, handed bool) {
	return strings.CutPrefix(g.RedirectURI, originPrefix)
}

// SealCode returns the code for a grant. The client id is not in it: it is
// bound to it (RFC 6749 section 4.1.3).
func (c *Codes) SealCode(g Grant) string {
	return c.box.Seal(appendGrant(make([]byte, 0, 512), &g), g.ClientID)
}

// OpenCode returns what a code of this client grants. It judges neither age
// nor use. Its errors wrap seal.ErrUnknownKey or seal.ErrInvalid.
func (c *Codes) OpenCode(clientID, code string) (Grant, error) {
	raw, err := c.box.Open(code, clientID)
	if err != nil {
		return Grant{}, fmt.Errorf("token: code: %w", err)
	}
	g, err := parseGrant(raw)
	if err != nil {
		return Grant{}, fmt.Errorf("token: code: %w", err)
	}
	g.ClientID = clientID
	return g, nil
}
