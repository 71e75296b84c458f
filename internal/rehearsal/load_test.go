package rehearsal

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose"
)

// load is every session's app, which renews at both nodes, and the API that takes what
// it gets.
type load struct {
	s       *stack
	api     api
	every   time.Duration // between two renewals of one session
	stop    chan struct{}
	running sync.WaitGroup

	renewed atomic.Int64
	mu      sync.Mutex
	failed  []string                  // with the time and the reason
	kids    map[string]map[string]int // by algorithm: tokens by key
}

// begin renews a session until the load ends.
func (l *load) begin(p person, a *hushtest.Agent) {
	l.running.Go(func() {
		tick := time.NewTicker(l.every)
		defer tick.Stop()
		for n := 0; ; n++ {
			if why := l.renew(p, a, n); why != "" {
				l.fails(p.name + ": " + why)
			} else {
				l.renewed.Add(1)
			}
			select {
			case <-l.stop:
				return
			case <-tick.C:
			}
		}
	})
}

func (l *load) fails(why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = append(l.failed, time.Now().Format("15:04:05.000 ")+why)
}

// renew is one silent renewal, by turns with a code and without; "" if it gave tokens
// that are good.
func (l *load) renew(p person, a *hushtest.Agent, n int) (why string) {
	quiet := []string{"prompt", "none", "response_mode", "web_message"}
	if n%2 == 0 {
		quiet = append(quiet, "response_type", "id_token token")
	}
	r := a.Authorize(l.s.ask(quiet...))
	if r.Answer == nil {
		return fmt.Sprintf("status %d without an answer: %.300s", r.Status, r.Body)
	}
	got := r.Answer.Params
	if got["error"] != "" {
		return fmt.Sprintf("%s: %s %s", got["error"], got["error_description"], got["error_uri"])
	}
	if n%2 == 1 {
		r := a.Exchange(got["code"], verifier)
		got = map[string]string{"id_token": r.Text("id_token"), "access_token": r.Text("access_token")}
		if got["id_token"] == "" {
			return fmt.Sprintf("the code got status %d: %.300s", r.Status, r.Body)
		}
	}
	for _, raw := range []string{got["id_token"], got["access_token"]} {
		if err := l.good(raw, p.sub); err != nil {
			return err.Error()
		}
	}
	return ""
}

// good verifies a token as an API does, and counts its key.
func (l *load) good(raw, sub string) error {
	alg, kid, claims, err := l.api.verify(raw)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(claims.Sub, sub) {
		return fmt.Errorf("a token is of %q, not of %q", claims.Sub, sub)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kids[alg] == nil {
		l.kids[alg] = map[string]int{}
	}
	l.kids[alg][kid]++
	return nil
}

// keysOf is with how many keys tokens of an algorithm were signed so far.
func (l *load) keysOf(alg string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.kids[alg])
}

// end ends the load and returns what failed.
func (l *load) end() []string {
	close(l.stop)
	l.running.Wait()
	return l.failed
}

// api is one that keeps the key set.
type api struct {
	s *stack
	// keeps is for how long. Patient, it never looks again before that, whatever kid
	// it meets.
	keeps   time.Duration
	patient bool

	mu   sync.Mutex
	at   time.Time
	keys jose.KeySet
}

type claims struct{ Sub string }

func (a *api) verify(raw string) (alg, kid string, c claims, err error) {
	header, text, err := jose.Read(raw, jose.Want{Algs: []string{"RS256", "ES256"}, Types: []string{"JWT", "at+jwt"}})
	if err != nil {
		return "", "", c, fmt.Errorf("%w: %.40s", err, raw)
	}
	for again := false; ; again = true {
		keys, err := a.keySet(again)
		if err != nil {
			return "", "", c, err
		}
		_, err = jose.Verify(raw, header, keys.Candidates(header)...)
		if err == nil {
			return header.Alg, header.KID, c, json.Unmarshal(text, &c)
		}
		if again || a.patient {
			return "", "", c, fmt.Errorf("the key %s of a token is not in the key set: %w", header.KID, err)
		}
	}
}

func (a *api) keySet(anew bool) (jose.KeySet, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !anew && time.Since(a.at) < a.keeps {
		return a.keys, nil
	}
	res, err := http.Get(a.s.issuer + ".well-known/jwks.json")
	if err != nil {
		return jose.KeySet{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return jose.KeySet{}, err
	}
	a.at = time.Now()
	a.keys, err = jose.ParseKeySet(text)
	return a.keys, err
}
