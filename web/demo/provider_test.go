package demo

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/web/sdk"
)

// fakeProvider adds what the three libraries talk to. Its session is one cookie
// with the user's name; refuse, when set, is the error of every silent request,
// deny that of every sign-in.
type fakeProvider struct {
	*fakeIDP
	t        *testing.T
	clients  map[string]string // client id -> base URL
	refuse   atomic.Value      // "error reason"
	deny     atomic.Value
	life     atomic.Int64 // of access tokens, in seconds
	attempts atomic.Int64
	codes    chan url.Values // one at a time is enough
}

func newFakeProvider(t *testing.T) *fakeProvider {
	f := &fakeProvider{fakeIDP: newFakeIDP(t), t: t, codes: make(chan url.Values, 64)}
	f.refuse.Store("")
	f.deny.Store("")
	f.life.Store(600)
	f.mux.HandleFunc("GET /.well-known/openid-configuration", f.discovery)
	f.mux.HandleFunc("GET /authorize", f.authorize)
	f.mux.HandleFunc("/oauth/token", f.token)
	f.mux.HandleFunc("GET /v2/logout", f.logout)
	f.mux.HandleFunc("GET /silent/hush.js", f.module)
	return f
}

func (f *fakeProvider) discovery(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Content-Type", "application/json") // oidc-client-ts insists
	_ = json.NewEncoder(w).Encode(map[string]string{
		"issuer": f.issuer, "authorization_endpoint": f.issuer + "authorize",
		"token_endpoint": f.issuer + "oauth/token", "jwks_uri": f.issuer + ".well-known/jwks.json",
	})
}

func (f *fakeProvider) module(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	file, _ := sdk.Find("hush.js")
	w.Header().Set("Content-Type", file.Kind)
	_, _ = w.Write(file.Body)
}

func (f *fakeProvider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	answer := url.Values{"state": {q.Get("state")}}
	refuse, _ := f.refuse.Load().(string)
	_, err := r.Cookie("sso")
	silent := q.Get("prompt") == "none"
	if silent {
		f.attempts.Add(1)
		if err != nil && refuse == "" {
			refuse = "login_required no_session"
		}
	} else {
		refuse, _ = f.deny.Load().(string)
	}
	if !silent && refuse == "" {
		http.SetCookie(w, &http.Cookie{Name: "sso", Value: "alice", Path: "/", HttpOnly: true})
	}
	if code, reason, ok := strings.Cut(refuse, " "); ok {
		answer.Set("error", code)
		answer.Set("error_description", "Because of "+reason+".")
		answer.Set("error_uri", f.issuer+"errors/"+reason)
	} else {
		f.grant(q, answer)
	}
	f.deliver(w, r, q, answer)
}

func (f *fakeProvider) grant(q, answer url.Values) {
	if q.Get("audience") != DefaultAudience || !strings.HasPrefix(q.Get("redirect_uri"), f.clients[q.Get("client_id")]+"/") {
		f.t.Errorf("authorize: %v", q)
	}
	if q.Get("response_type") == "code" {
		code := strconv.FormatInt(time.Now().UnixNano(), 36)
		q.Set("code", code)
		answer.Set("code", code)
		f.codes <- q
		return
	}
	for k, v := range f.tokens(q) {
		answer.Set(k, fmt.Sprint(v))
	}
}

func (f *fakeProvider) tokens(q url.Values) map[string]any {
	now, id := time.Now().Unix(), q.Get("client_id")
	scope := q.Get("scope")
	access := sign(f.t, merge(f.accessClaims(), jwt.MapClaims{"client_id": id, "scope": scope, "exp": now + f.life.Load(), "jti": strconv.FormatInt(time.Now().UnixNano(), 36)}), nil)
	sum := sha256.Sum256([]byte(access))
	claims := jwt.MapClaims{
		"iss": f.issuer, "aud": id, "sub": "user-1", "name": "Alice Example", "email": "alice@example.com",
		"iat": now, "exp": now + 36000, "at_hash": base64.RawURLEncoding.EncodeToString(sum[:16]),
	}
	if n := q.Get("nonce"); n != "" {
		claims["nonce"] = n
	}
	return map[string]any{
		"access_token": access, "id_token": sign(f.t, claims, map[string]any{"typ": "JWT"}),
		"token_type": "Bearer", "expires_in": f.life.Load(), "scope": scope,
	}
}

var webMessage = template.Must(template.New("").Parse(`<!doctype html><script>
(window.parent !== window ? window.parent : window.opener).postMessage({type: "authorization_response", response: {{.Answer}}}, {{.Origin}})
</script>`))

func (f *fakeProvider) deliver(w http.ResponseWriter, r *http.Request, q, answer url.Values) {
	to := q.Get("redirect_uri")
	switch {
	case q.Get("response_mode") == "web_message":
		flat := map[string]string{}
		for k := range answer {
			flat[k] = answer.Get(k)
		}
		w.Header().Set("Content-Type", "text/html")
		_ = webMessage.Execute(w, map[string]any{"Answer": flat, "Origin": origin(to)})
	case q.Get("response_type") == "code":
		http.Redirect(w, r, to+"?"+answer.Encode(), http.StatusFound)
	default:
		http.Redirect(w, r, to+"#"+answer.Encode(), http.StatusFound)
	}
}

func (f *fakeProvider) token(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Access-Control-Allow-Credentials", "true")
	w.Header().Set("Access-Control-Allow-Headers", "auth0-client, content-type")
	if r.Method == http.MethodOptions {
		return
	}
	q := <-f.codes
	challenge := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if r.FormValue("code") != q.Get("code") || base64.RawURLEncoding.EncodeToString(challenge[:]) != q.Get("code_challenge") {
		f.t.Errorf("token: %v for %v", r.Form, q)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(f.tokens(q))
}

func (f *fakeProvider) logout(w http.ResponseWriter, r *http.Request) {
	to := r.FormValue("returnTo")
	if base := f.clients[r.FormValue("client_id")]; base == "" || to != base+"/" {
		f.t.Errorf("logout: %v", r.Form)
	}
	http.SetCookie(w, &http.Cookie{Name: "sso", Path: "/", MaxAge: -1})
	http.Redirect(w, r, to, http.StatusFound)
}

// serveDemo puts the demo beside the fake provider, each part on its own port.
func serveDemo(t *testing.T, f *fakeProvider) Config {
	t.Helper()
	var servers []*httptest.Server
	var bases []string
	for range 4 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		servers = append(servers, &httptest.Server{Listener: l, Config: &http.Server{}})
		bases = append(bases, "http://"+l.Addr().String())
	}
	c := Config{Issuer: f.issuer, Orders: bases[0], Reports: bases[1], Classic: bases[2], API: bases[3]}
	f.clients = map[string]string{OrdersClientID: c.Orders, ReportsClientID: c.Reports, ClassicClientID: c.Classic}
	for i, h := range []http.Handler{OrdersApp(c), ReportsApp(c), ClassicApp(c), OrdersAPI(c)} {
		servers[i].Config.Handler = h
		servers[i].Start()
		t.Cleanup(servers[i].Close)
	}
	return c
}
