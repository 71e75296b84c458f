package redisstore

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Health is what readiness judges.
type Health struct {
	Time time.Time     // the store's clock
	Skew time.Duration // the store's clock less this node's, at the middle of the trip

	// Policy is maxmemory-policy. With any but noeviction Redis may drop the
	// marker of a redeemed code. "" if the server does not say.
	Policy string
	// Replica tells that the server is one, which may not know of a sign-out
	// yet.
	Replica bool
}

// Ping asks whether Redis answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	if err := s.client.Ping(ctx).Err(); err != nil {
		return trouble(ctx, err)
	}
	return nil
}

// Health asks the primary, in a Cluster every one; the worst answer counts.
func (s *Store) Health(ctx context.Context) (Health, error) {
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	cluster, ok := s.client.(*redis.ClusterClient)
	if !ok {
		h, err := s.health(ctx, s.client)
		if err != nil {
			return Health{}, trouble(ctx, err)
		}
		return h, nil
	}
	var mu sync.Mutex
	var worst Health
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		h, err := s.health(ctx, c)
		mu.Lock()
		defer mu.Unlock()
		worst = worse(worst, h)
		return err
	})
	if err != nil {
		return Health{}, trouble(ctx, err)
	}
	return worst, nil
}

func (s *Store) health(ctx context.Context, c redis.Cmdable) (Health, error) {
	sent := time.Now()
	t, err := c.Time(ctx).Result()
	if err != nil {
		return Health{}, err
	}
	h := Health{Time: t, Skew: t.Sub(sent.Add(time.Since(sent) / 2)), Policy: "noeviction"}
	if s.embedded {
		return h, nil // has no limit to memory and no INFO about it
	}
	info, err := c.Info(ctx).Result() // of all sections: Redis 6 takes one name at most
	if refused := redis.Error(nil); errors.As(err, &refused) {
		info, err = "", nil // a user who may not ask
	}
	h.Replica = strings.Contains(info, "\r\nrole:slave\r\n")
	_, rest, _ := strings.Cut(info, "maxmemory_policy:")
	h.Policy, _, _ = strings.Cut(rest, "\r\n")
	return h, err
}

func worse(a, b Health) Health {
	if a.Time.IsZero() {
		return b
	}
	// Evicting is worse than not knowing, and that is worse than keeping all.
	if a.Policy == "noeviction" || a.Policy == "" && b.Policy != "noeviction" {
		a.Policy = b.Policy
	}
	a.Replica = a.Replica || b.Replica
	if b.Skew.Abs() > a.Skew.Abs() {
		a.Skew, a.Time = b.Skew, b.Time
	}
	return a
}
