package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/jose"
)

// ErrBadToken means that it is not a token of ours that is good for this use. What wraps it
// says why, for the log.
var ErrBadToken = errors.New("token: not valid")

// IDTokenHint is what an ID token of ours says when a client sends it back.
type IDTokenHint struct {
	Subject  string
	SID      string
	ClientID string // whom it was issued to
}

// VerifyAccessToken reads an access token of ours that is for this audience
// and has not expired. It does not ask whether its grant still lives:
// OpenGrantID and GrantStore.Check do. Errors are ErrNotReady or ErrBadToken.
func (i *Issuer) VerifyAccessToken(raw, audience string, now time.Time) (*AccessClaims, error) {
	return i.verifyAccess(raw, now, jwt.WithAudience(audience))
}

// verifyAccess is VerifyAccessToken for whatever audience.
func (i *Issuer) verifyAccess(raw string, now time.Time, more ...jwt.ParserOption) (*AccessClaims, error) {
	claims, err := i.verify(raw, typAccess, (*keySet).verificationKey, append(more,
		jwt.WithIssuer(i.issuer), jwt.WithExpirationRequired(), jwt.WithTimeFunc(func() time.Time { return now }))...)
	if err != nil {
		return nil, err
	}
	var c AccessClaims
	if err := json.Unmarshal(claims, &c); err != nil {
		return nil, fmt.Errorf("%w: claims: %w", ErrBadToken, err)
	}
	return &c, nil
}

// VerifyIDTokenHint reads an id_token_hint of this client, expired or not:
// a hint says who is meant, it proves nothing (OpenID Connect Core 1.0 section
// 3.1.2.1). Errors are ErrNotReady or ErrBadToken.
func (i *Issuer) VerifyIDTokenHint(raw, clientID string) (sub, sid string, err error) {
	hint, err := i.ReadIDTokenHint(raw)
	if err != nil {
		return "", "", err
	}
	if hint.ClientID != clientID {
		return "", "", fmt.Errorf("%w: issued to another client", ErrBadToken)
	}
	return hint.Subject, hint.SID, nil
}

// ReadIDTokenHint is VerifyIDTokenHint where the client is only known by the
// hint itself (OpenID Connect RP-Initiated Logout 1.0 section 2).
func (i *Issuer) ReadIDTokenHint(raw string) (IDTokenHint, error) {
	claims, err := i.verify(raw, typID, (*keySet).hintKey, jwt.WithoutClaimsValidation())
	if err != nil {
		return IDTokenHint{}, err
	}
	var c idClaims
	if err := json.Unmarshal(claims, &c); err != nil {
		return IDTokenHint{}, fmt.Errorf("%w: claims: %w", ErrBadToken, err)
	}
	if c.Issuer != i.issuer || c.Subject == "" || c.Audience == "" {
		return IDTokenHint{}, fmt.Errorf("%w: issuer, subject or audience", ErrBadToken)
	}
	return IDTokenHint{Subject: c.Subject, SID: c.SID, ClientID: c.Audience}, nil
}

// verify reads a token of ours strictly and returns its claims.
func (i *Issuer) verify(raw, typ string, key func(*keySet, *jwt.Token) (any, error), options ...jwt.ParserOption) ([]byte, error) {
	set := i.keys.current.Load()
	if set == nil {
		return nil, ErrNotReady
	}
	header, claims, err := jose.Read(raw, jose.Want{Algs: Algorithms, Types: []string{typ}})
	if err == nil && header.Typ != typ { // we spell it in one way
		err = fmt.Errorf("typ is not %s", typ)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadToken, err)
	}
	options = append(options, jwt.WithValidMethods(Algorithms), jwt.WithStrictDecoding())
	if _, err := jwt.NewParser(options...).Parse(raw, func(t *jwt.Token) (any, error) { return key(set, t) }); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadToken, err)
	}
	return claims, nil
}

// verificationKey finds the key by kid and ties it to its one algorithm (RFC
// 8725 section 3.1).
func (set *keySet) verificationKey(t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	return set.byID[kid].fitting(t)
}

// hintKey is verificationKey for what proves nothing: keys that signed no token which
// is out count too.
func (set *keySet) hintKey(t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	if v := set.past[kid]; v != nil {
		return v.fitting(t)
	}
	return set.byID[kid].fitting(t)
}

func (v *verifier) fitting(t *jwt.Token) (any, error) {
	if v == nil {
		return nil, errors.New("signed by an unknown key")
	}
	if v.alg != t.Method.Alg() {
		return nil, errors.New("key is for another algorithm")
	}
	return v.key, nil
}
