package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/internal/rules"
)

// ruleSet loads rules: file name -> text.
func ruleSet(t testing.TB, files map[string]string) *rules.Set {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set, err := rules.Load(dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// one is a rule of these statements, which ends by letting the user pass.
func one(statements string) string {
	return "function (user, context, callback) {\n" + statements + "\ncallback(null, user, context);\n}"
}

// wonderland is one hash: another one would be another password.
var wonderland = sync.OnceValue(func() string { return hushtest.QuickHash("wonderland") })

// house is who a provider with rules knows.
func house(set *rules.Set) provider.Registry {
	return provider.Registry{
		Clients: []client.Spec{{
			ID: "app", FirstParty: true, RedirectURIs: []string{"https://app.example.com/one"}, Metadata: map[string]string{"team": "sales"},
			GrantTypes: []string{"authorization_code", "implicit"}, ResponseTypes: []string{"code", "id_token"},
		}},
		Users: []login.User{{
			Username: "alice", PasswordHash: wonderland(),
			AppMetadata: map[string]any{"roles": []any{"buyer"}, "plan": "free"}, UserMetadata: map[string]any{"colour": "green"},
		}},
		Rules: provider.Rules{Set: set, Limits: provider.RuleLimits{Workers: 2, Timeout: 20 * time.Second}, Connection: "staff"},
	}
}

func newHouse(t *testing.T, set *rules.Set, change ...func(*provider.Options)) *provider.Provider {
	t.Helper()
	store := redistest.Embedded(t)
	r := house(set)
	o := provider.Options{
		Issuer: issuer, Secrets: [][]byte{[]byte("0123456789abcdef0123456789abcdef")}, Store: store, Clients: r.Clients, Users: r.Users, RuleSet: r.Rules,
	}
	for _, f := range change {
		f(&o)
	}
	p, err := provider.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if err := hushtest.LoadKeys(t.Context(), p, o); err != nil {
		t.Fatal(err)
	}
	return p
}

// idToken are the claims of what prompt=none answers, nil for none; why is the error
// that comes in its place.
func idToken(p *provider.Provider, cookies []*http.Cookie) (claims map[string]any, why string) {
	query := request("one")
	query.Set("prompt", "none")
	query.Set("response_type", "id_token")
	query.Set("nonce", "n")
	query.Del("code_challenge")
	query.Del("code_challenge_method")
	r := httptest.NewRequest("GET", issuer+"authorize?"+query.Encode(), nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	p.Public.ServeHTTP(w, r)
	_, fragment, _ := strings.Cut(w.Header().Get("Location"), "#")
	values, _ := url.ParseQuery(fragment)
	parts := strings.Split(values.Get("id_token"), ".")
	if len(parts) != 3 {
		return nil, fmt.Sprint(w.Code, " ", w.Header().Get("Location"))
	}
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	_ = json.Unmarshal(payload, &claims)
	return claims, ""
}

// TestRulesOfTheRegistry: what rules see of a user is what the configuration says and
// what rules wrote, and what they do is counted.
func TestRulesOfTheRegistry(t *testing.T) {
	p := newHouse(t, ruleSet(t, map[string]string{
		"1-seen.js": one(`
			context.idToken['https://e.x/seen'] = [user.app_metadata, user.user_metadata, context.stats.loginsCount, context.clientMetadata.team,
				context.connection, context.authorization.roles, user.identities[0].connection];`),
		"2-note.js": `async function (user, context, callback) {
			await auth0.users.updateAppMetadata(user.user_id, {roles: ['buyer', 'seller'], plan: null});
			callback(null, user, context);
		}`,
		"3-gate.js": one(`if (user.user_metadata.colour === 'red') { return callback(new UnauthorizedError('Not in red.')); }`),
	}))
	cookies := signIn(t, p.Public, request("one"))
	claims, why := idToken(p, cookies)
	got, _ := json.Marshal(claims["https://e.x/seen"])
	if want := `[{"roles":["buyer","seller"]},{"colour":"green"},1,"sales","staff",["buyer","seller"],"staff"]`; string(got) != want {
		t.Errorf("%s\nwant %s (%s)", got, want, why)
	}
	if _, err := p.Metadata.Update(t.Context(), "alice", "user_metadata", map[string]any{"colour": "red"}, nil); err != nil {
		t.Fatal(err)
	}
	if claims, why := idToken(p, cookies); claims != nil || !strings.Contains(why, "error=access_denied") || !strings.Contains(why, "Not%20in%20red.") {
		t.Errorf("in red: %v %s", claims, why)
	}
	w := httptest.NewRecorder()
	p.Admin.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{`hush_rules_runs_total{result="passed"} 2`, `hush_rules_runs_total{result="denied"} 1`, `hush_rules_seconds_count 3`} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("no metric %s", line)
		}
	}
}

// TestReloadOfRules: while rules are replaced, by others and by none, under other
// limits too, no request fails, and each is judged by one whole set.
func TestReloadOfRules(t *testing.T) {
	set := func(name string) *rules.Set {
		return ruleSet(t, map[string]string{
			"a.js": one(`context.idToken['https://e.x/a'] = '` + name + `';`), "b.js": one(`context.idToken['https://e.x/b'] = '` + name + `';`),
		})
	}
	sets := []*rules.Set{set("one"), set("two"), nil}
	p := newHouse(t, sets[0])
	cookies := signIn(t, p.Public, request("one"))
	seen, stop := [3]atomic.Int64{}, make(chan struct{})
	names := map[any]int{"one": 0, "two": 1, nil: 2}
	var askers sync.WaitGroup
	for range 3 {
		askers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				claims, why := idToken(p, cookies)
				a, b := claims["https://e.x/a"], claims["https://e.x/b"]
				if claims == nil || a != b {
					t.Errorf("judged by %v and %v: %s", a, b, why)
					return
				}
				seen[names[a]].Add(1)
			}
		})
	}
	for i := range 9 {
		r := house(sets[i%3])
		r.Rules.Limits.Workers = 1 + i%2
		if err := p.Replace(r); err != nil {
			t.Fatal(err)
		}
		for before := seen[i%3].Load(); seen[i%3].Load() < before+3 && !t.Failed(); {
			silently(p, "one", cookies)
		}
	}
	close(stop)
	askers.Wait()
}

// TestBrokenRegistryKeepsTheRules: what cannot work leaves no rule out.
func TestBrokenRegistryKeepsTheRules(t *testing.T) {
	p := newHouse(t, ruleSet(t, map[string]string{"deny.js": one(`if (context.request.query.prompt === 'none') { return callback(new UnauthorizedError('Never.')); }`)}))
	cookies := signIn(t, p.Public, request("one"))
	broken := house(nil)
	broken.Clients = append(broken.Clients, broken.Clients...)
	broken.Rules.Limits.Workers = 1
	if err := p.Replace(broken); err == nil {
		t.Fatal("a broken registry is taken")
	}
	if got := silently(p, "one", cookies); got != "rule_denied" {
		t.Errorf("%s", got)
	}
}

// TestCallsOfRules: a rule reaches what every call of this server may reach, and is not
// told which addresses of the network's inside a name has.
func TestCallsOfRules(t *testing.T) {
	host := hushtest.ServeTLS(t, "api.test", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, r.Method, " ", r.Header.Get("Authorization"), " ", string(body))
	})
	set := ruleSet(t, map[string]string{"call.js": `async function (user, context, callback) {
		const said = [];
		for (const [url, method] of [['` + host.URL + `/x', 'PATCH'], ['https://localhost:8443/', 'GET'], ['http://api.test/', 'GET'], ['` + host.URL + `', 'TRACE']]) {
			try {
				const r = await fetch(url, {method, headers: {Authorization: 'Bearer t'}, body: method === 'PATCH' ? '{}' : undefined});
				said.push(r.status + ' ' + r.headers.get('x-answer') + ' ' + await r.text());
			} catch (e) { said.push(String(e.message)); }
		}
		context.idToken['https://e.x/said'] = said;
		callback(null, user, context);
	}`})
	log := &hushtest.Output{}
	p := newHouse(t, set, func(o *provider.Options) {
		o.Egress, o.Log = host.Egress(), slog.New(slog.NewTextHandler(log, nil))
	})
	claims, why := idToken(p, signIn(t, p.Public, request("one")))
	said, _ := claims["https://e.x/said"].([]any)
	if len(said) != 4 || said[0] != "202 yes PATCH Bearer t {}" {
		t.Fatalf("%q %s", said, why)
	}
	for i, want := range []string{"there was no answer: the server's log says why", "this address is not called", "this is no request that can be made"} {
		if text := fmt.Sprint(said[i+1]); !strings.HasPrefix(text, want) || strings.Contains(text, "127.0.0.1") || strings.Contains(text, "::1") {
			t.Errorf("the rule is told %q, want %q", text, want)
		}
	}
	if host.Calls.Load() != 2 { // one at the sign-in
		t.Errorf("%d calls", host.Calls.Load())
	}
	if !strings.Contains(log.String(), "a rule's call got no answer") {
		t.Errorf("the log says nothing: %s", log.String())
	}
}
