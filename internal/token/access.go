package token

import (
	"errors"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/client"
)

// AccessClaims are the claims of our access tokens (RFC 9068 section 2.2).
type AccessClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience string   `json:"aud"`
	ClientID string   `json:"client_id"`
	IssuedAt int64    `json:"iat"` // seconds since 1970, as the two below
	Expires  int64    `json:"exp"`
	AuthTime int64    `json:"auth_time"`
	JTI      string   `json:"jti"` // of this token
	Scope    string   `json:"scope"`
	ACR      string   `json:"acr,omitempty"`
	AMR      []string `json:"amr,omitempty"`
	SID      string   `json:"sid,omitempty"`
	GrantID  string   `json:"gid"` // for OpenGrantID
	// Confirmation names the key without which the token is no use; nil: any
	// bearer may use it.
	Confirmation *Confirmation `json:"cnf,omitempty"`
	// UserInfo are the claims that were requested by name for the userinfo
	// endpoint; in its own tokens only.
	UserInfo []string `json:"userinfo_claims,omitempty"`
	// Told is what rules would have the userinfo endpoint tell, null for withheld; in
	// its own tokens only.
	Told map[string]any `json:"userinfo,omitempty"`

	// Known once the store was asked, and in no token.
	UserID     string `json:"-"` // in the directory
	SessionID  string `json:"-"` // that of the session itself, for the log
	Credential string `json:"-"` // of the session; see Standing
}

// Confirmation is the cnf claim (RFC 7800 section 3.1).
type Confirmation struct {
	JKT string `json:"jkt"` // thumbprint of a DPoP key (RFC 9449 section 6.1)
}

// JKT is the thumbprint of the key that the token is bound to, "" for none.
func (c *AccessClaims) JKT() string {
	if c.Confirmation == nil {
		return ""
	}
	return c.Confirmation.JKT
}

// AccessToken mints an access token for an API, or for the userinfo endpoint
// where api is nil, and tells how long it lives. browser says that it leaves
// the authorization endpoint itself and so lives shorter, and that nobody has
// shown a key: only tokens of the token endpoint are bound to g.JKT.
func (i *Issuer) AccessToken(g Grant, api *client.API, u User, now time.Time, browser bool) (string, time.Duration, error) {
	if u.ID != g.UserID {
		return "", 0, errors.New("token: access token for another user than was granted")
	}
	alg, audience := Algorithms[0], i.userinfo
	if api != nil {
		if !g.Needs.Has(api.Audience, "") {
			return "", 0, errors.New("token: access token for an API that was not granted")
		}
		alg, audience = api.SigningAlg, api.Audience
	}
	s, err := i.keys.signer(alg)
	if err != nil {
		return "", 0, err
	}
	life := i.accessLifetime(api, browser)
	var bound *Confirmation
	if g.JKT != "" && !browser {
		bound = &Confirmation{JKT: g.JKT}
	}
	var named []string
	var told map[string]any
	if api == nil {
		named = g.allowed(g.granted(g.requested().UserInfo))
		told = g.told(named)
	}
	claims := AccessClaims{
		Issuer: i.issuer, Subject: g.Subject(), Audience: audience, ClientID: g.ClientID,
		IssuedAt: now.Unix(), Expires: now.Add(life).Unix(), AuthTime: g.AuthTime.Unix(),
		JTI: NewJTI(), Scope: g.AccessScope(api),
		ACR: g.ACR, AMR: g.AMR, SID: i.sessionID(&g), GrantID: i.sealGrantID(&g),
		Confirmation: bound, UserInfo: named, Told: told,
	}
	about := present(topped(u.mapped(api.MappedClaims()), g.Effects.accessToken()))
	o, err := claims.write(make([]byte, 0, claimsRoom))
	if err == nil {
		o, err = o.values(about)
	}
	if err != nil {
		return "", 0, fmt.Errorf("token: access token: %w", err)
	}
	raw, err := s.sign(s.headerAccess, o.close())
	return raw, life, err
}

// write writes the claims as their tags say.
func (c *AccessClaims) write(o object) (_ object, err error) {
	o = o.text("iss", c.Issuer).text("sub", c.Subject).text("aud", c.Audience).text("client_id", c.ClientID).
		number("iat", c.IssuedAt).number("exp", c.Expires).number("auth_time", c.AuthTime).
		text("jti", c.JTI).text("scope", c.Scope).
		mayText("acr", c.ACR).mayTexts("amr", c.AMR).mayText("sid", c.SID).text("gid", c.GrantID)
	if c.Confirmation != nil {
		if o, err = o.value("cnf", c.Confirmation); err != nil {
			return o, err
		}
	}
	o = o.mayTexts("userinfo_claims", c.UserInfo)
	if len(c.Told) == 0 {
		return o, nil
	}
	return o.value("userinfo", c.Told)
}
