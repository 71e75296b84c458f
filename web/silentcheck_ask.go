package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// askSilently makes the app's silent request and drops the answer: "" if there would
// be tokens, else the reason, or the error code where there is none.
func (s *Server) askSilently(r *http.Request, c *client.Client, v visit) string {
	out := s.Authorize.Begin(r.Context(), silentRequest(c), v.Browser)
	problem := out.Fault
	if out.Answer != nil {
		problem = out.Answer.Err
	}
	switch {
	case problem == nil:
		return ""
	case problem.Reason != "":
		return problem.Reason
	}
	return problem.Code
}

// identity asks the browser for an account by FedCM, for a code of that kind too.
func (s *Server) identity(c *client.Client) any {
	return map[string]any{"providers": []any{map[string]any{
		"configURL": s.url(fedcmConfigPath), "clientId": c.ID,
		"params": map[string]string{
			"response_type": "code", "scope": "openid", "nonce": "check", "code_challenge": nobodysChallenge, "code_challenge_method": "S256",
		},
	}}}
}

// nobodysChallenge is one whose verifier nobody has (RFC 7636 section 4.2): a code
// that is issued for it is good for nothing.
var nobodysChallenge = strings.Repeat("A", 43)

// silentRequest is the least that an app may ask for.
func silentRequest(c *client.Client) oauth.Params {
	q := url.Values{
		"client_id": {c.ID}, "redirect_uri": {webRedirect(c)}, "response_type": {c.ResponseTypes[0]}, "scope": {"openid"},
		"prompt": {"none"}, "nonce": {"check"}, "code_challenge": {nobodysChallenge}, "code_challenge_method": {"S256"},
	}
	return oauth.ParseParams(q.Encode())
}

// webRedirect is a redirect URI of the app's on one of its web origins, else its first.
func webRedirect(c *client.Client) string {
	for _, raw := range c.RedirectURIs {
		if to, ok := c.Redirect(raw); ok && c.AllowsOrigin(to.Origin()) {
			return raw
		}
	}
	return c.RedirectURIs[0]
}
