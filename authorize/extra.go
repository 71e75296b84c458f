package authorize

import (
	"net/url"
	"regexp"
	"slices"

	"github.com/hush-sso/hush/internal/oauth"
)

// Parameters that mean nothing here are an app's own, such as campaign=spring. Rules
// are told of them, and with rules they wait with the rest of a request while its
// person is asked: so they are few and short, in bytes as they are written there.
const (
	maxExtra     = 20
	maxExtraSize = 1024
)

// extraName is how they may be called: nothing that a rule's object has by itself
// begins so, and no name needs encoding.
var extraName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,63}$`)

// untold are parameters of the protocol that rules and forms get nothing of: some are
// somebody's secret, wherever they were sent by mistake, the others were opened before.
var untold = []string{
	"access_token", "assertion", "client_assertion", "client_assertion_type", "client_secret", "code", "code_verifier",
	"device_code", "id_token", "id_token_hint", "password", "refresh_token", "registration", "request", "request_uri", "token",
}

// readExtra finds them. What is too long or too much is left out, and no error: apps
// send what they like.
func (s *Service) readExtra(q *request) *oauth.Error {
	if s.Rules == nil {
		return nil
	}
	left := maxExtraSize
	for _, p := range q.params.Pairs() {
		size := len(p.Name) + len("=&") + len(url.QueryEscape(p.Value))
		if len(q.extra) < maxExtra && size <= left && q.extraIs(p.Name) {
			q.extra = append(q.extra, p)
			left -= size
		}
	}
	return nil
}

// extraIs tells whether a parameter is the app's own, and the first of its name.
func (q *request) extraIs(name string) bool {
	return !known[name] && extraName.MatchString(name) && !slices.Contains(untold, name) &&
		!slices.ContainsFunc(q.extra, func(p oauth.Param) bool { return p.Name == name })
}

// waits tells whether a parameter is kept while a person is asked.
func (q *request) waits(p oauth.Param) bool {
	return known[p.Name] || slices.Contains(q.extra, p)
}
