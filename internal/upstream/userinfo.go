package upstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"golang.org/x/oauth2"
)

// addUserInfo adds the claims of the userinfo endpoint to those of the ID token, if they
// are of the same user (OpenID Connect Core 1.0 section 5.3.2).
func (s *Source) addUserInfo(ctx context.Context, m *metadata, got *oauth2.Token, all map[string]any) error {
	more, err := s.userInfo(ctx, m, got)
	if err != nil {
		return err
	}
	if more["sub"] != all["sub"] {
		return errors.New("upstream: the userinfo endpoint tells of another user than the ID token")
	}
	for name, value := range more {
		if _, there := all[name]; !there {
			all[name] = value
		}
	}
	return nil
}

// userInfo asks it. go-oidc would fail with an email_verified that is null, and puts the
// body, which is about a person, into its error.
func (s *Source) userInfo(ctx context.Context, m *metadata, got *oauth2.Token) (map[string]any, error) {
	address := m.provider.UserInfoEndpoint()
	if address == "" {
		return nil, errors.New("upstream: it has no userinfo endpoint: take userinfo out of the connection")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("upstream: userinfo: %w", err)
	}
	got.SetAuthHeader(r)
	answer, err := s.calls.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%w: userinfo: %w", ErrAway, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	switch status := answer.StatusCode; {
	case err != nil:
		return nil, fmt.Errorf("%w: userinfo: %w", ErrAway, err)
	case status >= 500 || status == http.StatusTooManyRequests:
		return nil, fmt.Errorf("%w: its userinfo endpoint answers with status %d", ErrAway, status)
	case status != http.StatusOK:
		return nil, fmt.Errorf("upstream: its userinfo endpoint answers with status %d", status)
	}
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind == "application/jwt" {
		if body, err = verified(ctx, string(body), m.keys.VerifySignature); err != nil {
			return nil, fmt.Errorf("upstream: userinfo: %w", err)
		}
	}
	claims := map[string]any{}
	if err := json.Unmarshal(body, &claims); err != nil {
		return nil, errors.New("upstream: its userinfo endpoint sends no JSON object")
	}
	return claims, nil
}
