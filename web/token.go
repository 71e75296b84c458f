package web

import (
	"net/http"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// tokenAnswer is a successful answer of the token endpoint (RFC 6749 section
// 5.1, OpenID Connect Core 1.0 section 3.1.3.3).
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	Scope        string `json:"scope"`
	IDToken      string `json:"id_token,omitempty"`
	RefreshToken string `json:"refresh_token,omitempty"`
	// RenewalTicket opens silent/plant, for an app that asked for it.
	RenewalTicket string `json:"renewal_ticket,omitempty"`
}

// exchange is a request for tokens of an app that proved who it is.
type exchange struct {
	*http.Request
	client *client.Client
	params oauth.Params
	proof  *dpop.Proof // nil: none
	plot   string      // where something may be planted; see plotOf
}

// grantTypes are what the token endpoint exchanges.
var grantTypes = map[string]func(*Server, *exchange) (authorize.Tokens, error){
	client.GrantCode:    (*Server).redeem,
	client.GrantRefresh: (*Server).refresh,
}

// token exchanges a code or a refresh token. Parameters that mean nothing here
// are ignored: SDKs send leftovers of the authorization request.
func (s *Server) token(w http.ResponseWriter, r *http.Request) error {
	params, err := form(r)
	if err != nil {
		return err
	}
	proof, err := s.proof(r, tokenPath, "") // first: a wrong nonce uses nothing up
	if err != nil {
		return err
	}
	c, err := s.client(w, r, params)
	if err != nil {
		return err
	}
	name := params.Get("grant_type")
	tokens := grantTypes[name]
	switch {
	case name == "":
		return oauth.Errorf(oauth.InvalidRequest, "grant_type is missing.")
	case tokens == nil:
		return oauth.Errorf(oauth.UnsupportedGrantType, "grant_type must be authorization_code or refresh_token.")
	case !c.HasGrant(name):
		return oauth.Errorf(oauth.UnauthorizedClient, "The app did not register the grant type %s.", name)
	}
	x := &exchange{r, c, params, proof, s.plotOf(r, c)}
	t, err := tokens(s, x)
	n := recordOf(r)
	n.sid, n.user, n.rule, n.detail = t.SID, t.UserID, t.Rule, name
	if err != nil {
		return err
	}
	if proof != nil {
		s.offerNonce(w)
	}
	writeJSON(w, http.StatusOK, tokenAnswer{
		AccessToken: t.Access, TokenType: t.Type, ExpiresIn: int64(t.Expires.Seconds()), Scope: t.Scope,
		IDToken: t.ID, RefreshToken: t.Refresh, RenewalTicket: s.plantBeside(w, x, t.Evidence),
	})
	return nil
}

// redeem leaves audience out: SDKs repeat there what the authorization request
// said. resource is what RFC 8707 section 2.2 narrows a code with.
func (s *Server) redeem(x *exchange) (authorize.Tokens, error) {
	if x.params.Get("code") == "" {
		return authorize.Tokens{}, oauth.Errorf(oauth.InvalidRequest, "code is missing.")
	}
	return s.Authorize.Exchange(x.Context(), x.client, token.RedeemRequest{
		Code: x.params.Get("code"), RedirectURI: x.params.Get("redirect_uri"), Origin: x.Header.Get("Origin"), Verifier: x.params.Get("code_verifier"),
		Proof: x.proof, Site: client.Site(x.plot), Ask: token.Ask{Targets: targets(x.params, "resource")},
	})
}

func (s *Server) refresh(x *exchange) (authorize.Tokens, error) {
	if x.params.Get("refresh_token") == "" {
		return authorize.Tokens{}, oauth.Errorf(oauth.InvalidRequest, "refresh_token is missing.")
	}
	scopes, refused := oauth.ParseScope(x.params.Get("scope"))
	if refused != nil {
		return authorize.Tokens{}, refused
	}
	return s.Authorize.Refresh(x.Context(), x.client, token.RefreshRequest{
		Token: x.params.Get("refresh_token"), Proof: x.proof, Site: client.Site(x.plot),
		Ask: token.Ask{Scopes: scopes, Targets: targets(x.params, "audience", "resource")},
	}, authorize.AppRequest{UserAgent: x.UserAgent(), Address: recordOf(x.Request).address, Params: x.params})
}

// targets are the APIs that a request names, leaving out parameters without a
// value (RFC 6749 section 3.2).
func targets(params oauth.Params, names ...string) []string {
	var list []string
	for name := range params.Values(names...) {
		if name != "" {
			list = append(list, name)
		}
	}
	return list
}
