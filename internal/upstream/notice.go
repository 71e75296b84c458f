package upstream

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Notice says that a user signed out at another provider (OpenID Connect Back-Channel
// Logout 1.0 section 2.4).
type Notice struct {
	Connection, Issuer string
	Subject, SID       string // one of them may be ""
	ID                 string // jti
}

// How old a notice may be: a provider sends it at once, and again for a while.
const noticeLife = 10 * time.Minute

// NoticeLife is how long the id of one must be remembered.
const NoticeLife = noticeLife + 2*skew

// Notice checks a logout token (section 2.6). An error is ErrAway, or says what is wrong
// with it.
func (s *Set) Notice(ctx context.Context, raw string) (Notice, error) {
	at, err := s.addressee(raw)
	if err != nil {
		return Notice{}, err
	}
	m, err := at.calls.metadata(ctx, at.Issuer)
	if err != nil {
		return Notice{}, err
	}
	t, err := verified(ctx, raw, m.verifier(at.Issuer, at.ClientID).VerifyLogout)
	if err != nil {
		return Notice{}, err
	}
	if age := time.Since(t.IssuedAt); age > noticeLife || age < -skew {
		return Notice{}, fmt.Errorf("upstream: the logout token is %v old", age.Round(time.Second))
	}
	return Notice{Connection: at.Name, Issuer: at.Issuer, Subject: t.Subject, SID: t.SessionID, ID: t.TokenID}, nil
}

// maxNotice bounds a logout token, in bytes.
const maxNotice = 16 << 10

// addressee is the connection that a token claims to be for. Nothing of it is believed.
func (s *Set) addressee(raw string) (*Source, error) {
	parts := strings.Split(raw, ".")
	if len(raw) > maxNotice || len(parts) != 3 {
		return nil, errors.New("upstream: not a logout token")
	}
	var claims struct {
		Issuer   string `json:"iss"`
		Audience any    `json:"aud"`
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return nil, errors.New("upstream: not a logout token")
	}
	for _, at := range s.All() {
		if at.Issuer == claims.Issuer && (claims.Audience == at.ClientID || isAmong(claims.Audience, at.ClientID)) {
			return at, nil
		}
	}
	return nil, fmt.Errorf("upstream: no connection has the issuer %.200q and the client of the logout token", claims.Issuer)
}

func isAmong(list any, text string) bool {
	all, _ := list.([]any)
	return slices.Contains(all, any(text))
}

// EndSession is where the user signs out there too, "" where it has no such address
// (OpenID Connect RP-Initiated Logout 1.0 section 2). back is where they come from there,
// hint the ID token that they signed in by, without which some ask, and some refuse; "" if
// it is not known.
func (s *Source) EndSession(ctx context.Context, back, state, hint string) (string, error) {
	m, err := s.calls.metadata(ctx, s.Issuer)
	if err != nil || m.EndSession == "" {
		return "", err
	}
	pairs := []string{"client_id", s.ClientID, "post_logout_redirect_uri", back, "state", state}
	if hint != "" {
		pairs = append(pairs, "id_token_hint", hint)
	}
	return withQuery(m.EndSession, pairs...), nil
}
