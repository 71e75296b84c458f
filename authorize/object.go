package authorize

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/clientkeys"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

// ClientKeys finds the keys that apps sign their request objects with.
type ClientKeys interface {
	// Keys returns the app's keys that may have made a signature with this
	// header, none where it has no such key. An error is an outage, or wraps
	// clientkeys.ErrUnusable.
	Keys(ctx context.Context, c *client.Client, h jose.Header) ([]jose.Key, error)
	// Held is Keys without a call to the app's server: what is known already.
	Held(c *client.Client, h jose.Header) []jose.Key
}

// objectType is the typ of request objects (RFC 9101 section 10.8). It is
// required: no other JWT of an app's key is taken for a request.
const objectType = "oauth-authz-req+jwt"

// openObject returns the parameters that a request object of the app holds (RFC
// 9101). With held nobody is asked for the app's keys.
func (s *Service) openObject(ctx context.Context, c *client.Client, raw string, held bool) (oauth.Params, *oauth.Error) {
	h, claims, err := jose.Read(raw, jose.Want{Algs: jose.Algorithms, Types: []string{objectType}})
	if err != nil {
		return oauth.Params{}, badObject(err, "is not a JWT that can be read: it needs typ "+objectType+", an alg of "+
			strings.Join(jose.Algorithms, ", ")+", no other header than kid, and no member twice")
	}
	if !c.AllowsRequestObjectAlg(h.Alg) {
		return oauth.Params{}, badObject(nil, "is signed with another alg than the app's request_object_signing_alg")
	}
	if err := s.verifyObject(ctx, c, raw, h, held || asksSilently(claims)); err != nil {
		return oauth.Params{}, err
	}
	if problem := s.judgeObject(c, claims); problem != "" {
		return oauth.Params{}, badObject(nil, problem)
	}
	p, problem := objectParams(claims)
	if problem != "" {
		return p, badObject(nil, problem)
	}
	return p, nil
}

func badObject(cause error, problem string) *oauth.Error {
	return &oauth.Error{Code: oauth.InvalidRequestObject, Description: "The request object " + problem + ".", Cause: cause}
}

// verifyObject requires the signature of a key that is the app's. Silently its
// server is not called: who is not asked anything should not wait either.
func (s *Service) verifyObject(ctx context.Context, c *client.Client, raw string, h jose.Header, held bool) *oauth.Error {
	var keys []jose.Key
	if held {
		keys = s.Keys.Held(c, h)
	} else {
		var err error
		if keys, err = s.Keys.Keys(ctx, c, h); errors.Is(err, clientkeys.ErrUnusable) {
			return badObject(err, "cannot be verified: the app's jwks_uri serves no keys")
		} else if err != nil {
			return silent.Unavailable(err)
		}
	}
	if _, err := jose.Verify(raw, h, keys...); err != nil {
		return badObject(err, "is not signed by a key that is registered for the app")
	}
	return nil
}

// asksSilently looks into what is not verified yet. Whoever lies here has the
// object judged by the keys that are at hand, and no more.
func asksSilently(claims []byte) bool {
	var c struct{ Prompt any }
	if json.Unmarshal(claims, &c) != nil {
		return false
	}
	prompt, _ := c.Prompt.(string)
	return isNone(prompt)
}

// judgeObject holds the object to its app, to this issuer and to its time (RFC
// 9101 sections 4 and 5). What an app signs for another server, or to
// authenticate, is no request here.
func (s *Service) judgeObject(c *client.Client, claims []byte) (problem string) {
	var o struct {
		Issuer   *string         `json:"iss"`
		Client   *string         `json:"client_id"`
		Subject  json.RawMessage `json:"sub"`
		Audience jose.Audience   `json:"aud"`
	}
	if err := json.Unmarshal(claims, &o); err != nil {
		return "has an iss, client_id or aud of another type than text"
	}
	switch {
	case o.Client == nil || *o.Client != c.ID:
		return "must hold the client_id that stands beside it"
	case o.Issuer != nil && *o.Issuer != c.ID:
		return "has another iss than the app's client_id"
	case o.Subject != nil:
		return "must not have a sub (RFC 9101 section 10.8)"
	case len(o.Audience) != 1 || o.Audience[0] != s.Issuer:
		return "must have the issuer as its only aud"
	}
	times := jose.Times{Now: time.Now(), Leeway: jose.Leeway}
	if _, err := times.Check(claims); err != nil {
		return "is not of this time: " + err.Error()
	}
	return ""
}

// protocolClaims of a JWT are no parameters.
var protocolClaims = []string{"iss", "aud", "exp", "nbf", "iat", "jti"}

// objectParams reads the parameters. Their values are texts, but for max_age,
// which may be a number, claims, an object, and audience and resource, which may
// be several (RFC 9101 section 4). What nobody here knows is ignored.
func objectParams(claims []byte) (p oauth.Params, problem string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(claims, &members) != nil {
		return p, "holds no object"
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if slices.Contains(protocolClaims, name) || !known[name] && !recognized[name] {
			continue
		}
		values, ok := objectValues(name, members[name])
		if !ok {
			return p, "has a value of " + name + " that is of another type"
		}
		for _, value := range values {
			if value != "" {
				p = p.With(name, value)
			}
		}
	}
	return p, ""
}

// recognized mean something in an object, beside what is parked: the pages'
// language, and what is refused there.
var recognized = map[string]bool{uiLocales: true, "request": true, "request_uri": true, "registration": true}

func objectValues(name string, raw json.RawMessage) ([]string, bool) {
	var text string
	var number json.Number
	var several []string
	switch {
	case string(raw) == "null":
		return nil, false
	case json.Unmarshal(raw, &text) == nil:
		return []string{text}, true
	case name == "max_age" && json.Unmarshal(raw, &number) == nil:
		return []string{number.String()}, true
	case (name == "claims" || name == "registration") && raw[0] == '{':
		return []string{string(raw)}, true
	case (name == "audience" || name == "resource") && json.Unmarshal(raw, &several) == nil:
		return several, true
	}
	return nil, false
}
