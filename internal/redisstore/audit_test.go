package redisstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
)

// audit writes a line as a node does.
func (b bench) audit() error {
	_, err := b.AuditStream(10, time.Hour).Write([]byte("{}\n"))
	return err
}

func TestAuditStreamHoldsLines(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		var lines strings.Builder
		for i := range 1000 {
			fmt.Fprintf(&lines, `{"n":%d}`+"\n", i)
		}
		stream := s.AuditStream(400, time.Hour)
		if n, err := stream.Write([]byte(lines.String())); err != nil || n != lines.Len() {
			t.Fatalf("%d of %d bytes are kept: %v", n, lines.Len(), err)
		}
		entries, err := s.Client().XRange(ctx, "hush:{audit}", "-", "+").Result()
		if err != nil || len(entries) == 0 {
			t.Fatal(len(entries), err)
		}
		for i, e := range entries {
			if want := fmt.Sprintf(`{"n":%d}`, 1000-len(entries)+i); e.Values["line"] != want || len(e.Values) != 1 {
				t.Fatalf("entry %d is %v, want %s", i, e.Values, want)
			}
		}
		// "~" trims whole nodes of 100 entries.
		if len(entries) < 400 || len(entries) > 500 {
			t.Errorf("the stream holds %d lines, of 400", len(entries))
		}
		if ttl := s.Client().PTTL(ctx, "hush:{audit}").Val(); ttl <= 59*time.Minute || ttl > time.Hour {
			t.Errorf("it stays for %s", ttl)
		}
	})
}

// TestAuditStreamOfAServerThatIsAway: what was not taken is told, so that it is written
// again.
func TestAuditStreamOfAServerThatIsAway(t *testing.T) {
	server := redistest.Server(t)
	s := server.Open()
	stream := s.AuditStream(10, time.Hour)
	if n, err := stream.Write([]byte("{}\n")); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	server.Kill()
	if n, err := stream.Write([]byte("{}\n{}\n")); n != 0 || err == nil {
		t.Fatalf("%d bytes are kept by nobody: %v", n, err)
	}
}
