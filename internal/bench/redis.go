package main

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// startRedis runs a redis-server that keeps nothing, on our core.
func (b *bench) startRedis(ctx context.Context, args ...string) (*process, string, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, "", fmt.Errorf("%w: make prepare installs it", err)
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, "", err
	}
	_, port, _ := net.SplitHostPort(addr)
	p, err := b.start("redis", b.ours(), path, append([]string{
		"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", b.dir, "--loglevel", "warning",
	}, args...)...)
	if err != nil {
		return nil, "", err
	}
	c := redisClient(addr)
	defer c.Close()
	return p, addr, p.await(ctx, func() error {
		conn, err := net.Dial("tcp", addr) // the client would log that it cannot
		if err != nil {
			return err
		}
		conn.Close()
		return c.Ping(ctx).Err()
	})
}

func redisClient(addr string) *redis.Client {
	return redis.NewClient(&redis.Options{Addr: addr, Protocol: 2, DisableIdentity: true, DialerRetries: 1, MaxRetries: -1})
}

// startCluster runs three primaries that share the slots.
func (b *bench) startCluster(ctx context.Context) (parts []*process, addrs []string, err error) {
	const slots, nodes = 16384, 3
	var buses []string
	for n := range nodes {
		bus, err := freeAddr()
		if err != nil {
			return nil, nil, err
		}
		_, port, _ := net.SplitHostPort(bus)
		p, addr, err := b.startRedis(ctx, "--cluster-enabled", "yes", "--cluster-port", port, "--cluster-config-file", fmt.Sprintf("nodes-%d.conf", n))
		if err != nil {
			return nil, nil, err
		}
		parts, addrs, buses = append(parts, p), append(addrs, addr), append(buses, port)
	}
	for n, addr := range addrs {
		err := joinCluster(ctx, addr, [][]any{
			{"CLUSTER", "SET-CONFIG-EPOCH", n + 1},
			{"CLUSTER", "ADDSLOTSRANGE", slots * n / nodes, slots*(n+1)/nodes - 1},
			meet(addrs[0], buses[0]),
		})
		if err != nil {
			return nil, nil, err
		}
	}
	for n, addr := range addrs {
		c := redisClient(addr)
		defer c.Close()
		err := parts[n].await(ctx, func() error {
			info, err := c.ClusterInfo(ctx).Result()
			if err == nil && !(strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_slots_ok:"+strconv.Itoa(slots))) {
				err = fmt.Errorf("the Cluster is not complete: %s", info)
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return parts, addrs, nil
}

func meet(addr, bus string) []any {
	host, port, _ := net.SplitHostPort(addr)
	return []any{"CLUSTER", "MEET", host, port, bus}
}

// joinCluster sends a node what makes it one of the Cluster.
func joinCluster(ctx context.Context, addr string, commands [][]any) error {
	c := redisClient(addr)
	defer c.Close()
	for _, command := range commands {
		if err := c.Do(ctx, command...).Err(); err != nil {
			return fmt.Errorf("%v: %w", command, err)
		}
	}
	return nil
}

// copySession puts copies of a session record under random keys, so that Redis holds as
// many as a large site has. Nobody has cookies for them. KEYS: the record. ARGV: how
// many, and a number that no other call has.
var copySession = redis.NewScript(`
local record, ttl = redis.call('DUMP', KEYS[1]), redis.call('PTTL', KEYS[1])
for i = 1, tonumber(ARGV[1]) do
  redis.call('RESTORE', 'hush:{' .. string.sub(redis.sha1hex(ARGV[2] .. i), 1, 22) .. '}:s', ttl, record)
end
return tonumber(ARGV[1])
`)

// addSessions makes Redis hold n sessions more.
func addSessions(ctx context.Context, addr string, n int) error {
	c := redisClient(addr)
	defer c.Close()
	keys, _, err := c.Scan(ctx, 0, "hush:{*}:s", 100_000).Result()
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return fmt.Errorf("no session to copy")
	}
	const batch = 2000 // some 20 ms each, in which Redis does nothing else
	for n > 0 {
		if err := copySession.Run(ctx, c, keys[:1], min(n, batch), strconv.FormatInt(time.Now().UnixNano(), 36)).Err(); err != nil {
			return err
		}
		n -= batch
	}
	return nil
}
