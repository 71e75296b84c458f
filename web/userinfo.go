package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// userinfo tells the claims of the user that an access token is for. With a
// refusal it says how a token is to be sent.
func (s *Server) userinfo(w http.ResponseWriter, r *http.Request) error {
	scheme, raw, err := accessToken(r)
	if err == nil {
		err = s.tell(w, r, scheme, raw)
	}
	if err != nil {
		challenge(w, scheme, err)
	}
	return err
}

// tell answers who shows this access token.
func (s *Server) tell(w http.ResponseWriter, r *http.Request, scheme, raw string) error {
	presented := token.Presented{Token: raw}
	if scheme == token.DPoP {
		proof, err := s.proof(r, userinfoPath, raw)
		if err != nil {
			return err
		}
		if proof == nil {
			return oauth.Errorf(oauth.InvalidDPoPProof, "Authorization: DPoP needs a proof in the DPoP header.")
		}
		presented.Proof = proof
	}
	told, access, err := s.Authorize.UserInfo(r.Context(), presented)
	if access != nil {
		n := recordOf(r)
		n.client, n.sid, n.user = access.ClientID, access.SessionID, access.UserID
	}
	if access != nil && r.Header.Get("Origin") != "" {
		c := told.Client
		if c == nil {
			c, _ = s.Authorize.Find(r.Context(), access.ClientID) // in an outage nobody reads the answer
		}
		s.allowStranger(w, r, c)
	}
	if err != nil {
		return err
	}
	if presented.Proof != nil {
		s.offerNonce(w)
	}
	if told.JWT != "" {
		w.Header().Set("Content-Type", "application/jwt")
		w.Write([]byte(told.JWT)) // the client is gone if this fails
		return nil
	}
	writeJSON(w, http.StatusOK, told.Claims)
	return nil
}

// accessToken finds the one access token of a request (RFC 6750 section 2): in
// the header, or, of a bearer, in the body of a form. In the query it would end
// up in logs. The scheme is told with an error too.
func accessToken(r *http.Request) (scheme, raw string, err error) {
	scheme = token.Bearer
	name, header, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(name, token.DPoP) {
		scheme = token.DPoP
	}
	body := ""
	if r.Method == http.MethodPost && mediaType(r) == formType {
		params, err := form(r)
		if err != nil {
			return scheme, "", err
		}
		body = params.Get("access_token")
	}
	switch {
	case name != "" && body != "", len(r.Header.Values("Authorization")) > 1:
		return scheme, "", oauth.Errorf(oauth.InvalidRequest, "The request carries an access token twice.")
	case name != "" && scheme != token.DPoP && !strings.EqualFold(name, token.Bearer):
		return scheme, "", oauth.Errorf(oauth.InvalidToken, "The Authorization header must say Bearer or DPoP.")
	case name != "":
		return scheme, header, nil
	case body != "":
		return scheme, body, nil
	}
	return scheme, "", errNoToken
}

// errNoToken: the request carries none, so the challenge names no error (RFC
// 6750 section 3.1).
var errNoToken = oauth.Errorf(oauth.InvalidToken, "An access token is needed: send Authorization: Bearer, or DPoP with a proof.")

// challenge adds the header that RFC 6750 section 3 and RFC 9449 section 7.1 ask
// for: what is wrong goes with the scheme that was used.
func challenge(w http.ResponseWriter, scheme string, err error) {
	e := public(err)
	h := w.Header()
	if e == errNoToken {
		h.Set("WWW-Authenticate", token.Bearer)
		h.Add("WWW-Authenticate", dpopChallenge(nil))
		return
	}
	switch e.Code {
	case oauth.InvalidToken, oauth.InsufficientScope, oauth.InvalidRequest, oauth.InvalidDPoPProof, oauth.UseDPoPNonce:
		if scheme == token.DPoP {
			h.Set("WWW-Authenticate", dpopChallenge(e))
			return
		}
		h.Set("WWW-Authenticate", bearerChallenge(e))
		h.Add("WWW-Authenticate", dpopChallenge(nil))
	}
}

func bearerChallenge(e *oauth.Error) string {
	return fmt.Sprintf("%s error=%q, error_description=%q", token.Bearer, e.Code, e.Description)
}
