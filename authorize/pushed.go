package authorize

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/dpop"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

const (
	// pushedPrefix is how the request_uri of a pushed request begins (RFC 9126
	// section 2.2).
	pushedPrefix = "urn:ietf:params:oauth:request_uri:"
	// pushedLifetime is how long an app has to send the browser here with it.
	pushedLifetime = 90 * time.Second
	// usedLifetime is how long a used one is remembered: until no form of it can
	// come back any more.
	usedLifetime = pushedLifetime + formLifetime + 10*time.Minute
	// maxPushed bounds what a request_uri carries, in bytes: proxies take
	// addresses of 8 KB.
	maxPushed = 5 << 10
)

// pushedRequest is a pushed request. It is kept nowhere: sealed for its app, it
// is the request_uri itself.
type pushedRequest struct {
	ID     string `json:"id"`
	Raw    string `json:"q"`
	At     int64  `json:"at"` // unix seconds
	Signed bool   `json:"sg,omitempty"`
}

// Push validates a request that an app sends by itself, and returns the
// request_uri under which it goes on, and for how long that is good (RFC 9126
// section 2). The app has proved who it is. The code is bound to the key of a DPoP
// proof that came along, nil for none. Every error is an *oauth.Error.
func (s *Service) Push(ctx context.Context, c *client.Client, p oauth.Params, proof *dpop.Proof) (uri string, life time.Duration, err error) {
	p, came, refusal := s.pushable(ctx, c, p)
	if refusal == nil {
		p, refusal = keyed(p, proof)
	}
	if refusal != nil {
		return "", 0, refusal
	}
	came.Pushed = rand.Text()
	q, refusal := s.check(s.Clients().With(c), p, came)
	if refusal != nil {
		return "", 0, refusal
	}
	raw := q.encode(func(p oauth.Param) bool { return q.waits(p) || p.Name == uiLocales })
	if len(raw) > maxPushed {
		return "", 0, oauth.Errorf(oauth.InvalidRequest, "The request is too large to be pushed: %d bytes at most.", maxPushed)
	}
	if c.Confidential {
		// Of a public app anybody could write here. Its proof, sent once more,
		// makes a request that is of use to who holds the key.
		if err := proof.Use(ctx); err != nil {
			return "", 0, refusalOf(err)
		}
	}
	carried := pushedRequest{ID: came.Pushed, Raw: raw, At: time.Now().Unix(), Signed: came.Signed}
	return pushedPrefix + sealed(s.pushes, carried, c.ID), pushedLifetime, nil
}

// keyed adds what a proof says in place of dpop_jkt (RFC 9449 section 10.1).
func keyed(p oauth.Params, proof *dpop.Proof) (oauth.Params, *oauth.Error) {
	switch {
	case proof == nil:
		return p, nil
	case p.Count("dpop_jkt") == 0:
		return p.With("dpop_jkt", proof.JKT()), nil
	case p.Get("dpop_jkt") != proof.JKT():
		return p, oauth.Errorf(oauth.InvalidRequest, "dpop_jkt is not the thumbprint of the DPoP proof's key.")
	}
	return p, nil
}

// pushable returns the parameters of a pushed request with the client_id of who
// pushes it: those of the request object, if it is one (RFC 9126 section 3).
func (s *Service) pushable(ctx context.Context, c *client.Client, p oauth.Params) (oauth.Params, arrival, *oauth.Error) {
	switch {
	case p.Count("request_uri") > 0:
		return p, arrival{}, oauth.Errorf(oauth.InvalidRequest, "request_uri must not be pushed (RFC 9126 section 2.1).")
	case p.Count("client_id") > 0 && p.Get("client_id") != c.ID:
		return p, arrival{}, oauth.Errorf(oauth.InvalidRequest, "client_id names another app than the one that pushes the request.")
	case p.Count("request") > 0:
		inner, err := s.openObject(ctx, c, p.Get("request"), false)
		return inner, arrival{Signed: true}, err
	case p.Count("client_id") == 0:
		return p.With("client_id", c.ID), arrival{}, nil
	}
	return p, arrival{}, nil
}

// pushed opens the request_uri of a pushed request.
func (s *Service) pushed(c *client.Client, uri string) (oauth.Params, arrival, *oauth.Error) {
	sealed, isPushed := strings.CutPrefix(uri, pushedPrefix)
	if !isPushed {
		return oauth.Params{}, arrival{}, oauth.Errorf(oauth.InvalidRequestURI, "request_uri is not registered for the app, and not that of a pushed request.")
	}
	var r pushedRequest
	plain, err := s.pushes.Open(sealed, c.ID)
	if err != nil || json.Unmarshal(plain, &r) != nil {
		return oauth.Params{}, arrival{}, &oauth.Error{Code: oauth.InvalidRequestURI, Cause: err,
			Description: "request_uri is not one that this app was given: push the request again."}
	}
	inner, came := oauth.ParseParams(r.Raw), arrival{Signed: r.Signed, Pushed: r.ID, At: r.At}
	if time.Since(time.Unix(r.At, 0)) > pushedLifetime {
		return inner, came, oauth.Errorf(oauth.InvalidRequestURI, "request_uri has expired: push the request again.")
	}
	return inner, came, nil
}

// useUp makes a pushed request good for one grant (RFC 9126 section 4). Until
// then it may be shown again: a page is reloaded, a browser goes back.
func (s *Service) useUp(ctx context.Context, q *request) *oauth.Error {
	if q.came.Pushed == "" {
		return nil
	}
	first, err := s.Forms.MarkUsed(ctx, q.came.Pushed, rand.Text(), usedLifetime)
	if err != nil {
		return silent.Unavailable(err)
	}
	if !first {
		return oauth.Errorf(oauth.InvalidRequestURI, "request_uri was used before: push the request again.")
	}
	return nil
}
