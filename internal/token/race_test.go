package token_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
)

// TestNodesRace: of nodes that found, rotate and revoke at once on one store, however
// they get in each other's way, all come to the same keys, one for each purpose.
func TestNodesRace(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redisstore.Store, _ redistest.Kit) {
		ctx := context.Background()
		keyring, err := seal.New("https://login.example.com/", []byte(rand.Text()+"0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		nodes := make([]*token.Keys, 6)
		for i := range nodes {
			nodes[i] = token.NewKeys(keyring.Box("keys"), s)
			nodes[i].Govern(func() token.Policy { return token.Policy{Publish: time.Millisecond, Life: time.Hour} }, slog.New(slog.DiscardHandler))
		}
		all := func(what string, do func(k *token.Keys) error) {
			t.Helper()
			var group sync.WaitGroup
			for _, k := range nodes {
				group.Go(func() {
					if err := do(k); err != nil {
						t.Errorf("%s: %v", what, err)
					}
				})
			}
			group.Wait()
		}
		load := func(k *token.Keys) error { return k.Load(ctx) }
		// counts are the keys by state, the same at every node.
		counts := func(alg string) map[string]int {
			t.Helper()
			_, tag := nodes[0].Published()
			for _, k := range nodes {
				if _, other := k.Published(); other != tag {
					t.Error("nodes publish different sets")
				}
			}
			list, err := nodes[0].List()
			if err != nil {
				t.Fatal(err)
			}
			n := map[string]int{}
			for _, k := range list {
				if k.Alg == alg {
					n[k.State]++
				}
			}
			return n
		}
		all("found", load)
		if n := counts("ES256"); n["active"] != 1 || len(n) != 1 {
			t.Fatalf("founded: %v", n)
		}
		// Everybody asks for a next key, and then it is everybody's to have it sign.
		all("rotate", func(k *token.Keys) error { return k.Rotate(ctx, "ES256", false) })
		for end := time.Now().Add(time.Minute); ; {
			all("advance", load)
			all("see it", load)
			if n := counts("ES256"); n["active"] == 1 && n["retired"] == 1 && len(n) == 2 {
				break
			} else if n["active"] != 1 || n["next"]+n["retired"] != 1 || time.Now().After(end) {
				t.Fatalf("rotated: %v", n)
			}
		}
		// The store is emptied while they run.
		_, before := nodes[0].Published()
		if err := s.Client().Del(ctx, "hush:{keys}").Err(); err != nil {
			t.Fatal(err)
		}
		all("found again", load)
		if _, after := nodes[0].Published(); after != before {
			t.Error("a flush changed the keys")
		}
		counts("ES256")
		// All revoke the key that signs, of which each has read that it does.
		list, err := nodes[0].List()
		if err != nil {
			t.Fatal(err)
		}
		var bad string
		for _, k := range list {
			if k.Alg == "ES256" && k.State == token.KeyActive {
				bad = k.KID
			}
		}
		all("revoke", func(k *token.Keys) error { return k.Revoke(ctx, bad) })
		all("see it", load)
		if n := counts("ES256"); n["active"] != 1 || n["retired"] != 1 || len(n) != 2 {
			t.Errorf("revoked: %v", n)
		}
		if err := nodes[0].Revoke(ctx, "nobody"); !errors.Is(err, token.ErrNoSuchKey) {
			t.Errorf("got %v", err)
		}
	})
}
