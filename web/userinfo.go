package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
)

// userinfo tells the claims of the user that an access token is for.
func (s *Server) userinfo(w http.ResponseWriter, r *http.Request) error {
	raw, err := bearer(r)
	if err != nil {
		challenge(w, err)
		return err
	}
	claims, access, err := s.Authorize.UserInfo(r.Context(), raw)
	if access != nil {
		recordOf(r).client, recordOf(r).sid = access.ClientID, access.SID
	}
	if err != nil {
		challenge(w, err)
		return err
	}
	writeJSON(w, http.StatusOK, claims)
	return nil
}

// bearer finds the one access token of a request (RFC 6750 section 2): in the
// header, or in the body of a form. In the query it would end up in logs.
func bearer(r *http.Request) (string, error) {
	scheme, header, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	isForm := r.Method == http.MethodPost && strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), "application/x-www-form-urlencoded")
	body := ""
	if isForm {
		params, err := form(r)
		if err != nil {
			return "", err
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
