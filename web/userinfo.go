package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// userinfo tells the claims of the user that an access token is for (OpenID
// Connect Core 1.0 section 5.3). A token is good as long as its session and
// its grant are: that is asked of the store each time.
func (s *Server) userinfo(w http.ResponseWriter, r *http.Request) error {
	claims, err := s.userClaims(w, r)
	if err != nil {
		challenge(w, err)
		return err
	}
	writeJSON(w, http.StatusOK, claims)
	return nil
}

func (s *Server) userClaims(w http.ResponseWriter, r *http.Request) (map[string]any, error) {
	raw, err := bearer(w, r)
	if err != nil {
		return nil, err
	}
	access, err := s.Tokens.VerifyAccessToken(raw, s.Tokens.UserinfoAudience(), time.Now())
	if errors.Is(err, token.ErrNotReady) {
		return nil, silent.Unavailable(err)
	}
	if err != nil {
		return nil, &oauth.Error{Code: oauth.InvalidToken, Cause: err,
			Description: "The access token is not one of ours for this endpoint, or it has expired. Tokens for an API are for that API only."}
	}
	recordOf(r).client, recordOf(r).sid = access.ClientID, access.SID
	scopes := strings.Fields(access.Scope)
	openid := oauth.NewGrants("", []string{"openid"})
	if !oauth.NewGrants("", scopes).Covers(openid) {
		return nil, oauth.Errorf(oauth.InsufficientScope, "The access token does not have scope openid.")
	}
	key, jti, err := s.Tokens.OpenGrantID(access.ClientID, access.GrantID)
	if err != nil {
		return nil, &oauth.Error{Code: oauth.InvalidToken, Description: "The access token's grant is unknown here.", Cause: err}
	}
	_, now, err := s.Grants.Check(r.Context(), token.Check{Key: key, JTI: jti, ClientID: access.ClientID, Needs: openid})
	if err == nil && now.Unix() >= access.Expires {
		err = token.ErrExpired // by the store's clock, which counts
	}
	if err != nil {
		return nil, checkError(err)
	}
	user, known := s.Directory().ByID(access.Subject)
	if !known || user.Disabled || s.Clients().Client(access.ClientID) == nil {
		return nil, oauth.Errorf(oauth.InvalidToken, "The user or the app of this token no longer exists.")
	}
	claims := token.ScopeClaims(scopes, user.Claims)
	claims["sub"] = access.Subject
	return claims, nil
}

// bearer finds the one access token of a request (RFC 6750 section 2): in the
// header, or in the body of a form. In the query it would end up in logs.
func bearer(w http.ResponseWriter, r *http.Request) (string, error) {
	scheme, header, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	isForm := r.Method == http.MethodPost && strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	body := ""
	if isForm {
		params, err := form(w, r)
		if err != nil {
			return "", err
		}
		if params.Count("access_token") > 1 {
			return "", oauth.Errorf(oauth.InvalidRequest, "access_token must not be repeated.")
		}
		body = params.Get("access_token")
	}
	switch {
	case scheme != "" && body != "":
		return "", oauth.Errorf(oauth.InvalidRequest, "The request carries an access token twice.")
	case scheme != "" && !strings.EqualFold(scheme, "Bearer"):
		return "", oauth.Errorf(oauth.InvalidToken, "The Authorization header must say Bearer.")
	case scheme != "":
		return header, nil
	case body != "":
		return body, nil
	}
	return "", errNoToken
}

// errNoToken: the request carries none, so the challenge names no error (RFC
// 6750 section 3.1).
var errNoToken = oauth.Errorf(oauth.InvalidToken, "An access token is needed: send Authorization: Bearer.")

// checkError tells a grant that is over from a store that did not answer.
func checkError(err error) error {
	var absent session.Absence
	if errors.As(err, &absent) || errors.Is(err, token.ErrRevoked) || errors.Is(err, token.ErrNotGranted) || errors.Is(err, token.ErrExpired) {
		return &oauth.Error{Code: oauth.InvalidToken, Description: "The session or the grant of this token is over.", Cause: err}
	}
	return silent.Unavailable(err)
}

// challenge adds the header that RFC 6750 section 3 asks for.
func challenge(w http.ResponseWriter, err error) {
	e := public(err)
	if e == errNoToken {
		w.Header().Set("WWW-Authenticate", "Bearer")
		return
	}
	switch e.Code {
	case oauth.InvalidToken, oauth.InsufficientScope, oauth.InvalidRequest:
		w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer error=%q, error_description=%q", e.Code, e.Description))
	}
}
