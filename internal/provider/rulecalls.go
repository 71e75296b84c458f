package provider

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/rules"
)

// maxCalled is how long an answer may be that a rule gets, in bytes.
const maxCalled = 1 << 20

// calls are those that rules make. They are others than those that read keys, so that
// neither keeps the other waiting.
type calls struct {
	egress *egress.Client
	log    *slog.Logger
}

var _ rules.Caller = calls{}

// RuleCalls are calls as rules make them in operation, for trying rules without a
// provider.
func RuleCalls(o egress.Options, log *slog.Logger) rules.Caller { return calls{egress.New(o), log} }

// Do implements rules.Caller. A rule may pass what an error says on to somebody, so
// that shows no address of the network's inside; the log does.
func (c calls) Do(ctx context.Context, r rules.CallRequest) (rules.CallResponse, error) {
	got, err := c.egress.Do(ctx, egress.Request{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body}, maxCalled)
	if err != nil {
		host := ""
		if u, bad := url.Parse(r.URL); bad == nil {
			host = u.Hostname()
		}
		c.log.Warn("a rule's call got no answer", "host", host, "cause", err)
		return rules.CallResponse{}, told(err)
	}
	answer := rules.CallResponse{Status: got.Status, Header: make(map[string][]string, len(got.Header)), Body: got.Body}
	for name, values := range got.Header {
		answer.Header[strings.ToLower(name)] = values
	}
	return answer, nil
}

// told is what a rule is told of a call that failed.
func told(err error) error {
	switch {
	case errors.Is(err, egress.ErrRefused):
		return errors.New("this address is not called: only https, and public addresses or those of egress.allow")
	case errors.Is(err, egress.ErrRequest):
		return errors.New("this is no request that can be made: look at its method and its headers")
	case errors.Is(err, egress.ErrTooLarge):
		return errors.New("the answer is larger than 1 MB")
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("there was no answer in time")
	}
	return errors.New("there was no answer: the server's log says why")
}
