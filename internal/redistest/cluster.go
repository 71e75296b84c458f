package redistest

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/freeport"
	"github.com/hush-sso/hush/internal/redisstore"
)

// Nodes is a Redis Cluster.
type Nodes []*Instance

// Cluster starts three primaries that share the slots and returns when the
// cluster is ready, which takes Redis about two seconds.
func Cluster(t testing.TB) Nodes {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var nodes Nodes
	var buses []string
	for range 3 {
		bus := freeport.Take(t)
		nodes = append(nodes, Server(t, "--cluster-enabled", "yes", "--cluster-port", bus,
			"--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "30000"))
		buses = append(buses, bus)
	}
	const slots = 16384
	for n, node := range nodes {
		node.do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", n+1)
		node.do(ctx, "CLUSTER", "ADDSLOTSRANGE", slots*n/3, slots*(n+1)/3-1)
		nodes[0].do(ctx, "CLUSTER", "MEET", "127.0.0.1", strconv.Itoa(node.port), buses[n])
	}
	for _, node := range nodes {
		for !node.ready(ctx) {
			if ctx.Err() != nil {
				t.Fatalf("cluster is not ready: %s", node.do(context.Background(), "CLUSTER", "INFO"))
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return nodes
}

// Open returns a store on the cluster, closed with the test, that waits for it longer
// than in production.
func (n Nodes) Open() *redisstore.Store { return n.open(patience) }

// OpenHasty is Open with production's deadlines, for tests of nodes that hang.
func (n Nodes) OpenHasty() *redisstore.Store { return n.open(0) }

func (n Nodes) open(patience time.Duration) *redisstore.Store {
	var addrs []string
	for _, node := range n {
		addrs = append(addrs, node.Addr())
	}
	return n[0].open(redisstore.Options{Mode: redisstore.Cluster, Addrs: addrs, Patience: patience})
}

// ready tells whether the node sees all three and every slot served.
func (i *Instance) ready(ctx context.Context) bool {
	info := i.do(ctx, "CLUSTER", "INFO")
	return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:3") &&
		strings.Contains(info, "cluster_slots_ok:16384")
}

// do sends one command and returns a text reply.
func (i *Instance) do(ctx context.Context, args ...any) string {
	i.t.Helper()
	c := i.client()
	defer c.Close()
	reply, err := c.Do(ctx, args...).Result()
	if err != nil {
		i.t.Fatalf("%v: %v", args, err)
	}
	text, _ := reply.(string)
	return text
}
