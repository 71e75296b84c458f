package authorize

import (
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

// Refuse answers a request that there is no time for, from memory: of the browser
// nothing is looked at, and of the request only what it takes to answer. Without an
// address that may be answered at there is no Answer in the outcome.
func (s *Service) Refuse(p oauth.Params) Outcome {
	set := s.Clients()
	if uri := p.Get("request_uri"); strings.HasPrefix(uri, pushedPrefix) {
		if c := set.Client(p.Get("client_id")); c != nil && p.Count("request_uri") == 1 {
			p, _, _ = s.pushed(c, uri)
		}
	}
	q, err := address(set, p)
	if err != nil {
		return Outcome{Fault: silent.Overloaded.Err()}
	}
	q.readMode()
	if err := s.readState(q); err != nil {
		return s.refuse(q, err)
	}
	return s.refuse(q, silent.Overloaded.Err())
}
