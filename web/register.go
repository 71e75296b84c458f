package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/register"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/silent"
)

// registerTimeout is longer than that of other requests: an app's picture is
// fetched, and nobody waits at a hidden frame.
const registerTimeout = 10 * time.Second

// register takes the registration of an app (OpenID Connect Dynamic Client
// Registration 1.0 section 3.1, RFC 7591 section 3).
func (s *Server) register(w http.ResponseWriter, r *http.Request) error {
	return s.registering(w, r, http.StatusCreated, func(ctx context.Context, token string, body []byte) (*register.Answer, error) {
		return s.Register.Register(ctx, token, recordOf(r).address, body)
	})
}

// registration is where an app reads, changes and deletes its registration (RFC
// 7592 section 2).
func (s *Server) registration(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return s.registering(w, r, http.StatusOK, func(ctx context.Context, token string, body []byte) (*register.Answer, error) {
		switch r.Method {
		case http.MethodPut:
			return s.Register.Update(ctx, id, token, body)
		case http.MethodDelete:
			return nil, s.Register.Delete(ctx, id, token)
		}
		return s.Register.Read(ctx, id, token)
	})
}

// registering reads a request, hands it to act and writes the answer; none is
// the answer of a deletion.
func (s *Server) registering(w http.ResponseWriter, r *http.Request, status int,
	act func(ctx context.Context, token string, body []byte) (*register.Answer, error),
) error {
	if s.Register == nil {
		return oauth.Errorf(errNotFound, "Apps cannot register themselves here.")
	}
	shown, err := registrationToken(r)
	if err != nil {
		return unauthorized(w, err)
	}
	body, err := metadata(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), registerTimeout)
	defer cancel()
	answer, err := act(ctx, shown, body)
	switch {
	case err != nil:
		return unauthorized(w, throttled(w, err))
	case answer == nil:
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	recordOf(r).client = answer.ClientID
	answer.URI = s.url(registerPath + "/" + answer.ClientID)
	writeJSON(w, status, answer)
	return nil
}

// registrationToken is the bearer token of a request, "" for none: in the header
// only, because the body is the metadata.
func registrationToken(r *http.Request) (string, error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", nil
	}
	scheme, shown, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, token.Bearer) || shown == "" {
		return "", oauth.Errorf(oauth.InvalidToken, "The Authorization header must say Bearer, once.")
	}
	return shown, nil
}

// unauthorized asks for a token where one is missing or wrong.
func unauthorized(w http.ResponseWriter, err error) error {
	if e := public(err); e.Code == oauth.InvalidToken {
		w.Header().Set("WWW-Authenticate", bearerChallenge(e))
	}
	return err
}

// metadata is the body of a request that has one.
func metadata(r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost && r.Method != http.MethodPut {
		return nil, nil
	}
	if mediaType(r) != "application/json" {
		return nil, oauth.Errorf(oauth.InvalidClientMetadata, "A registration must be sent as application/json.")
	}
	n := recordOf(r)
	if n.bodyErr != nil {
		return nil, &oauth.Error{Code: oauth.InvalidClientMetadata, Cause: n.bodyErr, Description: "The body cannot be read: it is too long."}
	}
	return n.body, nil
}

// throttled says when to come back to who was slowed down. What the gate says
// otherwise is an outage.
func throttled(w http.ResponseWriter, err error) error {
	if refused := (*oauth.Error)(nil); errors.As(err, &refused) {
		return refused
	}
	wait := (*login.ThrottledError)(nil)
	if !errors.As(err, &wait) {
		return silent.Unavailable(err)
	}
	w.Header().Set("Retry-After", strconv.Itoa(seconds(wait.Wait)))
	return &oauth.Error{Code: errTooMany, Cause: err, Description: "Too many apps were registered without an initial access token. Try again later, or ask for a token."}
}
