package backchannel

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
)

// Poster sends a form to an address that somebody else named. [egress.Client] is
// one. Only a call that got no answer is an error.
type Poster interface {
	Post(ctx context.Context, address string, form url.Values, maxBytes int64) (*egress.Reply, error)
}

// Minter makes the token of one delivery. [token.Issuer] is one.
type Minter interface {
	LogoutToken(c *client.Client, userID, sid string, now time.Time) (string, error)
}

// Result is what became of a message, for metrics and the log.
type Result string

// The results. Only Failed is tried again.
const (
	Delivered Result = "delivered"
	Refused   Result = "refused"  // trying again would change nothing: status 400, or no address that is called
	Failed    Result = "failed"   // no answer, or one that is none
	GivenUp   Result = "given_up" // too old
	Dropped   Result = "dropped"  // made room for others
	Unqueued  Result = "unqueued" // the store had no memory for it
)

// Config is what a Service works with. Fields are required unless they say so.
type Config struct {
	Queue Queue
	Post  Poster
	Mint  Minter
	// Find returns the app with a client_id, nil for none. An error is an outage.
	Find func(ctx context.Context, clientID string) (*client.Client, error)
	// Maybe tells, without a call, whether the app with a client_id may want to be
	// told: one that registered itself may.
	Maybe func(clientID string) bool
	Log   *slog.Logger
	Count func(clientID string, r Result) // for metrics
	// Policy of the queue. Default: Default.
	Policy Policy
	// Workers deliver at once. Default 32.
	Workers int
	// Poll is how often the queue is looked at when nothing is known to be due, by
	// one trip: what another node left is found so much later at most. Default 1 s.
	Poll time.Duration
}

// Service tells apps. It is safe for concurrent use.
type Service struct {
	Config
	wake  chan struct{}
	queue gauge
}

// New returns a Service. Nothing is delivered before Run.
func New(c Config) *Service {
	if c.Policy == (Policy{}) {
		c.Policy = Default
	}
	if c.Workers == 0 {
		c.Workers = 32 // as many calls as egress makes at once
	}
	if c.Poll == 0 {
		c.Poll = time.Second
	}
	return &Service{Config: c, wake: make(chan struct{}, 1)}
}

// Tell has the apps that took part in a session told that it ended. When it
// returns without error the messages are on the queue, or the store has no memory
// for them, which must not keep anybody from signing out. Told again, the same
// messages are no more.
func (s *Service) Tell(ctx context.Context, sid, userID string, clients []string) error {
	var messages []Message
	for _, id := range clients {
		if s.Maybe(id) {
			messages = append(messages, Message{ClientID: id, SID: sid, UserID: userID})
		}
	}
	if len(messages) == 0 {
		return nil
	}
	dropped, err := s.Queue.Add(ctx, s.Policy, messages...)
	if errors.Is(err, ErrFull) {
		for _, m := range messages {
			s.Count(m.ClientID, Unqueued)
		}
		s.Log.Error("apps are not told of a sign-out: the store has no memory for the queue", "session", sid, "apps", len(messages), "cause", err)
		return nil
	}
	if err != nil {
		return err
	}
	for range dropped {
		s.Count("", Dropped)
	}
	select {
	case s.wake <- struct{}{}:
	default: // it wakes up anyway
	}
	return nil
}
