package redisstore_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

var (
	scaleSessions = flag.Int("sessions", 500, "how many sessions TestScale measures with; docs/scale.md has what came of 1000000")
	scaleListpack = flag.Int("listpack", 64, "hash-max-listpack-value of the Redis of TestScale, in bytes")
)

// sessionsOfOne is how many sessions a user has in TestScale.
const sessionsOfOne = 10

// TestScale measures what sessions cost in memory, and whether it takes longer to
// read, list and end them among many: at 1,000, 100,000 and so on up to -sessions.
// Nothing may scan.
func TestScale(t *testing.T) {
	server := redistest.Server(t, "--hash-max-listpack-value", strconv.Itoa(*scaleListpack))
	b := bench{t: t, Store: server.Open()}
	s := &scale{bench: b, manager: session.NewManager(b, b, session.Policy{}), empty: b.memory()}
	t.Logf("%d sessions a user, two apps each, hash-max-listpack-value %d", sessionsOfOne, *scaleListpack)
	for _, n := range []int{1_000, 100_000, 1_000_000, 10_000_000} {
		n = min(n, *scaleSessions)
		s.fill(n)
		s.measure()
		if n == *scaleSessions {
			break
		}
	}
	stats, err := b.Client().Info(ctx, "commandstats").Result()
	b.ok(err)
	if scans := regexp.MustCompile(`cmdstat_(\w*scan|keys|smembers|randomkey)\b`).FindString(stats); scans != "" {
		t.Errorf("%s", scans)
	}
}

// scale is a Redis with many sessions.
type scale struct {
	bench
	manager *session.Manager
	empty   int64 // bytes
	handles []session.Handle
	users   []string
	named   int // users that there ever were
}

// memory is what Redis uses, in bytes.
func (b bench) memory() int64 {
	b.t.Helper()
	info, err := b.Client().Info(ctx, "memory").Result()
	b.ok(err)
	n, err := strconv.ParseInt(regexp.MustCompile(`used_memory:(\d+)`).FindStringSubmatch(info)[1], 10, 64)
	b.ok(err)
	return n
}

// apps is what two usual apps hold: one signs people in, one calls an API.
var apps = map[string]oauth.Grants{
	"orders":  oauth.NewGrants("", []string{"openid", "profile", "email"}),
	"reports": oauth.NewGrants("", []string{"openid", "profile", "email"}).Union(oauth.NewGrants("https://api.example.com", []string{"read:orders", "read:reports"})),
}

// fill adds sessions until there are n.
func (s *scale) fill(n int) {
	s.t.Helper()
	start, from := time.Now(), len(s.handles)
	for len(s.handles) < n {
		var records []session.Record
		for range min(n-len(s.handles), 500) {
			if len(s.handles)%sessionsOfOne == 0 {
				s.named++
				s.users = append(s.users, fmt.Sprintf("9f1b6f2e-7d0c-4c1e-9a53-%012d", s.named))
			}
			r := record(newHandle())
			r.SID, r.UserID = r.Handle.Key.String(), s.users[len(s.users)-1]
			r.ACR, r.AMR, r.Group, r.Device, r.Credential = "1", []string{"pwd"}, "default", "Chrome on Windows", "v1.3yQ8mJx0dKc"
			s.handles, records = append(s.handles, r.Handle), append(records, r)
		}
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		s.ok(s.Fill(ctx, records, apps))
		cancel()
	}
	s.t.Logf("%d sessions more in %v", n-from, time.Since(start).Round(time.Millisecond))
}

// measure says what a session takes and how long it takes to work with one.
func (s *scale) measure() {
	s.t.Helper()
	n := len(s.handles)
	s.t.Logf("%d sessions: %d bytes each", n, (s.memory()-s.empty)/int64(n))
	s.t.Logf("  resolve        %v", s.times(1000, func() error {
		_, _, err := s.Resolve(ctx, session.Query{Handle: s.handles[rand.IntN(n)], ClientID: "orders", Activity: true})
		return err
	}))
	s.t.Logf("  list a user    %v", s.times(200, func() error {
		list, _, err := s.manager.Sessions(ctx, s.users[rand.IntN(len(s.users))], session.Page{})
		if err == nil && len(list) == 0 {
			err = fmt.Errorf("nothing is listed")
		}
		return err
	}))
	last := s.users[len(s.users)-min(20, len(s.users)/2):]
	s.t.Logf("  revoke a user  %v", s.times(len(last), func() error {
		ended, err := s.manager.EndUser(ctx, last[0], session.Revoked, nil)
		if err == nil && len(ended) != sessionsOfOne {
			err = fmt.Errorf("%d sessions ended", len(ended))
		}
		last = last[1:]
		return err
	}))
	s.users = s.users[:len(s.users)-min(20, len(s.users)/2)]
	s.handles = s.handles[:len(s.users)*sessionsOfOne]
	before := s.processor()
	rate := s.rate()
	s.t.Logf("  32 at once     %d resolves a second, %v of the server's processor each", rate, (s.processor()-before)/(32*ratePart))
}

// processor is the time that Redis has used of a processor.
func (b bench) processor() time.Duration {
	b.t.Helper()
	info, err := b.Client().Info(ctx, "cpu").Result()
	b.ok(err)
	var sum time.Duration
	for _, m := range regexp.MustCompile(`used_cpu_(?:sys|user):([\d.]+)`).FindAllStringSubmatch(info, -1) {
		d, err := time.ParseDuration(m[1] + "s")
		b.ok(err)
		sum += d
	}
	return sum
}

// times runs f n times, after some to warm up, and returns the median and the time
// that one in a hundred takes longer than.
func (s *scale) times(n int, f func() error) string {
	s.t.Helper()
	took := make([]time.Duration, n)
	for i := range took {
		start := time.Now()
		s.ok(f())
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	return fmt.Sprintf("median %v, 99%% within %v", took[n/2].Round(time.Microsecond), took[n*99/100].Round(time.Microsecond))
}

// ratePart is what each of those that ask at once asks.
const ratePart = 200

// rate is how many sessions are resolved in a second.
func (s *scale) rate() int64 {
	s.t.Helper()
	start, done := time.Now(), atomic.Int64{}
	errs := parallel(32, func(int) error {
		for range ratePart {
			_, _, err := s.Resolve(ctx, session.Query{Handle: s.handles[rand.IntN(len(s.handles))], ClientID: "orders", Activity: true})
			if err != nil {
				return err
			}
			done.Add(1)
		}
		return nil
	})
	if n := count(errs, nil); n != len(errs) {
		s.t.Fatal(errs)
	}
	return int64(float64(done.Load()) / time.Since(start).Seconds())
}
