package token

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/client"
)

// logoutLife is how long a logout token is good: it is made when it is sent, and
// should be short-lived (OpenID Connect Back-Channel Logout 1.0 section 4).
const logoutLife = 2 * time.Minute

// logoutEvent says in events what has happened (section 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// logoutClaims are those of a logout token (section 2.4). There is no nonce, so
// that it is never taken for an ID token.
type logoutClaims struct {
	Issuer   string                    `json:"iss"`
	Subject  string                    `json:"sub"`
	Audience string                    `json:"aud"`
	IssuedAt int64                     `json:"iat"`
	Expires  int64                     `json:"exp"`
	JTI      string                    `json:"jti"`
	SID      string                    `json:"sid"`
	Events   map[string]map[string]any `json:"events"`
}

// LogoutToken mints the token that tells a client of the end of a user's session,
// both named as the client knows them.
func (i *Issuer) LogoutToken(c *client.Client, userID, sid string, now time.Time) (string, error) {
	s, err := i.keys.signer(c.IDTokenAlg)
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(logoutClaims{
		Issuer: i.issuer, Subject: i.Subject(c, userID), Audience: c.ID,
		IssuedAt: now.Unix(), Expires: now.Add(logoutLife).Unix(),
		JTI: NewJTI(), SID: i.SessionID(c, sid), Events: map[string]map[string]any{logoutEvent: {}},
	})
	if err != nil {
		return "", fmt.Errorf("token: logout token: %w", err)
	}
	return s.sign(s.headerLogout, claims)
}
