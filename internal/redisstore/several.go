package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/session"
)

// ResolveAll implements [session.Store]: a pipeline, because in a Cluster the
// sessions live on different nodes.
func (s *Store) ResolveAll(ctx context.Context, queries []session.Query) []session.Seen {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	pipe := s.client.Pipeline()
	visits := s.resolveIn(ctx, pipe, queries)
	_, _ = pipe.Exec(ctx) // each has its own error
	return s.visited(ctx, queries, visits)
}

func (s *Store) resolveIn(ctx context.Context, pipe redis.Pipeliner, queries []session.Query) []*redis.Cmd {
	visits := make([]*redis.Cmd, len(queries))
	for i, q := range queries {
		visits[i] = resolveScript.EvalSha(ctx, pipe, []string{sessionKey(q.Handle.Key)}, s.resolveArgs(q)...)
	}
	return visits
}

// visited reads what a pipeline brought. A server that does not know the script
// is taught it.
func (s *Store) visited(ctx context.Context, queries []session.Query, visits []*redis.Cmd) []session.Seen {
	all := make([]session.Seen, len(queries))
	for i, q := range queries {
		reply, err := visits[i].Slice()
		if redis.HasErrorPrefix(err, "NOSCRIPT") {
			reply, err = resolveScript.Run(ctx, s.client, []string{sessionKey(q.Handle.Key)}, s.resolveArgs(q)...).Slice()
		}
		all[i] = s.seen(ctx, q, reply, err)
	}
	return all
}

// seen reads the answer of resolve.lua. Of a session that is over it says to who
// holds the secret whether the client took part, and since when.
func (s *Store) seen(ctx context.Context, q session.Query, reply []any, err error) session.Seen {
	a, err := judge(ctx, reply, err)
	s.saw(a.now)
	seen := session.Seen{Now: a.now, Err: err}
	if err == nil {
		seen.Session, seen.Now, seen.Err = read(q.Handle.Key, a)
		seen.Known, seen.Used = seen.Err == nil, usedAt(seen.Session.FirstUse, seen.Session.Chosen)
		return seen
	}
	if len(a.rest) == 0 {
		return seen
	}
	if part, ok := a.rest[0].(string); ok {
		seen.Known = part == ""
		if app, err := parsePart(part); err == nil {
			seen.Known, seen.Used = true, usedAt(app.FirstUse, app.Chosen)
		}
	}
	return seen
}

// usedAt is when the client got the session's account the last time that the user
// had a say in it.
func usedAt(firstUse, chosen time.Time) time.Time {
	if chosen.After(firstUse) {
		return chosen
	}
	return firstUse
}
