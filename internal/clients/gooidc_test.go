package clients

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/hush-sso/hush/internal/hushtest"
)

// goApp is an app with go-oidc and x/oauth2.
type goApp struct {
	t        *testing.T
	ctx      context.Context
	provider *oidc.Provider
	config   *oauth2.Config
	origin   string

	state, nonce, verifier string

	raw   string // the ID token
	fresh string // the refresh token
}

func startGo(t *testing.T, s *hushtest.Site, w way, settings map[string]string) serverApp {
	t.Helper()
	issuer, clientID, clientSecret, origin := settings["issuer"], settings["clientId"], settings["clientSecret"], settings["origin"]
	ctx := oidc.ClientContext(t.Context(), &http.Client{Transport: s.Transport()})

	// settings
	provider, err := oidc.NewProvider(ctx, issuer) // byte for byte
	if err != nil {
		t.Fatal(err)
	}
	config := &oauth2.Config{
		ClientID:     clientID,
		ClientSecret: clientSecret,
		RedirectURL:  origin + "/callback",
		Endpoint:     provider.Endpoint(),
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email"},
	}
	// end
	if w == refresh {
		config.Scopes = append(config.Scopes, oidc.ScopeOfflineAccess)
	}

	return &goApp{t: t, ctx: ctx, provider: provider, config: config, origin: origin}
}

func (a *goApp) authorize(prompt string) string {
	a.state, a.nonce, a.verifier = oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier)}
	if prompt != "" {
		options = append(options, oauth2.SetAuthURLParam("prompt", prompt))
	}
	return a.config.AuthCodeURL(a.state, options...)
}

func (a *goApp) callback(address string) (who identity, refused string) {
	a.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		a.t.Fatal(err)
	}
	q := u.Query()
	if q.Get("state") != a.state {
		a.t.Fatalf("state is %q", q.Get("state"))
	}
	if code := q.Get("error"); code != "" {
		return identity{}, code
	}
	token, err := a.config.Exchange(a.ctx, q.Get("code"), oauth2.VerifierOption(a.verifier))
	return a.keep(token, err, a.nonce)
}

func (a *goApp) refresh() (who identity, refused string) {
	a.t.Helper()
	token, err := a.config.TokenSource(a.ctx, &oauth2.Token{RefreshToken: a.fresh}).Token()
	return a.keep(token, err, "")
}

// keep checks an answer of the token endpoint, with its ID token if it has one.
func (a *goApp) keep(token *oauth2.Token, err error, nonce string) (who identity, refused string) {
	a.t.Helper()
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return identity{}, e.ErrorCode
	}
	if err != nil {
		a.t.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := a.provider.Verifier(&oidc.Config{ClientID: a.config.ClientID}).Verify(a.ctx, raw)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := verified.VerifyAccessToken(token.AccessToken); err != nil || nonce != "" && verified.Nonce != nonce {
		a.t.Errorf("at_hash: %v; nonce %q, want %q", err, verified.Nonce, nonce)
	}
	info, err := a.provider.UserInfo(a.ctx, oauth2.StaticTokenSource(token))
	if err != nil || info.Subject != verified.Subject {
		a.t.Errorf("userinfo is about %+v: %v", info, err)
	}
	a.raw, a.fresh = raw, token.RefreshToken
	return identity{Sub: verified.Subject, Access: token.AccessToken, Refresh: token.RefreshToken, Type: token.Type()}, ""
}

// signOut: the library has no call for it, but discovery knows the address.
func (a *goApp) signOut() string {
	a.t.Helper()
	var found struct {
		Endpoint string `json:"end_session_endpoint"`
	}
	if err := a.provider.Claims(&found); err != nil {
		a.t.Fatal(err)
	}
	return found.Endpoint + "?" + url.Values{"id_token_hint": {a.raw}, "post_logout_redirect_uri": {a.origin + "/"}}.Encode()
}
