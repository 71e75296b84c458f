package upstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/hush-sso/hush/internal/login"
)

// Answer is what came back to the redirect URI.
type Answer struct {
	Code, Issuer     string // iss of RFC 9207, "" for none
	Error, ErrorText string
	Redirect         string // where it came to
}

// Arrival is a user who signed in there.
type Arrival struct {
	login.Vouched
	AMR  []string  // nil where what it says does not count
	Ends time.Time // until when a session by it lives at most; zero: as long as any
	// Raw is the ID token, if one signs out there by it; "" for one that is too long for
	// an address.
	Raw string
}

// skew is how far its clock may differ from ours.
const skew = time.Minute

// Arrive exchanges an answer and checks what it proves. The errors of calls.go say
// why the sign-in does not go on; any other is about an answer that cannot be trusted.
func (s *Source) Arrive(ctx context.Context, t Trip, a Answer) (*Arrival, error) {
	if err := s.fits(t, a); err != nil {
		return nil, err
	}
	m, err := s.calls.metadata(ctx, s.Issuer)
	if err != nil {
		return nil, err
	}
	// Mix-up (RFC 9700 section 4.4): a code goes to nobody but who made it. It is told
	// by iss, or by an address that this connection has for itself.
	if a.Issuer == "" && (m.TellsIssuer || !s.alone && !s.OwnCallback) {
		return nil, errors.New("upstream: the answer has no iss (RFC 9207), by which those of several connections are told: give each of them own_callback")
	}
	if a.Error != "" {
		return nil, refusal(a)
	}
	got, err := s.config(m, t.Redirect).Exchange(oidc.ClientContext(ctx, s.calls.http), a.Code, oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return nil, exchangeError(err)
	}
	return s.judge(ctx, m, t, got)
}

// fits tells whether an answer may be one to the trip.
func (s *Source) fits(t Trip, a Answer) error {
	switch {
	case t.Connection != s.Name, t.Issuer != s.Issuer:
		return errors.New("upstream: the connection is another than when the browser left")
	case a.Redirect != t.Redirect:
		return errors.New("upstream: the answer came to the address of another connection")
	case a.Issuer != "" && a.Issuer != s.Issuer:
		return fmt.Errorf("upstream: the answer is of %q, and not of %q", a.Issuer, s.Issuer)
	case a.Error == "" && a.Code == "":
		return errors.New("upstream: the answer has neither code nor error")
	}
	return nil
}

// refusal is an error that the provider sent (RFC 6749 section 4.1.2.1).
func refusal(a Answer) error {
	kind := ErrRefused
	if a.Error == "temporarily_unavailable" || a.Error == "server_error" {
		kind = ErrAway
	}
	return fmt.Errorf("%w: %.100q %.300q", kind, a.Error, a.ErrorText)
}

// exchangeError tells an outage from a refusal, without the body: it may hold tokens.
func exchangeError(err error) error {
	refused := (*oauth2.RetrieveError)(nil)
	if !errors.As(err, &refused) {
		return fmt.Errorf("%w: %w", ErrAway, err)
	}
	status := refused.Response.StatusCode
	if status >= 500 || status == 429 {
		return fmt.Errorf("%w: its token endpoint answers with status %d", ErrAway, status)
	}
	return fmt.Errorf("upstream: its token endpoint answers with status %d, %.100q %.300q", status, refused.ErrorCode, refused.ErrorDescription)
}

// judge checks the ID token (OpenID Connect Core 1.0 section 3.1.3.7) and takes over
// what it says.
func (s *Source) judge(ctx context.Context, m *metadata, t Trip, got *oauth2.Token) (*Arrival, error) {
	raw, _ := got.Extra("id_token").(string)
	if raw == "" {
		return nil, errors.New("upstream: its token endpoint sent no ID token")
	}
	id, err := verified(ctx, raw, m.verifier(s.Issuer, s.ClientID).Verify)
	if err != nil {
		return nil, err
	}
	var c idClaims
	all := map[string]any{}
	if err := errors.Join(id.Claims(&c), id.Claims(&all)); err != nil {
		return nil, fmt.Errorf("upstream: claims of the ID token: %w", err)
	}
	if err := s.check(id, &c, t, got.AccessToken); err != nil {
		return nil, err
	}
	if s.UserInfo {
		if err := s.addUserInfo(ctx, m, got, all); err != nil {
			return nil, err
		}
	}
	a, err := s.arrival(id, &c, all)
	if err == nil && m.EndSession != "" && len(raw) <= maxHint {
		a.Raw = raw
	}
	return a, err
}

// maxHint bounds an ID token that goes back in an address, in bytes: servers take 8 KB of
// those.
const maxHint = 4 << 10

// idClaims are those that the sign-in is judged by.
type idClaims struct {
	AuthorizedParty string          `json:"azp"`
	AuthTime        json.Number     `json:"auth_time"`
	AMR             json.RawMessage `json:"amr"`
	SID             string          `json:"sid"`
	// SessionExpiry: OpenID Connect Enterprise Extensions 1.0, draft 01.
	SessionExpiry json.Number `json:"session_expiry"`
}

// check is what go-oidc leaves to its caller.
func (s *Source) check(id *oidc.IDToken, c *idClaims, t Trip, access string) error {
	switch {
	case t.Nonce == "" || id.Nonce != t.Nonce:
		return errors.New("upstream: the ID token is for another sign-in: its nonce is not ours")
	case id.Subject == "" || len(id.Subject) > 190 || strings.ContainsFunc(id.Subject, func(r rune) bool { return r < ' ' || r > '~' }):
		return errors.New("upstream: the sub of the ID token is none that can be taken: 1 to 190 printable ASCII characters")
	case len(id.Audience) > 1 && c.AuthorizedParty == "", c.AuthorizedParty != "" && c.AuthorizedParty != s.ClientID:
		return fmt.Errorf("upstream: the ID token is for another client, azp %q", c.AuthorizedParty)
	case id.IssuedAt.After(time.Now().Add(skew)):
		return errors.New("upstream: the ID token is of the future: look at the clocks")
	case id.AccessTokenHash != "" && id.VerifyAccessToken(access) != nil:
		return errors.New("upstream: the ID token is for another access token")
	}
	if t.MaxAge < 0 {
		return nil
	}
	at := unix(c.AuthTime)
	if at.IsZero() {
		return fmt.Errorf("%w: it does not say when the user signed in (auth_time), which max_age asks for", ErrStale)
	}
	if least := time.UnixMilli(t.Left).Add(-time.Duration(t.MaxAge)*time.Second - skew); at.Before(least) {
		return fmt.Errorf("%w: by %v", ErrStale, least.Sub(at))
	}
	return nil
}

// unix reads seconds; zero for what is none.
func unix(n json.Number) time.Time {
	seconds, err := n.Float64()
	if err != nil || seconds < 1 || seconds > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0)
}

// arrival is what an ID token says that was found good.
func (s *Source) arrival(id *oidc.IDToken, c *idClaims, all map[string]any) (*Arrival, error) {
	a := &Arrival{Vouched: login.Vouched{
		Connection: s.Name, Strategy: s.Strategy, Issuer: s.Issuer, Subject: id.Subject, SID: c.SID,
	}}
	if at := unix(c.AuthTime); !at.IsZero() {
		a.AuthTime = min(at.Unix(), time.Now().Unix())
	}
	if s.MaxSession > 0 {
		a.Ends = time.Now().Add(s.MaxSession)
	}
	if ends := unix(c.SessionExpiry); !ends.IsZero() && (a.Ends.IsZero() || ends.Before(a.Ends)) {
		a.Ends = ends
	}
	if s.TrustAMR {
		a.AMR = words(c.AMR)
	}
	a.Claims, a.Metadata = s.take(all)
	if len(c.SID) > 256 {
		return nil, errors.New("upstream: sid is longer than 256 bytes")
	}
	return a, a.fits()
}

// words reads amr: what can stand in ours (RFC 8176), without repetition.
func words(raw json.RawMessage) []string {
	var all []string
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	var good []string
	for _, word := range all {
		if word == "" || len(word) > 32 || len(good) == 8 || slices.Contains(good, word) ||
			strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > '~' }) {
			continue
		}
		good = append(good, word)
	}
	return good
}
