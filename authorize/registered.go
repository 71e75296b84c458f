package authorize

import (
	"context"
	"slices"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// Registered are the apps that registered themselves, which no set holds. The
// store is asked at each use, so that one which was deleted is unknown at once,
// on every node.
type Registered interface {
	// Issues tells whether an id has the form of those that are given out. No
	// other reaches the store.
	Issues(id string) bool
	// Client returns the app, or nil. An error is an outage.
	Client(ctx context.Context, id string) (*client.Client, error)
	// Visit returns the app as Client does and, in the same round trip, what
	// session.Store.ResolveAll returns.
	Visit(ctx context.Context, id string, queries []session.Query) (*client.Client, []session.Seen, error)
}

// Find returns the app with this client_id, configured or registered by itself,
// or nil. Whoever needs an app asks here. The error is an outage.
func (s *Service) Find(ctx context.Context, clientID string) (*client.Client, error) {
	set, away := s.registry(ctx, clientID)
	if away != nil {
		return nil, away
	}
	return set.Client(clientID), nil
}

// registry returns the apps and APIs of this moment for a request that names
// clientID: the configured ones, and the one of this id if it registered itself.
func (s *Service) registry(ctx context.Context, clientID string) (*client.Set, *oauth.Error) {
	set := s.Clients()
	if !s.mayBeRegistered(set, clientID) {
		return set, nil
	}
	c, err := s.Registered.Client(ctx, clientID)
	if err != nil {
		return nil, silent.Unavailable(err)
	}
	return joined(set, c), nil
}

func (s *Service) mayBeRegistered(set *client.Set, id string) bool {
	return s.Registered != nil && set.Client(id) == nil && s.Registered.Issues(id)
}

func joined(set *client.Set, c *client.Client) *client.Set {
	if c == nil {
		return set
	}
	return set.With(c)
}

// ahead are sessions that were read together with the app.
type ahead struct {
	queries []session.Query
	seen    []session.Seen
	read    time.Time // by this node's clock
}

// aheadLife is how long they stand for the sessions as they are. What is validated
// in memory is done long before; what waits for another server may not be.
const aheadLife = 500 * time.Millisecond

// meet is registry for a request that will need the sessions as well: all are
// read in one trip. Whether the request is valid is not known yet, so an app
// that takes part keeps its session from idling out by one that is not, too.
func (s *Service) meet(ctx context.Context, p oauth.Params, b Browser) (*client.Set, *ahead, *oauth.Error) {
	set, id := s.Clients(), p.Get("client_id")
	if !s.mayBeRegistered(set, id) {
		return set, nil, nil
	}
	held := b.held(client.DefaultGroup)
	if p.Count("client_id") != 1 || len(held) == 0 {
		set, err := s.registry(ctx, id)
		return set, nil, err
	}
	a := &ahead{queries: s.queriesOf(held, id), read: time.Now()}
	if _, single := b.single(client.DefaultGroup); single {
		a.queries[0].Activity = s.RenewalIsActivity
	}
	c, seen, err := s.Registered.Visit(ctx, id, a.queries)
	if err != nil {
		return nil, nil, silent.Unavailable(err)
	}
	a.seen = s.Sessions.JudgedAll(ctx, a.queries, seen)
	return joined(set, c), a, nil
}

// takeAhead returns what was just read for these queries, or nil. Once: a second
// look is meant to see what changed.
func (q *request) takeAhead(queries ...session.Query) []session.Seen {
	a := q.ahead
	q.ahead = nil
	if a == nil || !slices.Equal(a.queries, queries) || time.Since(a.read) >= aheadLife {
		return nil
	}
	return a.seen
}

// resolve reads the session, unless it was just read.
func (s *Service) resolve(ctx context.Context, q *request, query session.Query) (session.Session, time.Time, error) {
	if seen := q.takeAhead(query); seen != nil {
		return seen[0].Session, seen[0].Now, seen[0].Err
	}
	return s.Sessions.Resolve(ctx, query)
}
