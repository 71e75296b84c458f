package redistest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/redisstore"
)

// What the sentinels of a [Group] are asked with: by each other and by the kit
// as the default user, by a store as one who may do what it needs.
const (
	sentinelMaster   = "hush"
	sentinelPassword = "of-the-sentinels"
	sentinelUser     = "node"
	sentinelRights   = "resetchannels &+switch-master &+replica-reconf-done -@all +subscribe +sentinel|get-master-addr-by-name +sentinel|sentinels"
)

// Group is a primary with replicas, watched by three sentinels.
type Group struct {
	Primary *Instance

	t         testing.TB
	sentinels []*Instance
}

// Sentinel starts a primary, two replicas, of which one is left for
// [redisstore.Options.ReplicaWait] after a failover, and three sentinels with a
// password. It returns when the sentinels agree on all of them.
func Sentinel(t testing.TB) *Group {
	t.Helper()
	g := &Group{t: t, Primary: Server(t, "--repl-diskless-sync-delay", "0")}
	host, port, _ := strings.Cut(g.Primary.Addr(), ":")
	for range 2 {
		Server(t, "--replicaof", host+" "+port, "--repl-diskless-load", "swapdb", "--repl-diskless-sync-delay", "0")
	}
	for range 3 {
		g.sentinels = append(g.sentinels, g.watch(host, port))
	}
	g.await()
	return g
}

// watch starts one sentinel. The periods are Redis's own for tests: with the
// usual ones, up to 10 s, a failover would take as long. On a busy machine it
// would also distrust its clock (TILT), and do nothing for half a minute; and
// a primary that is not dead may stand still for a second.
func (g *Group) watch(host, port string) *Instance {
	g.t.Helper()
	file := filepath.Join(g.t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("requirepass %[1]s\nsentinel sentinel-pass %[1]s\nsentinel monitor %[2]s %[3]s %[4]s 2\n"+
		"sentinel down-after-milliseconds %[2]s 2000\nsentinel failover-timeout %[2]s 2000\nuser %[5]s on >%[1]s %[6]s\n",
		sentinelPassword, sentinelMaster, host, port, sentinelUser, sentinelRights)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		g.t.Fatal(err)
	}
	i := launch(g.t, &Instance{t: g.t, file: file, password: sentinelPassword, args: []string{
		"--sentinel", "--bind", "127.0.0.1", "--daemonize", "no", "--loglevel", "warning",
	}})
	i.do(context.Background(), "SENTINEL", "DEBUG", "PING-PERIOD", "100", "ASK-PERIOD", "100", "INFO-PERIOD", "100", "PUBLISH-PERIOD", "100",
		"ELECTION-TIMEOUT", "2000", "TILT-TRIGGER", "30000", "TILT-PERIOD", "1000")
	return i
}

// await returns when each sentinel knows the two others and both replicas.
func (g *Group) await() {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, s := range g.sentinels {
		c := redis.NewSentinelClient(s.options())
		defer c.Close()
		for {
			m, err := c.Master(ctx, sentinelMaster).Result()
			if err == nil && m["num-other-sentinels"] == "2" && m["num-slaves"] == "2" && m["flags"] == "master" {
				break
			}
			if ctx.Err() != nil {
				g.t.Fatalf("sentinel is not ready: %v, %v", m, err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// Options are how a store reaches the group, without [redisstore.Options.ReplicaWait].
func (g *Group) Options() redisstore.Options {
	o := redisstore.Options{Mode: redisstore.Sentinel, Master: sentinelMaster, SentinelUsername: sentinelUser, SentinelPassword: sentinelPassword}
	for _, s := range g.sentinels {
		o.Addrs = append(o.Addrs, s.Addr())
	}
	return o
}

// AwaitRole returns when the server says that it is master or slave.
func (i *Instance) AwaitRole(role string) {
	i.t.Helper()
	c := i.client()
	defer c.Close()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		info, err := c.Info(context.Background(), "replication").Result() // Sentinel cuts connections when it changes a role
		if strings.Contains(info, "role:"+role+"\r\n") {
			return
		}
		if time.Now().After(end) {
			i.t.Fatalf("does not become %s: %q, %v", role, info, err)
		}
	}
}
