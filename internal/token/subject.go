package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/hush-sso/hush/internal/client"
)

// Subject is the sub by which the client knows a user: the user's id, or for a
// pairwise client a value that clients of the same sector share and nobody can
// lead back to the id or compare between sectors without the salt (OpenID
// Connect Core 1.0 section 8.1). Whatever a client is told of a user, and whatever
// it says of one, goes through here.
func (i *Issuer) Subject(c *client.Client, userID string) string {
	if !c.Pairwise() {
		return userID
	}
	return i.pairwise("sub", c.Sector(), userID)
}

// CanBePairwise tells whether there is a salt. Without one no client may be
// pairwise.
func (i *Issuer) CanBePairwise() bool { return len(i.salt) > 0 }

// SessionID is the sid by which the client knows a session. All clients of a
// session would see the same, so a client that must not compare its users with
// others' gets its own.
func (i *Issuer) SessionID(c *client.Client, sid string) string {
	return i.sid(c.Pairwise(), c.ID, sid)
}

// sessionID is SessionID as it was when the grant was made.
func (i *Issuer) sessionID(g *Grant) string { return i.sid(g.Sub != "", g.ClientID, g.SID) }

func (i *Issuer) sid(pairwise bool, clientID, sid string) string {
	if !pairwise || sid == "" {
		return sid
	}
	return i.pairwise("sid", clientID, sid)
}

// pairwise hides what it is made of: an HMAC, each part behind its length. What
// it returns must never change.
func (i *Issuer) pairwise(parts ...string) string {
	if !i.CanBePairwise() {
		panic("token: a pairwise client without a salt") // provider.New refuses it
	}
	mac := hmac.New(sha256.New, i.salt)
	var buf []byte
	for _, p := range parts {
		buf = append(binary.AppendUvarint(buf, uint64(len(p))), p...)
	}
	mac.Write(buf)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
