package backchannel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/egress"
)

const (
	// quick is how fast an app answers that gets more messages at once.
	quick = time.Second
	// most of an answer is read, in bytes: what a 400 says.
	mostRead = 2 << 10
	// settleTime is what the queue gets to take a result, after the call.
	settleTime = 3 * time.Second
)

// deliver tries one message and says on the queue what came of it.
func (s *Service) deliver(ctx context.Context, now time.Time, l Lease) {
	began := time.Now()
	result, why := s.inTime(ctx, now, l)
	took := time.Since(began)
	if result != "" {
		s.Count(l.ClientID, result)
		s.logResult(l, result, why, took)
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	var err error
	if result == Failed {
		err = s.Queue.Retry(ctx, s.Policy, l, 0.5+rand.Float64()/2, why) //nolint:gosec // it spreads load
	} else {
		err = s.Queue.Done(ctx, s.Policy, l, result == Delivered && took < quick)
	}
	if err != nil {
		s.Log.Error("the result of a delivery is lost; it is tried again", "client", l.ClientID, "session", l.SID, "cause", err)
	}
}

// inTime is try, over while the message is still this worker's.
func (s *Service) inTime(ctx context.Context, now time.Time, l Lease) (Result, string) {
	ctx, cancel := context.WithTimeout(ctx, s.Policy.Lease-settleTime)
	defer cancel()
	return s.try(ctx, now, l)
}

// try makes the call. No result means that there is nobody to tell any more. why
// is for operators, and never holds the token.
func (s *Service) try(ctx context.Context, now time.Time, l Lease) (r Result, why string) {
	c, err := s.Find(ctx, l.ClientID)
	if err != nil {
		return Failed, "the app's registration cannot be read: " + clean(err.Error())
	}
	if c == nil || c.BackchannelLogoutURI == "" {
		return "", ""
	}
	token, err := s.Mint.LogoutToken(c, l.UserID, l.SID, now)
	if err != nil {
		return Failed, "no logout token can be made: " + clean(err.Error())
	}
	reply, err := s.Post.Post(ctx, c.BackchannelLogoutURI, url.Values{"logout_token": {token}}, mostRead)
	if errors.Is(err, egress.ErrRefused) {
		return Refused, clean(err.Error()) // it is none that is called, today or tomorrow
	}
	if err != nil {
		return Failed, clean(err.Error())
	}
	return judge(reply.Status, reply.Body)
}

// judge reads an app's answer (section 2.8): 200 and 204 are success, and 400 is
// that it will not; whatever else came, nobody knows whether the app was reached.
func judge(status int, body []byte) (Result, string) {
	switch status {
	case 200, 204:
		return Delivered, ""
	case 400:
		var said struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
		}
		_ = json.Unmarshal(body, &said) // it need not say anything
		return Refused, strings.TrimSuffix(clean(fmt.Sprintf("status 400 %s %s", said.Error, said.Description)), " ")
	}
	return Failed, fmt.Sprintf("status %d", status)
}

// clean makes a line for the operator of what may be a stranger's words.
func clean(text string) string {
	const most = 200
	text = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, text)), " ")
	return text[:min(len(text), most)]
}

func (s *Service) logResult(l Lease, r Result, why string, took time.Duration) {
	line := []any{"client", l.ClientID, "session", l.SID, "result", string(r), "attempt", l.Attempt, "took", took.Round(time.Millisecond)}
	if r == Delivered {
		s.Log.Info("an app was told of a sign-out", line...)
		return
	}
	s.Log.Warn("an app could not be told of a sign-out", append(line, "why", why)...)
}
