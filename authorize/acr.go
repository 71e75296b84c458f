package authorize

import (
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// readACR gathers what the request asks of the sign-in: by acr_values, by acr in
// claims, and where neither names a value by what is registered for the app
// (OpenID Connect Core 1.0 sections 3.1.2.1 and 5.5.1.1, Dynamic Registration 1.0
// section 2). Of several each must be met, so that none that is added on the way
// weakens another. What is not met is refused (RFC 9470 section 5); values that
// nobody here knows are passed over, unless the app must have one.
func (s *Service) readACR(q *request) *oauth.Error {
	q.multifactor = s.lacksFactor(q.client, nil)
	raw := q.params.Get("acr_values")
	if len(raw) > maxACRValues {
		return oauth.Errorf(oauth.InvalidRequest, "acr_values is longer than %d bytes.", maxACRValues)
	}
	values := strings.Fields(raw)
	wished, claimed := s.ACR.Demand(values), s.ACR.Demand(q.wishes.acrs)
	// An API whose value is not known would only ask again.
	beyond := claimed.Beyond && q.wishes.mustACR || wished.Beyond && len(q.apis) > 0
	if len(values) == 0 && q.wishes.acrs == nil {
		wished = s.ACR.Demand(q.client.DefaultACRValues)
	}
	q.acr = claimed.And(wished)
	q.acr.Beyond = beyond
	if q.wishes.mustACR {
		q.acr.Values = q.wishes.acrs // section 5.5.1.1: the answer is one of these
	}
	if least := s.ACR.Rank(q.client.MinimumACR); least > 0 {
		q.acr.Floor, q.acr.Most = max(q.acr.Floor, least), max(q.acr.Most, least)
	}
	return nil
}

// faded is a grant as it counts now: the acr of a sign-in holds only so long, and
// refreshing does not prolong it.
func (s *Service) faded(g token.Grant, now time.Time) token.Grant {
	g.ACR = s.acrNow(g.ACR, g.AMR, now.Sub(g.AuthTime))
	return g
}

// acrNow is what is left of the acr that a token was made with, never more.
func (s *Service) acrNow(value string, amr []string, age time.Duration) string {
	return s.ACR.Told(s.ACR.Held(value, amr, age), nil)
}
