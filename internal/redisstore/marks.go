package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Marks implements [session.MarkStore].
func (s *Store) Marks(ctx context.Context) (map[string]int64, time.Time, error) {
	a, err := s.run(ctx, marksScript, []string{marksKey})
	if err != nil {
		return nil, a.now, err
	}
	marks := make(map[string]int64)
	for client, text := range a.pairs(0) {
		if marks[client], err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, a.now, fmt.Errorf("redis: mark of %q: %w", client, err)
		}
	}
	return marks, a.now, nil
}

// SetMark implements [session.MarkStore]. In a Cluster the clock that is ahead of
// all others counts: sessions are dated by the one of their own node.
func (s *Store) SetMark(ctx context.Context, clientID string, lead time.Duration) (int64, time.Time, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	ahead, err := s.latestClock(ctx)
	if err != nil {
		return 0, time.Time{}, trouble(ctx, err)
	}
	a, err := s.runDurable(ctx, setMarkScript, []string{marksKey},
		clientID, lead.Milliseconds(), ahead.UnixMilli(), markLife.Milliseconds())
	if err != nil {
		return 0, a.now, err
	}
	mark, err := strconv.ParseInt(a.text(0), 10, 64)
	return mark, a.now, err
}

// latestClock asks every primary of a Cluster for its time. It is 1970 with one
// server, whose scripts know it.
func (s *Store) latestClock(ctx context.Context) (time.Time, error) {
	var mu sync.Mutex
	latest := time.Unix(0, 0)
	cluster, ok := s.client.(*redis.ClusterClient)
	if !ok {
		return latest, nil
	}
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		now, err := c.Time(ctx).Result()
		mu.Lock()
		defer mu.Unlock()
		if now.After(latest) {
			latest = now
		}
		return err
	})
	return latest, err
}
