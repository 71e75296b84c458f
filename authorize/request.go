package authorize

import (
	"strconv"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/acr"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/silent"
)

// Caps on what a code, a form or an answer has to carry, in bytes.
// The richest values seen from real libraries are a tenth of these.
const (
	maxNonce       = 1024
	maxScope       = 2048
	maxLoginHint   = 256
	maxIDTokenHint = 8192
	maxClaims      = 4096
	maxACRValues   = 1024
)

// request is an authorization request that was found to be valid.
type request struct {
	params      oauth.Params  // those that count
	extra       []oauth.Param // of them those that are the app's own; none without rules
	came        arrival
	set         *client.Set
	client      *client.Client
	redirect    client.RedirectURI
	origin      string // of the page that a browser asks for; "" for all but FedCM
	types       oauth.ResponseType
	mode        oauth.ResponseMode
	badTypes    *oauth.Error // what is wrong with them, told in its turn
	badMode     *oauth.Error
	state       string
	nonce       string
	challenge   string // PKCE, always S256
	jkt         string // dpop_jkt: the key that a code is bound to; "" none
	scopes      []string
	apis        []*client.API // in the order asked; none: tokens for the userinfo endpoint
	needs       oauth.Grants
	prompt      oauth.Prompt
	multifactor bool          // only a sign-in by more than one factor will do
	maxAge      time.Duration // negative for none
	acr         acr.Demand
	loginHint   string
	connection  string              // by which the user is to sign in; "": any
	hintSub     string              // the subject of id_token_hint
	ahead       *ahead              // the sessions, where they were read with the app
	wishes      wishes              // of the claims parameter
	browser     silent.BrowserState // as the app is told it by session_state; "" not at all
	renewal     Renewal             // by whose session it is answered; zero: not by a renewal cookie's
	topLevel    bool                // see token.Grant
	effects     *token.Effects      // of rules
}

// address finds out where an answer may go. Its failure is the only one that
// cannot be sent to the app, so it stands apart (RFC 6749 section 4.1.2.1).
func address(set *client.Set, p oauth.Params) (*request, *oauth.Error) {
	for _, name := range []string{"client_id", "redirect_uri"} {
		switch p.Count(name) {
		case 0:
			return nil, oauth.Errorf(oauth.InvalidRequest, "The request has no %s parameter.", name)
		case 1:
		default:
			return nil, oauth.Errorf(oauth.InvalidRequest, "The request has more than one %s parameter.", name)
		}
	}
	c := set.Client(p.Get("client_id"))
	if c == nil {
		return nil, oauth.Errorf(oauth.UnauthorizedClient, "No app is registered under this client_id.")
	}
	to, ok := c.Redirect(p.Get("redirect_uri"))
	if !ok {
		return nil, oauth.Errorf(oauth.InvalidRequest,
			"This redirect_uri is not registered for the app. It must equal a registered one character by character.")
	}
	return &request{params: p, set: set, client: c, redirect: to, maxAge: -1}, nil
}

// steps in the order in which their failures are told.
var steps = [...]func(*Service, *request) *oauth.Error{
	(*Service).readState, (*Service).refuseUnreadable, (*Service).tellBadMode, (*Service).readPrompt,
	(*Service).readArrival,
	(*Service).refuseRepeated, (*Service).refuseUnsupported, (*Service).readTypes, (*Service).readNonce,
	(*Service).readPKCE, (*Service).readJKT, (*Service).readAudience, (*Service).readScope, (*Service).readClaims,
	(*Service).readACR, (*Service).readHints, (*Service).readConnection, (*Service).readExtra,
}

// read validates the rest. It fills q as far as it gets, response mode and
// state first, so that every failure can be answered.
func (s *Service) read(q *request) *oauth.Error {
	q.readMode()
	for _, step := range steps {
		if err := step(s, q); err != nil {
			return err
		}
	}
	return nil
}

// readMode settles how to answer before anything can fail. What is wrong with
// it is told once the state is known: an answer without it costs some apps a
// minute of waiting.
func (q *request) readMode() {
	q.types, q.badTypes = oauth.ParseResponseType(q.params.Get("response_type"))
	q.mode, q.badMode = oauth.ParseResponseMode(q.params.Get("response_mode"), q.types)
	if q.mode == oauth.ModeWebMessage && q.redirect.Origin() == "" {
		q.mode, _ = oauth.ParseResponseMode("", q.types)
		q.badMode = oauth.Errorf(oauth.InvalidRequest, "response_mode=web_message needs an http or https redirect_uri: a message is sent to its origin.")
	}
}

func (*Service) tellBadMode(q *request) *oauth.Error { return q.badMode }

func (*Service) readState(q *request) *oauth.Error {
	if q.params.Count("state") > 1 {
		return oauth.Errorf(oauth.InvalidRequest, "state must not be repeated.")
	}
	state := q.params.Get("state")
	if err := oauth.CheckState(state); err != nil {
		return err
	}
	q.state = state
	return nil
}

func (*Service) readPrompt(q *request) *oauth.Error {
	prompt, err := oauth.ParsePrompt(q.params.Get("prompt"))
	if err != nil {
		return err
	}
	q.prompt = prompt
	if raw := q.params.Get("max_age"); raw != "" {
		seconds, err := strconv.ParseUint(raw, 10, 31)
		if err != nil {
			return oauth.Errorf(oauth.InvalidRequest, "max_age must be a number of seconds, zero or more.")
		}
		q.maxAge = time.Duration(seconds) * time.Second
	} else if q.client.DefaultMaxAge != nil {
		q.maxAge = *q.client.DefaultMaxAge
	}
	return nil
}

func (*Service) refuseUnreadable(q *request) *oauth.Error {
	if q.params.Problem() != nil {
		return unreadable(q.params)
	}
	return nil
}

func unreadable(p oauth.Params) *oauth.Error {
	return oauth.Errorf(oauth.InvalidRequest, "The request cannot be read: %v.", p.Problem())
}

func (*Service) refuseRepeated(q *request) *oauth.Error {
	name := q.params.Repeated(func(name string) bool { return known[name] && name != "resource" })
	if name == "" {
		return nil
	}
	return oauth.Errorf(oauth.InvalidRequest, "%s must not be repeated.", name)
}

// refuseUnsupported: to ignore these would be to ignore what was asked (OpenID
// Connect Core 1.0 section 7). Request objects were opened before, and hold no
// other (RFC 9101 section 4).
func (*Service) refuseUnsupported(q *request) *oauth.Error {
	switch {
	case q.params.Count("registration") > 0:
		return oauth.Errorf(oauth.RegistrationNotSupported, "registration is not supported: register the app.")
	case q.params.Count("request")+q.params.Count("request_uri") > 0:
		return oauth.Errorf(oauth.InvalidRequestObject, "request and request_uri must not stand in a request object.")
	}
	return nil
}

func (*Service) readTypes(q *request) *oauth.Error {
	if q.params.Get("response_type") == "" {
		return oauth.Errorf(oauth.InvalidRequest, "response_type is missing.")
	}
	if q.origin != "" {
		return q.readHanded()
	}
	if q.badTypes != nil {
		return q.badTypes
	}
	if !q.client.AllowsResponseType(q.types) {
		if q.types.Implicit() {
			return oauth.Errorf(oauth.UnauthorizedClient, "response_type=%s is not switched on for this app: use code with PKCE, or add it to response_types and implicit to grant_types of the client.", q.types)
		}
		return oauth.Errorf(oauth.UnauthorizedClient, "response_type=%s is not registered for this app.", q.types)
	}
	return nil
}

// readNonce: an ID token that leaves the authorization endpoint is bound to
// its request by the nonce (OpenID Connect Core 1.0 section 3.2.2.1).
func (*Service) readNonce(q *request) *oauth.Error {
	q.nonce = q.params.Get("nonce")
	switch {
	case len(q.nonce) > maxNonce:
		return oauth.Errorf(oauth.InvalidRequest, "nonce is longer than %d bytes.", maxNonce)
	case q.nonce == "" && q.types.Has(oauth.ResponseIDToken):
		return oauth.Errorf(oauth.InvalidRequest, "nonce is missing: response_type=%s needs one against replay.", q.types)
	}
	return nil
}

func (*Service) readPKCE(q *request) *oauth.Error {
	challenge, method := q.params.Get("code_challenge"), q.params.Get("code_challenge_method")
	switch {
	case !q.types.Has(oauth.ResponseCode):
		return nil
	case challenge == "" && method != "":
		return oauth.Errorf(oauth.InvalidRequest, "code_challenge_method without code_challenge.")
	case challenge == "" && q.client.NeedsPKCE():
		return oauth.Errorf(oauth.InvalidRequest, "code_challenge is missing: public clients need PKCE with S256 (RFC 7636).")
	case challenge == "" && q.origin != "":
		return oauth.Errorf(oauth.InvalidRequest, "code_challenge is missing from params: a code by FedCM needs PKCE with S256 (RFC 7636).")
	case challenge == "":
		return nil
	case method != "S256":
		return oauth.Errorf(oauth.InvalidRequest, "code_challenge_method must be S256.")
	case !isHash(challenge):
		return oauth.Errorf(oauth.InvalidRequest, "code_challenge must be the base64url SHA-256 of the verifier, 43 characters.")
	}
	q.challenge = challenge
	return nil
}

// readJKT reads the thumbprint of the key that shall redeem the code (RFC 9449
// section 10).
func (*Service) readJKT(q *request) *oauth.Error {
	q.jkt = q.params.Get("dpop_jkt")
	if q.jkt != "" && !isHash(q.jkt) {
		return oauth.Errorf(oauth.InvalidRequest, "dpop_jkt must be the base64url SHA-256 thumbprint of a key (RFC 7638), 43 characters.")
	}
	return nil
}

// isHash tells whether text may be a SHA-256 in base64url.
func isHash(text string) bool {
	return len(text) == 43 && !strings.ContainsFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	})
}

func (s *Service) readHints(q *request) *oauth.Error {
	q.loginHint = q.params.Get("login_hint")
	if len(q.loginHint) > maxLoginHint {
		return oauth.Errorf(oauth.InvalidRequest, "login_hint is longer than %d bytes.", maxLoginHint)
	}
	hint := q.params.Get("id_token_hint")
	if hint == "" {
		return nil
	}
	if len(hint) > maxIDTokenHint {
		return oauth.Errorf(oauth.InvalidRequest, "id_token_hint is longer than %d bytes.", maxIDTokenHint)
	}
	sub, _, err := s.judge(q).VerifyIDTokenHint(hint, q.client.ID)
	if err != nil {
		return hintError(err)
	}
	q.hintSub = sub
	return nil
}
