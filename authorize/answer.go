package authorize

import (
	"errors"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/silent"
)

// answer shapes what goes back to the app: parameters, of an error where err is
// one. In a mode of JARM they are put into one JWT; where that cannot be signed
// nothing is sent, because the app takes nothing else.
func (s *Service) answer(q *request, params []oauth.Param, err *oauth.Error) Outcome {
	out := Outcome{ClientID: q.client.ID, Silent: q.prompt.None(), Browser: q.browser, Renewed: q.renewal.Site != ""}
	if q.mode.Signed() {
		signed, failed := s.Tokens.SignAnswer(q.client, params, time.Now())
		if failed != nil {
			out.Fault = signingError(failed)
			return out
		}
		params = []oauth.Param{{Name: "response", Value: signed}}
	}
	out.Answer = &Answer{
		To: q.redirect, Mode: q.mode.Plain(), Params: params, Err: err,
		Embedders: q.client.WebOrigins, Implicit: err == nil && q.types.Implicit() && q.origin == "",
	}
	return out
}

// signingError tells keys that are not there yet from what should not happen.
func signingError(err error) *oauth.Error {
	if errors.Is(err, token.ErrNotReady) {
		return silent.Unavailable(err)
	}
	return &oauth.Error{Code: oauth.ServerError, Description: "The tokens could not be made.", Cause: err}
}
