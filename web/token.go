package web

import (
	"net/http"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// tokenAnswer is a successful answer of the token endpoint (RFC 6749 section
// 5.1, OpenID Connect Core 1.0 section 3.1.3.3).
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
	Scope       string `json:"scope"`
	IDToken     string `json:"id_token,omitempty"`
}

// token redeems a code. Parameters that mean nothing here are ignored: SDKs
// send leftovers of the authorization request.
func (s *Server) token(w http.ResponseWriter, r *http.Request) error {
	params, err := form(r)
	if err != nil {
		return err
	}
	proof, err := s.proof(r, "oauth/token", "") // first: a wrong nonce uses nothing up
	if err != nil {
		return err
	}
	c, err := s.client(w, r, params)
	if err != nil {
		return err
	}
	switch grant := params.Get("grant_type"); {
	case grant == "":
		return oauth.Errorf(oauth.InvalidRequest, "grant_type is missing.")
	case grant != "authorization_code":
		return oauth.Errorf(oauth.UnsupportedGrantType, "grant_type must be authorization_code.")
	case !c.HasGrant(grant):
		return oauth.Errorf(oauth.UnauthorizedClient, "The app did not register the grant type %s.", grant)
	case params.Get("code") == "":
		return oauth.Errorf(oauth.InvalidRequest, "code is missing.")
	}
	t, err := s.Authorize.Exchange(r.Context(), c, token.RedeemRequest{
		Code: params.Get("code"), RedirectURI: params.Get("redirect_uri"), Verifier: params.Get("code_verifier"), Proof: proof,
	})
	if err != nil {
		return err
	}
	recordOf(r).sid, recordOf(r).user = t.SID, t.UserID
	if proof != nil {
		s.offerNonce(w)
	}
	writeJSON(w, http.StatusOK, tokenAnswer{
		AccessToken: t.Access, TokenType: t.Type, ExpiresIn: int64(t.Expires.Seconds()), Scope: t.Scope, IDToken: t.ID,
	})
	return nil
}
