package token

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/hush-sso/hush/internal/client"
)

// SignUserInfo returns what the userinfo endpoint tells as a JWT for this client
// (OpenID Connect Core 1.0 section 5.3.2), signed as it registered. It is true of
// the moment, so it has no exp.
func (i *Issuer) SignUserInfo(c *client.Client, claims map[string]any) (string, error) {
	s, err := i.keys.signer(c.UserInfoAlg)
	if err != nil {
		return "", err
	}
	told := maps.Clone(claims)
	told["iss"], told["aud"] = i.issuer, c.ID
	raw, err := json.Marshal(told)
	if err != nil {
		return "", fmt.Errorf("token: userinfo: %w", err)
	}
	return s.sign(s.headerUserInfo, raw)
}
