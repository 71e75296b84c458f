package token

import (
	"errors"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/client"
)

// idClaims are the protocol's claims of an ID token (OpenID Connect Core 1.0
// sections 2 and 3.3.2.11). Claims about the user follow them.
type idClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience string   `json:"aud"`
	Expires  int64    `json:"exp"`
	IssuedAt int64    `json:"iat"`
	AuthTime int64    `json:"auth_time"`
	Nonce    string   `json:"nonce,omitempty"`
	SID      string   `json:"sid,omitempty"`
	ACR      string   `json:"acr,omitempty"`
	AMR      []string `json:"amr,omitempty"`
	ATHash   string   `json:"at_hash,omitempty"`
	CHash    string   `json:"c_hash,omitempty"`
}

// IDToken mints an ID token with the claims about the user that the scopes
// give and that were requested by name, those that the client's registration maps, and
// what rules made of them all. accessToken and code are those that leave in the same
// answer, or "".
func (i *Issuer) IDToken(c *client.Client, g Grant, u User, now time.Time, accessToken, code string) (string, error) {
	if u.ID != g.UserID || c.ID != g.ClientID {
		return "", errors.New("token: ID token for another user or client than was granted")
	}
	s, err := i.keys.signer(c.IDTokenAlg)
	if err != nil {
		return "", err
	}
	claims := idClaims{
		Issuer: i.issuer, Subject: g.Subject(), Audience: g.ClientID,
		Expires: now.Add(i.idLifetime(c)).Unix(), IssuedAt: now.Unix(), AuthTime: g.AuthTime.Unix(),
		Nonce: g.Nonce, SID: i.sessionID(&g), ACR: g.ACR, AMR: g.AMR,
	}
	if accessToken != "" {
		claims.ATHash = s.halfHash(accessToken)
	}
	if code != "" {
		claims.CHash = s.halfHash(code)
	}
	given := GivenClaims(g.ScopesOf(nil), g.granted(g.requested().IDToken), g.Effects.user(u.Claims))
	about := present(topped(topped(given, u.mapped(c.MappedClaims())), g.Effects.idToken()))
	o, err := claims.write(make([]byte, 0, claimsRoom)).values(about)
	if err != nil {
		return "", fmt.Errorf("token: ID token: %w", err)
	}
	return s.sign(s.headerID, o.close())
}

// claimsRoom is as much as the claims of most tokens take, in bytes.
const claimsRoom = 1024

// write writes the claims as their tags say.
func (c *idClaims) write(o object) object {
	return o.text("iss", c.Issuer).text("sub", c.Subject).text("aud", c.Audience).
		number("exp", c.Expires).number("iat", c.IssuedAt).number("auth_time", c.AuthTime).
		mayText("nonce", c.Nonce).mayText("sid", c.SID).mayText("acr", c.ACR).mayTexts("amr", c.AMR).
		mayText("at_hash", c.ATHash).mayText("c_hash", c.CHash)
}
