package authorize

import (
	"context"
	"crypto/sha256"
	"encoding/base64"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// Assertion is what a browser asks for on behalf of a page, after its own dialog or
// silently (FedCM, identity assertion endpoint).
type Assertion struct {
	Origin  string       // of the page, as the browser says
	Account string       // the id of the account, as Known gave it
	Chosen  bool         // the person picked it, and not the browser by itself
	Params  oauth.Params // as at the authorization endpoint, without redirect_uri
	Problem *oauth.Error // what is wrong with them already; nil for nothing
}

// Assert answers a browser that asks for tokens on behalf of a page: as prompt=none
// does, for the account that is named. The Outcome's Answer is for the browser to
// hand over. Where the person has just picked the account it may be an Ask, which goes
// on in a window of its own. A Fault is for a page that is not the app's, which learns
// nothing.
func (s *Service) Assert(ctx context.Context, a Assertion, b Browser) Outcome {
	set, away := s.registry(ctx, a.Params.Get("client_id"))
	if away != nil {
		return Outcome{Fault: away}
	}
	c := set.Client(a.Params.Get("client_id"))
	if err := mayAssert(c, a.Origin); err != nil {
		return Outcome{Fault: err}
	}
	if a.Problem != nil {
		return s.refuse(&request{client: c, prompt: silently, mode: oauth.ModeFedCM, origin: a.Origin}, a.Problem)
	}
	q, refused := s.validate(set, a.Params, arrival{Origin: a.Origin}, b)
	if refused != nil {
		return *refused
	}
	b.Embedded, b.CrossSite, b.Embedder = false, false, "" // the browser itself asks, whatever frames the page
	b.Binding = ""                                         // no window is there yet: one of ours comes first, whatever cookies came
	mine := b.heldBy(func(userID string) bool { return s.accountID(userID) == a.Account })
	if len(mine) > 0 && a.Chosen {
		if live := b.of(q.client.SSOGroup, mine[0].UserID); !live.Handle.IsZero() {
			// From now on the app gets this one, and not another of the browser's.
			q.came.Sub = s.Tokens.Subject(q.client, live.UserID)
			q.hintSub = q.came.Sub
			return s.decide(ctx, q, b, progress{Chosen: true, account: live})
		}
	}
	q.prompt, b.Accounts = silently, mine
	return s.decide(ctx, q, b, progress{})
}

// handed reads a request for what a browser hands to a page.
func (s *Service) handed(set *client.Set, p oauth.Params, came arrival) (*request, *oauth.Error) {
	c := set.Client(p.Get("client_id"))
	if err := mayAssert(c, came.Origin); err != nil {
		return nil, err
	}
	q := &request{params: p, set: set, client: c, came: came, origin: came.Origin, hintSub: came.Sub, maxAge: -1}
	err := s.read(q)
	q.mode = oauth.ModeFedCM
	return q, err
}

// silently is prompt=none.
var silently, _ = oauth.ParsePrompt("none")

// mayAssert tells whether a page of this origin is the app's, so that what the app
// may get can be handed to it.
func mayAssert(c *client.Client, origin string) *oauth.Error {
	switch {
	case c == nil:
		return oauth.Errorf(oauth.UnauthorizedClient, "No app is registered under this client_id.")
	case !c.AllowsOrigin(origin):
		return oauth.Errorf(oauth.AccessDenied, "The page that asks is on no origin of the app: add its origin to web_origins of the client.")
	case c.NoFedCM:
		return oauth.Errorf(oauth.UnauthorizedClient, "FedCM is switched off for this app: remove fedcm: false from the client.")
	}
	return nil
}

// accountID is how browsers know an account. Apps do not see it. It must stay the
// same: by it a browser remembers what its user allowed.
func (s *Service) accountID(userID string) string {
	sum := sha256.Sum256([]byte("fedcm account\x00" + s.Issuer + "\x00" + userID))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// readHanded reads the response type of a request for what a browser hands over:
// a code, or the tokens themselves.
func (q *request) readHanded() *oauth.Error {
	switch {
	case q.badTypes != nil:
		return q.badTypes
	case q.types == oauth.ResponseCode && q.client.HasGrant(client.GrantCode):
		return nil
	case q.types != oauth.ResponseIDToken|oauth.ResponseToken:
		return oauth.Errorf(oauth.UnsupportedResponseType, `response_type in params must be "code" or "id_token token".`)
	case q.client.Confidential || q.client.DPoPBound || !q.client.HasGrant(client.GrantCode):
		// What a code would prove is proved at the token endpoint only.
		return oauth.Errorf(oauth.UnauthorizedClient, "The app gets its tokens for a code only: it has a secret or binds its tokens to a key. Ask with response_type code.")
	}
	return nil
}
