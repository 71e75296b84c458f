package web

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/internal/client"
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
	c, err := authenticate(s.Clients(), r, params)
	if err != nil {
		if r.Header.Get("Authorization") != "" {
			w.Header().Set("WWW-Authenticate", `Basic realm="token"`)
		}
		return err
	}
	recordOf(r).client = c.ID
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
		Code: params.Get("code"), RedirectURI: params.Get("redirect_uri"), Verifier: params.Get("code_verifier"),
	})
	if err != nil {
		return err
	}
	recordOf(r).sid, recordOf(r).user = t.SID, t.UserID
	writeJSON(w, http.StatusOK, tokenAnswer{
		AccessToken: t.Access, TokenType: "Bearer", ExpiresIn: int64(t.Expires.Seconds()), Scope: t.Scope, IDToken: t.ID,
	})
	return nil
}

// authenticate finds out which app calls and, for a confidential one, that it
// holds the secret (RFC 6749 section 2.3). Two ways at once are refused.
func authenticate(set *client.Set, r *http.Request, params oauth.Params) (*client.Client, error) {
	id, secret, method := params.Get("client_id"), params.Get("client_secret"), "none"
	if secret != "" {
		method = "client_secret_post"
	}
	if header := r.Header.Get("Authorization"); header != "" {
		if secret != "" {
			return nil, oauth.Errorf(oauth.InvalidRequest, "The client authenticates twice: by header and by client_secret.")
		}
		user, password, err := basic(header)
		if err != nil {
			return nil, err
		}
		if id != "" && id != user {
			return nil, oauth.Errorf(oauth.InvalidRequest, "client_id names another client than the Authorization header.")
		}
		id, secret, method = user, password, "client_secret_basic"
	}
	if id == "" {
		return nil, oauth.Errorf(oauth.InvalidRequest, "client_id is missing.")
	}
	c := set.Client(id)
	switch {
	case c == nil:
		return nil, oauth.Errorf(oauth.InvalidClient, "No app is registered under this client_id.")
	case !c.Confidential && secret != "":
		return nil, oauth.Errorf(oauth.InvalidClient, "The app is public and has no secret: send client_id only.")
	case c.Confidential && !c.CheckSecret(secret):
		return nil, oauth.Errorf(oauth.InvalidClient, "The client secret is missing or wrong.")
	case c.Confidential && !c.AllowsAuthMethod(method):
		// Only said to who knows the secret.
		return nil, oauth.Errorf(oauth.InvalidClient, "The app is registered for %s and used %s.", c.TokenAuthMethod, method)
	}
	return c, nil
}

// basic reads client_secret_basic: both parts are form-encoded first (RFC 6749
// section 2.3.1).
func basic(header string) (id, secret string, err error) {
	bad := oauth.Errorf(oauth.InvalidClient, "The Authorization header is not valid client_secret_basic.")
	scheme, value, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", bad
	}
	raw, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return "", "", bad
	}
	user, password, ok := strings.Cut(string(raw), ":")
	if !ok {
		return "", "", bad
	}
	if id, err = url.QueryUnescape(user); err != nil {
		return "", "", bad
	}
	if secret, err = url.QueryUnescape(password); err != nil {
		return "", "", bad
	}
	return id, secret, nil
}
