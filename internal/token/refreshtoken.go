package token

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
)

// A refresh token has the form of a JWT, because keycloak-js reads its middle:
//
//	base64url(header) "." base64url({"iss","exp","iat"}) "." sealed grant
//
// Its last part is no signature but the grant, sealed for the client with the
// two others bound in. The alg is nobody's, so that no library verifies it.
var refreshHeader = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"hush","typ":"rt+jwt"}`))

// maxRefresh bounds the work on a stranger's token, in bytes; ours have about
// 500, and more where the claims parameter was used.
const maxRefresh = 16 << 10

// refreshClaims are what everybody may read of a refresh token.
type refreshClaims struct {
	Issuer   string `json:"iss"`
	Expires  int64  `json:"exp"` // seconds since 1970: of the family, which never moves
	IssuedAt int64  `json:"iat"`
}

// refreshToken is a refresh token of ours, opened.
type refreshToken struct {
	refreshClaims
	secret session.Secret
	grant  Grant
}

func newRefreshSecret() (s session.Secret) {
	rand.Read(s[:])
	return s
}

// sealRefresh returns the text of a refresh token. What only the code needed
// stays behind.
func (i *Issuer) sealRefresh(t refreshToken) string {
	claims := object(make([]byte, 0, claimsRoom)).text("iss", i.issuer).number("exp", t.Expires).number("iat", t.IssuedAt).close()
	t.grant.RedirectURI, t.grant.Nonce, t.grant.Challenge, t.grant.TopLevel = "", "", "", false
	t.grant.Effects = t.grant.Effects.lasting()
	front := string(base64.RawURLEncoding.AppendEncode([]byte(refreshHeader+"."), claims))
	box := appendGrant(append(make([]byte, 0, 512), t.secret[:]...), &t.grant)
	return front + "." + i.refresh.Seal(box, t.grant.ClientID, front)
}

// openRefresh reads a refresh token of this client. It judges neither age nor
// use. Its errors wrap seal.ErrUnknownKey or seal.ErrInvalid.
func (i *Issuer) openRefresh(clientID, raw string) (refreshToken, error) {
	var t refreshToken
	at := strings.LastIndexByte(raw, '.')
	if len(raw) > maxRefresh || at < 0 {
		return t, fmt.Errorf("token: refresh token: %w", seal.ErrInvalid)
	}
	front := raw[:at]
	box, err := i.refresh.Open(raw[at+1:], clientID, front)
	if err == nil && len(box) < len(t.secret) {
		err = seal.ErrInvalid
	}
	if err != nil {
		return t, fmt.Errorf("token: refresh token: %w", err)
	}
	copy(t.secret[:], box)
	if t.grant, err = parseGrant(box[len(t.secret):]); err != nil {
		return t, fmt.Errorf("token: refresh token: %w", err)
	}
	t.grant.ClientID = clientID
	_, middle, _ := strings.Cut(front, ".")
	claims, err := base64.RawURLEncoding.DecodeString(middle)
	if err == nil {
		err = json.Unmarshal(claims, &t.refreshClaims)
	}
	if err != nil { // sealed by us, so another version's
		return t, fmt.Errorf("token: refresh token: %w: %w", seal.ErrInvalid, err)
	}
	return t, nil
}

// successor is the token that follows, of the same family.
func (t refreshToken) successor(now time.Time) refreshToken {
	t.IssuedAt, t.secret = now.Unix(), newRefreshSecret()
	return t
}

// answers is the box for the answer that a refresh token was given: only who
// holds the token opens it.
func (t refreshToken) answers() *seal.Box { return seal.KeyBox("refresh answer", t.secret[:]) }
