package web_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// push pushes a request, and returns the one that takes its place.
func push(t testing.TB, a *hushtest.Agent, q url.Values) url.Values {
	t.Helper()
	r := a.Push(q)
	if r.Status != http.StatusCreated || !strings.HasPrefix(r.Text("request_uri"), "urn:ietf:params:oauth:request_uri:") || r.JSON()["expires_in"] != 90.0 {
		t.Fatalf("status %d, %s", r.Status, r.Body)
	}
	return url.Values{"client_id": q["client_id"], "request_uri": {r.Text("request_uri")}}
}

// TestPushIsOneTrip more than a plain request: what is pushed is kept nowhere,
// and marked used with the grant.
func TestPushIsOneTrip(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := signIn(t, browser(t, p), "alice")
		granted(t, a.Authorize(quiet("every")))
		var pushed url.Values
		if n := redistest.Trips(store, func() { pushed = push(t, a, quiet("every")) }); n != 0 {
			t.Errorf("pushing: %d trips", n)
		}
		if n := redistest.Trips(store, func() { granted(t, a.Authorize(pushed)) }); n != 2 {
			t.Errorf("using it: %d trips", n)
		}
		refused(t, a.Authorize(pushed), "invalid_request_uri", "")
	})
}

// TestPushedAlone: what stands beside request_uri changes nothing, and state and
// mode come from within.
func TestPushedAlone(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	for name, more := range map[string][]string{
		"another state": {"state", "s-2"}, "another mode": {"response_mode", "form_post"}, "more scope": {"scope", "openid phone"},
		"another nonce": {"nonce", "n-2"}, "another challenge": {"code_challenge", challenge("x" + verifier)},
		"another person's sub": {"claims", demands["sub of bob"].claims}, "a question": {"prompt", "login"},
		"the same type": {"response_type", "code"}, "a registration": {"registration", "{}"}, "two states": {"state", "s-2"},
	} {
		t.Run(name, func(t *testing.T) {
			q := with(push(t, a, quiet("every", "response_mode", "fragment")), more...)
			if name == "two states" {
				q.Add("state", "s-3")
			}
			r := a.Authorize(q)
			p := granted(t, r)
			if r.Answer.Mode != "fragment" || p["state"] != "s-1" {
				t.Errorf("answered by %s with %v", r.Answer.Mode, p)
			}
			_, id := redeemed(t, a.Exchange(p["code"], verifier))
			if claims := claimsOf(t, id); claims["nonce"] != "n-1" || claims["phone_number"] != nil {
				t.Errorf("claims are %v", claims)
			}
		})
	}
	other := push(t, a, quiet("every"))
	refused(t, a.Authorize(with(other, "response_type", "token", "redirect_uri", redirectOf("every"), "state", "s-1")), "invalid_request", "")
	isPage(t, a.Authorize(with(other, "client_id", "")), http.StatusBadRequest)
}

// TestPushRefused: a request is judged when it is pushed, by the same rules.
func TestPushRefused(t *testing.T) {
	store := embedded(t)
	a := browser(t, node(t, store, nil))
	for name, c := range map[string]struct {
		q    url.Values
		code string
	}{
		"unknown address":   {request("every", "redirect_uri", "https://evil.test/cb"), "invalid_request"},
		"no address":        {request("every", "redirect_uri", ""), "invalid_request"},
		"no PKCE":           {request("every", "code_challenge", "", "code_challenge_method", ""), "invalid_request"},
		"a type too many":   {request("pushing", "response_type", "token"), "unauthorized_client"},
		"unknown scope":     {request("every", "scope", "fly"), "invalid_scope"},
		"unknown API":       {request("every", "audience", "https://nobody.test"), "invalid_target"},
		"bad claims":        {request("every", "claims", "{"), "invalid_request"},
		"tokens by query":   {request("every", "response_type", "token", "response_mode", "query"), "invalid_request"},
		"pushed twice":      {request("every", "request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"},
		"state twice":       {url.Values{"client_id": {"every"}, "redirect_uri": {redirectOf("every")}, "state": {"1", "2"}}, "invalid_request"},
		"unknown app":       {request("nobody", "redirect_uri", "https://x.test/cb"), "invalid_client"},
		"no secret":         {request("vault"), "invalid_client"},
		"a wrong secret":    {request("vault", "client_secret", "vault Secret"), "invalid_client"},
		"too large":         {request("every", "state", strings.Repeat("s", 4000), "login_hint", strings.Repeat("é", 120), "nonce", strings.Repeat("n", 1000)), "invalid_request"},
		"no response type":  {request("every", "response_type", ""), "invalid_request"},
		"an unsigned one":   {request("every", "request", "e30.e30."), "invalid_request_object"},
		"an unknown prompt": {request("every", "prompt", "none login"), "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			status := http.StatusBadRequest
			if c.code == "invalid_client" {
				status = http.StatusUnauthorized
			}
			if n := redistest.Trips(store, func() { failed(t, a.Push(c.q), status, c.code) }); n != 0 {
				t.Errorf("%d trips", n)
			}
		})
	}
	for name, r := range map[string]*hushtest.Reply{
		"with the secret":   a.Push(request("vault", "client_secret", "vault secret")),
		"without client_id": a.Push(request("vault", "client_id", ""), "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("vault:vault+secret"))),
	} {
		if r.Status != http.StatusCreated {
			t.Errorf("%s: status %d, %s", name, r.Status, r.Body)
		}
	}
	if r := a.Fetch(http.MethodGet, "oauth/par", nil); r.Status != http.StatusMethodNotAllowed {
		t.Errorf("GET: status %d", r.Status)
	}
	r := a.Fetch(http.MethodPost, "oauth/par", request("every"), "Origin", "https://app.every.test")
	if r.Status != http.StatusCreated || r.Header.Get("Access-Control-Allow-Origin") != "https://app.every.test" {
		t.Errorf("from a page of the app: status %d, %v", r.Status, r.Header)
	}
}

// repush changes what a request_uri seals, as only the provider could.
func repush(t testing.TB, clientID string, q url.Values, change func(held map[string]any)) url.Values {
	t.Helper()
	box := keyring(t, issuer).Box("pushed request")
	head, sealed, _ := strings.Cut(q.Get("request_uri"), "request_uri:")
	plain, err := box.Open(sealed, clientID)
	var held map[string]any
	if err != nil || json.Unmarshal(plain, &held) != nil {
		t.Fatal("the request_uri does not open")
	}
	change(held)
	if plain, err = json.Marshal(held); err != nil {
		t.Fatal(err)
	}
	return with(maps.Clone(q), "request_uri", head+"request_uri:"+box.Seal(plain, clientID))
}

// TestPushedURIs that are not good: an answer is sent where the request itself
// says it may be, or where the provider itself sealed it, and nowhere else.
func TestPushedURIs(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := signIn(t, browser(t, p), "alice")
	good := push(t, a, quiet("every"))
	older := func(d time.Duration) url.Values {
		return repush(t, "every", good, func(held map[string]any) { held["at"] = time.Now().Add(-d).Unix() })
	}
	granted(t, a.Authorize(older(50*time.Second)))
	good = push(t, a, quiet("every"))
	refused(t, a.Authorize(older(100*time.Second)), "invalid_request_uri", "")

	moved := repush(t, "every", good, func(held map[string]any) {
		held["q"] = strings.Replace(held["q"].(string), "app.every.test", "evil.test", 1)
	})
	isPage(t, a.Authorize(moved), http.StatusBadRequest)
	uri := good.Get("request_uri")
	for name, bad := range map[string]string{
		"changed": uri[:len(uri)-1] + map[bool]string{true: "A", false: "B"}[uri[len(uri)-1] == 'B'], "cut": uri[:len(uri)-9], "empty": uri[:34],
		"of somebody else": "urn:ietf:params:oauth:request_uri:" + strings.Repeat("x", 80), "not registered": "https://app.every.test/request.jwt",
		"another scheme": "data:,x", "a form": "urn:ietf:params:oauth:request_uri:" + a.Copy(t).Authorize(request("guest")).Form.Fields.Get("request"),
	} {
		t.Run(name, func(t *testing.T) {
			isPage(t, a.Authorize(with(maps.Clone(good), "request_uri", bad)), http.StatusBadRequest)
			isPage(t, a.Authorize(with(maps.Clone(good), "request_uri", bad, "redirect_uri", "https://evil.test/cb")), http.StatusBadRequest)
			for _, mode := range modes {
				r := a.Authorize(quiet("every", "request_uri", bad, "response_mode", mode))
				if refused(t, r, "invalid_request_uri", ""); r.Answer.Mode != mode || r.Answer.Params["state"] != "s-1" {
					t.Errorf("answered by %s with %v", r.Answer.Mode, r.Answer.Params)
				}
			}
		})
	}
	// Of another app, whose request it is not.
	isPage(t, a.Authorize(with(maps.Clone(good), "client_id", "passive")), http.StatusBadRequest)
	refused(t, a.Authorize(quiet("passive", "request_uri", uri)), "invalid_request_uri", "")
	refused(t, a.Authorize(quiet("every", "request_uri", uri, "request", "x.y.z")), "invalid_request", "")
	twice := with(quiet("every"), "request_uri", uri)
	twice.Add("request_uri", uri)
	refused(t, a.Authorize(twice), "invalid_request", "")
	granted(t, a.Authorize(good)) // none of which used it up
}

// TestPushedThroughAForm: the request goes on after the sign-in, as often as the
// page is shown, and once.
func TestPushedThroughAForm(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := s.Node(0)
	q := push(t, a, request("pushing", "response_mode", "form_post", "ui_locales", "de"))
	page := a.Authorize(q)
	if page.Form == nil || page.Header.Get("Content-Language") != "de" {
		t.Fatalf("status %d, language %q", page.Status, page.Header.Get("Content-Language"))
	}
	a.Authorize(q) // again
	r := a.SignIn("alice", "wonderland")
	if p := granted(t, r); r.Answer.Mode != "form_post" || p["state"] != "s-1" {
		t.Errorf("answered by %s with %v", r.Answer.Mode, p)
	}
	refused(t, a.Authorize(q), "invalid_request_uri", "")
}

// TestPushedIsNoStandingOffer: a page that is shown again is a new form, but no
// new request: what was pushed ends before its use is forgotten.
func TestPushedIsNoStandingOffer(t *testing.T) {
	p := node(t, embedded(t), nil)
	a := browser(t, p)
	earlier := func(d time.Duration) float64 { return float64(time.Now().Add(-d).Unix()) }
	page := a.Authorize(push(t, a, request("pushing")))
	for range 2 {
		reseal(t, page, func(held map[string]any) {
			held["at"], held["c"].(map[string]any)["at"] = earlier(59*time.Minute), earlier(time.Hour)
		})
		page = a.Get("login?request=" + url.QueryEscape(page.Form.Fields.Get("request")))
		reseal(t, page, func(held map[string]any) {
			if at := held["c"].(map[string]any)["at"].(float64); at > earlier(59*time.Minute) {
				t.Errorf("pushed %v seconds ago", earlier(0)-at)
			}
		})
	}
	reseal(t, page, func(held map[string]any) { held["c"].(map[string]any)["at"] = earlier(62 * time.Minute) })
	isPage(t, a.SignIn("alice", "wonderland"), http.StatusBadRequest)
}

// TestPushRequired: where an app must push, whoever can write an address cannot
// write its request.
func TestPushRequired(t *testing.T) {
	s := start(t, hushtest.Options{})
	a := signIn(t, s.Node(0), "alice")
	for _, mode := range modes {
		for _, prompt := range []string{"", "none"} {
			r := a.Authorize(request("pushing", "prompt", prompt, "response_mode", mode))
			if refused(t, r, "invalid_request", ""); r.Answer.Mode != mode || r.Answer.Params["state"] != "s-1" {
				t.Errorf("answered by %s with %v", r.Answer.Mode, r.Answer.Params)
			}
			granted(t, a.Authorize(push(t, a, request("pushing", "prompt", prompt, "response_mode", mode))))
		}
	}
}

// TestPushedRace: of fifty browsers with one request_uri, one gets a grant.
func TestPushedRace(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		a := signIn(t, browser(t, p), "alice")
		granted(t, a.Authorize(quiet("every")))
		q := push(t, a, quiet("every", "response_mode", "fragment"))
		replies := make([]*hushtest.Reply, 50)
		var all sync.WaitGroup
		for i := range replies {
			tab := a.Copy(t)
			all.Go(func() { replies[i] = tab.Authorize(q) })
		}
		all.Wait()
		won := slices.IndexFunc(replies, func(r *hushtest.Reply) bool { return r.Answer.Params["code"] != "" })
		if won < 0 {
			t.Fatalf("nobody got a grant: %v", replies[0].Answer)
		}
		for i, r := range replies {
			if i != won {
				refused(t, r, "invalid_request_uri", silent.Reason(""))
			}
		}
	})
}
