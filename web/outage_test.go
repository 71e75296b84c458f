package web_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// patience is within what every answer comes, store or no store: 1.7 s, and what
// a busy machine adds. A store without deadlines takes 5 s.
const patience = 4 * time.Second

func inTime(t *testing.T, what string, ask func() *hushtest.Reply) *hushtest.Reply {
	t.Helper()
	var r *hushtest.Reply
	if took := redistest.Took(func() { r = ask() }); took > patience {
		t.Errorf("%s took %v", what, took)
	}
	return r
}

// admin asks the admin listener.
func admin(p *provider.Provider, path string) (int, string) {
	w := httptest.NewRecorder()
	p.Admin.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	body, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(body)
}

// awaitReady waits for the provider to say that it is ready.
func awaitReady(t *testing.T, p *provider.Provider) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		status, text := admin(p, "/readyz")
		if status == http.StatusOK {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not ready: %d %s", status, text)
		}
	}
}

// TestOutage: a store that does not answer is never taken for a user who is
// not signed in, and is told in time.
func TestOutage(t *testing.T) {
	for name, c := range map[string]struct{ down, up func(*redistest.Instance) }{
		"killed":  {(*redistest.Instance).Kill, (*redistest.Instance).Restart},
		"stopped": {(*redistest.Instance).Pause, (*redistest.Instance).Resume},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Server(t)
			s := start(t, hushtest.Options{Store: server.OpenHasty()})
			p := s.Nodes[0]
			awaitReady(t, p)
			a := signIn(t, s.Node(0), "alice")
			codes := [2]string{code(t, a, "every"), code(t, a, "every")}
			access := granted(t, a.Authorize(quiet("every", "response_type", "token")))["access_token"]
			consent := consenting(t, s, "bob")
			form := s.Node(0)
			form.Authorize(request("every", "state", awkward[0]))
			again := signIn(t, s.Node(0), "alice")
			again.Authorize(request("every", "prompt", "login"))

			c.down(server)
			var wg sync.WaitGroup
			for _, mode := range modes {
				for _, prompt := range []string{"none", "", "login", "consent", "select_account"} {
					for _, clientID := range []string{"every", "guest"} {
						b := a.Copy(t)
						wg.Go(func() {
							r := inTime(t, mode+" "+prompt, func() *hushtest.Reply {
								return b.Authorize(request(clientID, "prompt", prompt, "response_mode", mode))
							})
							if r.Answer == nil || r.Answer.Params["error"] != "temporarily_unavailable" ||
								r.Answer.Params["error_uri"] != issuer+"errors/"+string(silent.StoreUnavailable) ||
								r.Answer.Mode != mode || r.Answer.Params["state"] != "s-1" || r.Answer.Params["iss"] != issuer || len(r.Set) > 0 {
								t.Errorf("%s, prompt %q: status %d, %+v", mode, prompt, r.Status, r.Answer)
							}
						})
					}
				}
			}
			wg.Go(func() {
				r := inTime(t, "token", func() *hushtest.Reply { return a.Exchange(codes[0], verifier) })
				failed(t, r, http.StatusServiceUnavailable, "temporarily_unavailable")
			})
			wg.Go(func() {
				r := inTime(t, "userinfo", func() *hushtest.Reply { return userinfo(a, access) })
				failed(t, r, http.StatusServiceUnavailable, "temporarily_unavailable")
			})
			wg.Go(func() {
				r := inTime(t, "sign-in", func() *hushtest.Reply { return form.SignIn("alice", "wonderland") })
				isPage(t, r, http.StatusServiceUnavailable)
				if r.Form == nil || r.Form.Fields.Get("username") != "alice" || form.Cookie(ssoCookie) != "" {
					t.Errorf("sign-in page: %+v, cookies %v", r.Form, form.Cookies())
				}
			})
			wg.Go(func() {
				held := again.Cookie(ssoCookie)
				r := inTime(t, "second sign-in", func() *hushtest.Reply { return again.SignIn("alice", "wonderland") })
				isPage(t, r, http.StatusServiceUnavailable)
				if again.Cookie(ssoCookie) != held {
					t.Error("the session cookie changed")
				}
			})
			wg.Go(func() {
				r := inTime(t, "consent", func() *hushtest.Reply { return consent.Consent("allow") })
				if r.Answer == nil || r.Answer.Params["error"] != "temporarily_unavailable" {
					t.Errorf("consent: status %d, %+v", r.Status, r.Answer)
				}
			})
			wg.Go(func() {
				var status int
				var text string
				took := redistest.Took(func() { status, text = admin(p, "/readyz") })
				if status != http.StatusServiceUnavailable || took > patience {
					t.Errorf("readyz: %d %s after %v", status, text, took)
				}
				if status, _ := admin(p, "/livez"); status != http.StatusOK {
					t.Errorf("livez: %d", status)
				}
				// What needs no store needs none.
				refusedAs(t, s.Node(0).Authorize(quiet("every")), silent.NoSession)
				if r := s.Node(0).Get(".well-known/jwks.json"); r.Status != http.StatusOK {
					t.Errorf("jwks: %d", r.Status)
				}
			})
			wg.Wait()
			if _, text := admin(p, "/metrics"); !strings.Contains(text, "hush_store_errors_total") || strings.Contains(text, "hush_store_errors_total 0\n") {
				t.Error("the metric does not tell")
			}

			c.up(server)
			awaitReady(t, p)
			if name == "killed" { // what it held is lost, and that is told too
				silently(t, a, silent.SessionGone)
				failed(t, a.Exchange(codes[1], verifier), 400, "invalid_grant")
				failed(t, userinfo(a, access), 401, "invalid_token")
				return
			}
			silently(t, a, "")
			redeemed(t, a.Exchange(codes[1], verifier))
			if r := userinfo(a, access); r.Status != http.StatusOK {
				t.Errorf("userinfo: %d %s", r.Status, r.Body)
			}
			granted(t, form.SignIn("alice", "wonderland"))
			silently(t, again, "")
		})
	}
}

// TestCodeSurvivesRefusedConnections: as long as nothing reached Redis the code
// is as good as before. A door in front of it closes and opens.
func TestCodeSurvivesRefusedConnections(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	door := newDoor(t, server.Addr())
	store := redisstore.Open(redisstore.Options{URL: "redis://" + door.addr() + "/0", Patience: time.Minute})
	t.Cleanup(func() { store.Close() })
	s := start(t, hushtest.Options{Store: store})
	a := signIn(t, s.Node(0), "alice")
	c := code(t, a, "every")
	door.shut(true)
	for range 3 {
		r := inTime(t, "token", func() *hushtest.Reply { return a.Exchange(c, verifier) })
		failed(t, r, http.StatusServiceUnavailable, "temporarily_unavailable")
	}
	if status, _ := admin(s.Nodes[0], "/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("readyz: %d", status)
	}
	door.shut(false)
	awaitReady(t, s.Nodes[0])
	access, _ := redeemed(t, a.Exchange(c, verifier))
	if r := userinfo(a, access); r.Status != http.StatusOK {
		t.Errorf("userinfo: %d %s", r.Status, r.Body)
	}
}

// TestCodeSurvivesAHungStore: the app was told to try again, so the try that
// hung must not count as the redemption when Redis wakes up and finds it.
func TestCodeSurvivesAHungStore(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	s := start(t, hushtest.Options{Store: server.OpenHasty()})
	a := signIn(t, s.Node(0), "alice")
	redeemed(t, a.Exchange(code(t, a, "every"), verifier)) // Redis knows the script, as it does after the first minute
	c := code(t, a, "every")
	server.Pause()
	r := inTime(t, "token", func() *hushtest.Reply { return a.Exchange(c, verifier) })
	server.Resume()
	failed(t, r, http.StatusServiceUnavailable, "temporarily_unavailable")
	awaitReady(t, s.Nodes[0])
	redeemed(t, a.Exchange(c, verifier))
}

// door passes connections on to an address while it is open.
type door struct {
	net.Listener
	mu     sync.Mutex
	closed bool
	conns  []net.Conn
}

func newDoor(t *testing.T, to string) *door {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &door{Listener: l}
	t.Cleanup(func() { l.Close(); d.shut(true) })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil || !d.enter(in, out) {
				in.Close()
				continue
			}
			go func() { io.Copy(out, in); out.Close() }()
			go func() { io.Copy(in, out); in.Close() }()
		}
	}()
	return d
}

func (d *door) addr() string { return d.Listener.Addr().String() }

func (d *door) enter(conns ...net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conns = append(d.conns, conns...)
	return !d.closed
}

func (d *door) shut(closed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed = closed; closed {
		for _, c := range d.conns {
			c.Close()
		}
		d.conns = nil
	}
}

// TestStartWithoutRedis: a node may be there first.
func TestStartWithoutRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Server(t)
	server.Kill()
	s := start(t, hushtest.Options{Store: server.Open(), NoKeys: true})
	p, a := s.Nodes[0], s.Node(0)
	if status, text := admin(p, "/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("readyz: %d %s", status, text)
	}
	jwks := inTime(t, "jwks", func() *hushtest.Reply { return a.Get(".well-known/jwks.json") })
	failed(t, jwks, http.StatusServiceUnavailable, "temporarily_unavailable")
	if got := jwks.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("an error may be cached: %s", got)
	}
	if r := a.Get(".well-known/openid-configuration"); r.Status != http.StatusOK {
		t.Errorf("discovery: %d", r.Status)
	}
	a.Authorize(request("every"))
	isPage(t, inTime(t, "sign-in", func() *hushtest.Reply { return a.SignIn("alice", "wonderland") }), http.StatusServiceUnavailable)
	for _, mode := range modes {
		r := inTime(t, "hint", func() *hushtest.Reply {
			return a.Authorize(quiet("every", "response_mode", mode, "id_token_hint", "a.b.c"))
		})
		refusedAs(t, r, silent.StoreUnavailable)
	}
	failed(t, userinfo(a, "a.b.c"), http.StatusServiceUnavailable, "temporarily_unavailable")

	server.Restart()
	awaitReady(t, p)
	a.Authorize(request("every"))
	granted(t, a.SignIn("alice", "wonderland"))
	silently(t, a, "")
}

// TestEvictionIsNotReady: a store that forgets the marks of redeemed codes
// would have them redeemed again.
func TestEvictionIsNotReady(t *testing.T) {
	for policy, want := range map[string]int{
		"noeviction": 200, "allkeys-lru": 503, "allkeys-lfu": 503, "volatile-lru": 503, "volatile-ttl": 503, "allkeys-random": 503,
	} {
		t.Run(policy, func(t *testing.T) {
			p := node(t, redistest.Server(t, "--maxmemory-policy", policy, "--maxmemory", "50mb").Open(), nil)
			status, text := admin(p, "/readyz")
			if status != want || want != 200 && !strings.Contains(text, policy) {
				t.Errorf("readyz: %d %s", status, text)
			}
		})
	}
}
