// Package redistest gives tests real Redis servers of their own, on free
// loopback ports, with nothing on disk, gone when the test ends. Use [Each] to
// run a suite over the embedded and the real store, [Server] for outages,
// [Cluster] for slots, [Sentinel] for failovers, [Age] instead of sleeping.
package redistest

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/freeport"
	"github.com/hush-sso/hush/internal/redisstore"
)

// Instance is one private redis-server.
type Instance struct {
	t    testing.TB
	port int
	args []string
	cmd  *exec.Cmd

	file     string // its configuration file; "" for none
	password string // of its default user
}

// Server starts a redis-server with the extra arguments given and ends it with
// the test.
func Server(t testing.TB, args ...string) *Instance {
	t.Helper()
	return launch(t, &Instance{t: t, args: append([]string{
		"--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir(),
		"--daemonize", "no", "--loglevel", "warning",
	}, args...)})
}

// launch starts a server on a free port and ends it with the test.
func launch(t testing.TB, i *Instance) *Instance {
	t.Helper()
	t.Cleanup(i.Kill)
	var err error
	for range 5 { // a free port may be taken before the server has it
		i.port, _ = strconv.Atoi(freeport.Take(t))
		if err = i.start(); err == nil {
			return i
		}
	}
	t.Fatalf("start redis-server: %v", err)
	return nil
}

// Addr returns host:port.
func (i *Instance) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(i.port)) }

// URL returns the address in the form that redisstore.Options takes.
func (i *Instance) URL() string { return "redis://" + i.Addr() + "/0" }

// Open returns a store on the server, closed with the test, that waits for it longer
// than in production.
func (i *Instance) Open() *redisstore.Store {
	return i.open(redisstore.Options{URL: i.URL(), Patience: patience})
}

// OpenHasty is Open with production's deadlines, for tests of a server that hangs.
func (i *Instance) OpenHasty() *redisstore.Store {
	return i.open(redisstore.Options{URL: i.URL()})
}

func (i *Instance) open(o redisstore.Options) *redisstore.Store {
	s := redisstore.Open(o)
	i.t.Cleanup(func() { s.Close() })
	return s
}

// Pause hangs the server: connections are accepted and nothing answers.
func (i *Instance) Pause() { i.signal(syscall.SIGSTOP) }

// Resume undoes Pause.
func (i *Instance) Resume() { i.signal(syscall.SIGCONT) }

// Kill ends the server at once; connections to it are then refused. What it
// held is lost.
func (i *Instance) Kill() {
	if i.cmd == nil {
		return
	}
	i.cmd.Process.Kill() // takes a paused process too
	i.cmd.Wait()
	i.cmd = nil
}

// Restart starts the server again, empty, on the same port.
func (i *Instance) Restart() {
	i.t.Helper()
	i.Kill()
	if err := i.start(); err != nil {
		i.t.Fatalf("restart redis-server: %v", err)
	}
}

func (i *Instance) signal(s syscall.Signal) {
	i.t.Helper()
	if err := i.cmd.Process.Signal(s); err != nil {
		i.t.Fatalf("%v to redis-server: %v", s, err)
	}
}

func (i *Instance) start() error {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		i.t.Fatal("install redis-server, or run make test which installs it")
	}
	args := append([]string{"--port", strconv.Itoa(i.port)}, i.args...)
	if i.file != "" {
		args = append([]string{i.file}, args...)
	}
	cmd := exec.Command(path, args...)
	dieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	i.cmd = cmd
	if err := i.await(patience); err != nil {
		i.Kill()
		return err
	}
	return nil
}

// await returns when this very process answers, not another on its port.
func (i *Instance) await(limit time.Duration) error {
	c := i.client()
	defer c.Close()
	want := fmt.Sprintf("process_id:%d\r\n", i.cmd.Process.Pid)
	var info string
	var err error
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		var conn net.Conn
		if conn, err = net.Dial("tcp", i.Addr()); err != nil { // the client would log this
			continue
		}
		conn.Close()
		if info, err = c.Info(context.Background(), "server").Result(); err != nil {
			continue
		}
		if strings.Contains(info, want) {
			return nil
		}
		return fmt.Errorf("port %d belongs to another server", i.port)
	}
	return fmt.Errorf("no answer in %v: %w", limit, err)
}

// client returns a plain client for the kit's own commands.
func (i *Instance) client() *redis.Client {
	return redis.NewClient(i.options())
}

func (i *Instance) options() *redis.Options {
	return &redis.Options{Addr: i.Addr(), Password: i.password, Protocol: 2, DisableIdentity: true, MaxRetries: -1, DialerRetries: 1}
}
