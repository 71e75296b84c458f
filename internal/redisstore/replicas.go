package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// ErrNotReplicated means that the primary has a change that no replica
// confirmed in time: a failover could still undo it.
var ErrNotReplicated = errors.New("redis: no replica has the change")

// runDurable runs a script whose effect must survive a failover. WAIT counts
// what its own connection wrote, so both go over one.
func (s *Store) runDurable(ctx context.Context, sc *redis.Script, keys []string, args ...any) (answer, error) {
	if s.replica == 0 {
		return s.run(ctx, sc, keys, args...)
	}
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	a, err := s.runAndWait(ctx, sc, keys, args...)
	if cluster, ok := s.client.(*redis.ClusterClient); ok && moved(err) {
		cluster.ReloadState(ctx)
		a, err = s.runAndWait(ctx, sc, keys, args...)
	}
	return a, err
}

func (s *Store) runAndWait(ctx context.Context, sc *redis.Script, keys []string, args ...any) (answer, error) {
	conn, err := s.connFor(ctx, keys[0])
	if err != nil {
		return answer{}, trouble(ctx, err)
	}
	defer conn.Close()
	reply, err := sc.Run(ctx, conn, keys, args...).Slice()
	if err != nil {
		return answer{}, trouble(ctx, err)
	}
	n, failed := conn.Wait(ctx, 1, s.replica).Result() // a refusal may write too: a replay revokes
	a, err := judge(ctx, reply, nil)
	switch {
	case err != nil:
		return a, err
	case failed != nil:
		return answer{}, trouble(ctx, failed)
	case n < 1:
		return answer{}, ErrNotReplicated
	}
	return a, nil
}

func (s *Store) connFor(ctx context.Context, key string) (*redis.Conn, error) {
	switch c := s.client.(type) {
	case *redis.Client:
		return c.Conn(), nil
	case *redis.ClusterClient:
		node, err := c.MasterForKey(ctx, key)
		if err != nil {
			return nil, err
		}
		return node.Conn(), nil
	}
	return nil, fmt.Errorf("cannot wait for replicas with a %T", s.client)
}

func moved(err error) bool { return err != nil && strings.Contains(err.Error(), "MOVED ") }
