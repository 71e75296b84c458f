package authorize

import (
	"context"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// arrival says how the parameters of a request came, where they did not stand in
// the request itself.
type arrival struct {
	Signed bool   `json:"sg,omitempty"` // in an object with the app's own signature
	Pushed string `json:"pu,omitempty"` // under the request_uri of this id; "" for none
	At     int64  `json:"at,omitempty"` // when it was pushed, unix seconds
	From   *from  `json:"f,omitempty"`  // from another host of ours, which answers it; nil for none
	Origin string `json:"or,omitempty"` // from a browser, for a page of this origin (FedCM); "" for no such
	Sub    string `json:"su,omitempty"` // the account that the person picked there, as the app knows it
	Own    Own    `json:"ow,omitempty"` // for a page of ours, and no app's
}

// stale tells whether a pushed request waited longer than its use is remembered,
// however often its page was shown anew meanwhile.
func (a arrival) stale() bool {
	return a.Pushed != "" && time.Since(time.Unix(a.At, 0)) > pushedLifetime+formLifetime
}

// receive finds the parameters that count and validates them. They stand in the
// request itself, nearly always.
func (s *Service) receive(ctx context.Context, set *client.Set, p oauth.Params, b Browser) (*request, *Outcome) {
	if p.Count("request") == 0 && p.Count("request_uri") == 0 {
		return s.validate(set, p, arrival{}, b)
	}
	c := set.Client(p.Get("client_id"))
	if c == nil || p.Count("client_id") != 1 {
		return s.validate(set, p, arrival{}, b) // which says what is wrong with it
	}
	inner, came, err := s.unwrap(ctx, c, p, b)
	if err != nil && came.Pushed != "" {
		p = inner // sealed by ourselves, so its address can be believed
	}
	if err != nil {
		return nil, s.refuseUnopened(set, p, b, err)
	}
	return s.validate(set, inner, came, b)
}

// unwrap opens what request or request_uri brings. From here on only the
// parameters in it count (RFC 9101 section 6.3, RFC 9126 section 4).
func (s *Service) unwrap(ctx context.Context, c *client.Client, p oauth.Params, b Browser) (inner oauth.Params, came arrival, err *oauth.Error) {
	objects, addresses := p.Count("request"), p.Count("request_uri")
	uri, promptNone := p.Get("request_uri"), isNone(p.Get("prompt"))
	held := promptNone || b.Embedded // nobody else's server is called while nobody is asked
	switch {
	case p.Problem() != nil:
		return inner, came, unreadable(p)
	case objects > 1 || addresses > 1:
		return inner, came, oauth.Errorf(oauth.InvalidRequest, "request and request_uri must not be repeated.")
	case objects+addresses > 1:
		return inner, came, oauth.Errorf(oauth.InvalidRequest, "request and request_uri exclude each other (RFC 9101 section 5).")
	case objects == 1:
		came.Signed = true
		inner, err = s.openObject(ctx, c, p.Get("request"), held)
	case c.AllowsRequestURI(uri):
		came.Signed = true
		inner, err = s.fetched(ctx, c, uri, held, promptNone)
	default:
		inner, came, err = s.pushed(c, uri)
	}
	if err == nil {
		err = sameTypes(p, inner)
	}
	return inner, came, err
}

// isNone tells whether a prompt asks that nobody be asked.
func isNone(raw string) bool {
	prompt, err := oauth.ParsePrompt(raw)
	return err == nil && prompt.None()
}

// sameTypes: a response_type that stands outside says the same as that inside
// (OpenID Connect Core 1.0 section 6.1), in whatever order of its words.
func sameTypes(outer, inner oauth.Params) *oauth.Error {
	raw := outer.Get("response_type")
	if raw == "" {
		return nil
	}
	outside, err := oauth.ParseResponseType(raw)
	inside, _ := oauth.ParseResponseType(inner.Get("response_type"))
	if err != nil || outside != inside || outer.Count("response_type") > 1 {
		return oauth.Errorf(oauth.InvalidRequest, "response_type is another one beside request or request_uri than in it.")
	}
	return nil
}

// refuseUnopened answers a request whose parameters could not be had. Nothing of
// their content is believed: the answer goes to the redirect URI that stands
// beside them, if that is registered, and else on a page.
func (s *Service) refuseUnopened(set *client.Set, p oauth.Params, b Browser, err *oauth.Error) *Outcome {
	q, missing := address(set, p)
	if missing != nil {
		return &Outcome{Fault: err, ClientID: p.Get("client_id")}
	}
	s.meetBrowser(q, b.account(q.client.SSOGroup))
	q.readMode()
	if failed := s.readState(q); failed != nil {
		err = failed
	} else if failed := s.readPrompt(q); failed != nil {
		err = failed
	}
	out := s.refuse(q, err)
	return &out
}

// readArrival: an app that must ask in one way is not answered where it asks in
// another, because anybody could have written that.
func (*Service) readArrival(q *request) *oauth.Error {
	switch {
	case q.client.RequirePushedRequest && q.came.Pushed == "":
		return oauth.Errorf(oauth.InvalidRequest, "request_uri is missing: the app must push its requests first (RFC 9126).")
	case q.client.RequireSignedRequest && !q.came.Signed:
		return oauth.Errorf(oauth.InvalidRequest, "request is missing: the app must sign its requests (RFC 9101).")
	}
	return nil
}
