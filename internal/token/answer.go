package token

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// answerLifetime is how long an app has to read a signed answer: no longer than
// the ten minutes of JARM section 2.1, and enough for clocks that differ.
const answerLifetime = 5 * time.Minute

// SignAnswer returns an authorization response as one JWT for this client, the
// parameter response of JARM (section 2.1). It may carry an error as well.
func (i *Issuer) SignAnswer(c *client.Client, params []oauth.Param, now time.Time) (string, error) {
	s, err := i.keys.signer(c.AnswerAlg)
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(struct {
		Issuer   string `json:"iss"`
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
	}{i.issuer, c.ID, now.Add(answerLifetime).Unix()})
	if err != nil {
		return "", fmt.Errorf("token: answer: %w", err)
	}
	claims = claims[:len(claims)-1]
	for _, p := range params {
		if p.Name == "iss" {
			continue // of every answer, and of every JWT (RFC 9207 section 2.4)
		}
		value, err := json.Marshal(p.Value)
		if err != nil {
			return "", fmt.Errorf("token: answer: %w", err)
		}
		claims = append(append(claims, `,"`+p.Name+`":`...), value...)
	}
	return s.sign(s.headerAnswer, append(claims, '}'))
}
