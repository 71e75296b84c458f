package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// proof reads the DPoP proof of a request to our endpoint at path, nil where
// there is none. It is made for the access token that comes along; "" for one
// that asks for tokens, which needs a nonce if the configuration says so.
func (s *Server) proof(r *http.Request, path, accessToken string) (*dpop.Proof, error) {
	headers := r.Header.Values("DPoP")
	switch {
	case len(headers) == 0:
		return nil, nil
	case len(headers) > 1: // RFC 9449 section 4.3, 1
		return nil, oauth.Errorf(oauth.InvalidDPoPProof, "The request has more than one DPoP header.")
	}
	return s.DPoP.Read(headers[0], dpop.Request{
		Method: r.Method, URL: s.url(path), AccessToken: accessToken, NeedNonce: s.NeedNonce && accessToken == "",
	}, time.Now())
}

// offerNonce gives an app the nonce of its next proof (RFC 9449 section 8.2).
// Not with a refusal for any other reason: oidc-client-ts would take that for
// one, try again and tell its app of the nonce in place of the reason.
func (s *Server) offerNonce(w http.ResponseWriter) {
	w.Header().Set("DPoP-Nonce", s.DPoP.Nonce(time.Now()))
}

// dpopChallenge is what WWW-Authenticate says of the DPoP scheme (RFC 9449
// section 7.1), with an error or without.
func dpopChallenge(e *oauth.Error) string {
	algs := fmt.Sprintf("algs=%q", strings.Join(jose.Algorithms, " "))
	if e == nil {
		return token.DPoP + " " + algs
	}
	return fmt.Sprintf("%s error=%q, error_description=%q, %s", token.DPoP, e.Code, e.Description, algs)
}

// isProofError tells errors about a proof, which are 400 where tokens are asked
// for (RFC 9449 sections 5 and 8) and 401 where a token is used (sections 7.1 and
// 9).
func isProofError(e *oauth.Error) bool {
	return e.Code == oauth.InvalidDPoPProof || e.Code == oauth.UseDPoPNonce
}
