package redistest

import (
	"bufio"
	"context"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/redisstore"
)

// Trips counts the round trips that f makes: commands and pipelines, those of
// other goroutines included, but for the reading of the marks and of the queue of
// messages to apps: it is no request's, a running node does it all the time. A hook stays behind: use a store of the
// test's own.
func Trips(s *redisstore.Store, f func()) int {
	var c counter
	s.Client().AddHook(&c)
	f()
	return int(c.n.Load())
}

type counter struct{ n atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !ofTheNode(cmd.Args()) {
			c.n.Add(1)
		}
		return next(ctx, cmd)
	}
}

// ofTheNode tells what no request asks for: of the queue only what adds to it
// names the jobs.
func ofTheNode(args []any) bool {
	return slices.Contains(args, any("hush:{marks}")) ||
		slices.Contains(args, any("hush:{backchannel}:apps")) && !slices.Contains(args, any("hush:{backchannel}:jobs"))
}

func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmds)
	}
}

// Monitor returns what the server does while f runs, one line a command, those
// that scripts make included and marked lua: `[0 lua] "PTTL" "key"`.
func (i *Instance) Monitor(f func()) []string {
	i.t.Helper()
	conn, err := net.Dial("tcp", i.Addr())
	if err != nil {
		i.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	r := bufio.NewReader(conn)
	send(i.t, conn, "MONITOR\r\n")
	line(i.t, r) // +OK
	f()
	i.do(context.Background(), "ECHO", "end-of-monitor")
	var seen []string
	for {
		_, text, _ := strings.Cut(line(i.t, r), " ") // without the time
		if strings.Contains(text, "end-of-monitor") {
			return seen
		}
		if !strings.Contains(strings.ToLower(text), `"hello"`) {
			seen = append(seen, text)
		}
	}
}

func send(t testing.TB, conn net.Conn, text string) {
	t.Helper()
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func line(t testing.TB, r *bufio.Reader) string {
	t.Helper()
	text, err := r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(text, "\r\n")
}
