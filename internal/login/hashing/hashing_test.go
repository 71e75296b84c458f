package hashing

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// of is the cheapest work that differs by password.
func of(password string) Work {
	return Work{Password: []byte(password), Salt: bytes.Repeat([]byte{7}, 16), Time: 1, Memory: 64, Lanes: 1, Length: 32}
}

func expect(t *testing.T, p *Pool, password string) {
	t.Helper()
	w := of(password)
	if got, want := p.Compute(w), w.Compute(); !bytes.Equal(got, want) {
		t.Errorf("%q becomes %x, want %x", password, got, want)
	}
}

// Hashes are right whoever computes them, and at the same time too.
func TestPool(t *testing.T) {
	var p Pool
	defer p.Close()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 5 {
				sum := sha256.Sum256([]byte{byte(i), byte(j)})
				expect(t, &p, string(sum[:]))
			}
		})
	}
	wg.Wait()
	if n := len(p.idle); n == 0 || n > 4 {
		t.Errorf("%d workers are left of 4 at once", n)
	}
}

// A worker that was killed is nobody's trouble, nor is one that says something else.
func TestWorkerDies(t *testing.T) {
	var p Pool
	defer p.Close()
	expect(t, &p, "a")
	if len(p.idle) != 1 {
		t.Fatalf("%d workers", len(p.idle))
	}
	dead := p.idle[0]
	if err := syscall.Kill(dead.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	expect(t, &p, "b")
	expect(t, &p, "c")
	if len(p.idle) != 1 || p.idle[0] == dead {
		t.Error("the dead one is asked again")
	}
}

// A worker that stands still keeps nobody for ever.
func TestWorkerHangs(t *testing.T) {
	p := Pool{limit: time.Minute}
	defer p.Close()
	expect(t, &p, "a")
	w := p.idle[0]
	if err := syscall.Kill(w.cmd.Process.Pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	p.limit = time.Millisecond
	done := make(chan struct{})
	go func() {
		defer close(done)
		expect(t, &p, "b")
	}()
	select {
	case <-done:
		<-w.gone
	case <-time.After(time.Minute):
		w.end()
		t.Error("it is waited for")
		<-done
	}
}

// Who has nothing to do ends, and a closed pool keeps nobody.
func TestIdle(t *testing.T) {
	var p Pool
	expect(t, &p, "a")
	w := p.idle[0]
	p.retire(w)
	<-w.gone
	if len(p.idle) != 0 {
		t.Errorf("%d are idle", len(p.idle))
	}
	p.Close()
	expect(t, &p, "b")
	if len(p.idle) != 0 {
		t.Error("a closed pool keeps a worker")
	}
}

// A worker has no environment, yields, and leaves no core file.
func TestWorkerHasNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("read from /proc")
	}
	t.Setenv("HUSH_SECRET", "canary")
	var p Pool
	defer p.Close()
	expect(t, &p, "a")
	dir := fmt.Sprintf("/proc/%d/", p.idle[0].cmd.Process.Pid)
	if env, err := os.ReadFile(dir + "environ"); err != nil || len(env) != 0 {
		t.Errorf("its environment is %q, %v", env, err)
	}
	limits, err := os.ReadFile(dir + "limits")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(limits)) {
		if rest, ok := strings.CutPrefix(line, "Max core file size"); ok && strings.Fields(rest)[0] != "0" {
			t.Errorf("limits: %s", line)
		}
	}
	// The system call counts down from 20.
	its, err := syscall.Getpriority(syscall.PRIO_PROCESS, p.idle[0].cmd.Process.Pid)
	own, errOwn := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	if err != nil || errOwn != nil || its != max(own-niceness, 1) {
		t.Errorf("its priority is %d beside %d, %v %v", its, own, err, errOwn)
	}
}

func BenchmarkHash(b *testing.B) {
	w := Work{Password: []byte("wonderland"), Salt: make([]byte, 16), Time: 2, Memory: 19456, Lanes: 1, Length: 32}
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			w.Compute()
		}
	})
	b.Run("apart", func(b *testing.B) {
		var p Pool
		defer p.Close()
		for b.Loop() {
			p.Compute(w)
		}
	})
}
