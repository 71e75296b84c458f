package client

import (
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/oauth"
)

func TestRegistrableRedirects(t *testing.T) {
	for raw, want := range map[string]string{ // URI -> origin
		"https://app.example.com/callback":      "https://app.example.com",
		"https://app.example.com":               "https://app.example.com",
		"https://app.example.com:8443/cb?x=1":   "https://app.example.com:8443",
		"http://localhost:3001/callback":        "http://localhost:3001",
		"http://127.0.0.1:3001/":                "http://127.0.0.1:3001",
		"http://[::1]:3001/":                    "http://[::1]:3001",
		"http://orders.localhost:3001/callback": "http://orders.localhost:3001",
		"https://xn--bcher-kva.example/cb":      "https://xn--bcher-kva.example",
		"com.example.app:/callback":             "",
		"com.example.app://oauth/callback":      "",
	} {
		u, err := parseRedirect(raw)
		if err != nil || u.Origin() != want || u.String() != raw {
			t.Errorf("%s: origin %q, %v", raw, u.Origin(), err)
		}
	}
}

func TestRefusedRedirects(t *testing.T) {
	for _, raw := range []string{
		"", "/callback", "callback", "//app.example.com/cb", "https://", "https:app.example.com",
		"http://app.example.com/cb", "http://localhost.example.com/", "http://notlocalhost/", "http://127.0.0.1.example.com/",
		"https://app.example.com/cb#x", "https://app.example.com/cb#", "https://user@app.example.com/", "https://user:pw@app.example.com/",
		"https://*.example.com/", "https://app.example.com/*", "https://app.example.com/a/../b", "https://app.example.com/./b",
		"https://app.example.com/%2e%2e/b", "https://APP.example.com/", "HTTPS://app.example.com/", "https://app.example.com:443/",
		"http://localhost:80/", "https://app.example.com:/", "https://app.example.com./", "https://.example.com/",
		"https://app.example.com\\@evil.example/", "https://app.example.com/ x", "https://app.example.com/\n", "https://bücher.example/",
		"javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://app.example.com/x",
		"https://127.1/", "https://0x7f.1/", "https://2130706433/", "https://017700000001/", "https://1.2.3/", "https://0/", "https://00/",
		"https://0x/", "https://a.test:0443/", "https://a.test:08080/", "https://[0:0::1]/", "https://[::ffff:127.0.0.1]/", "https://1.2.3.4.5/",
		"https://a.1/", "https://a.0x1/", "https://256.1.1.1/", "https://a.test:99999/", "https://a.test:0/", "https://xn--a/", "https://xn--/",
		"https://a.test;x/", "https://a.test,b/", "https://a.test'/", "https://a..test/", "https://1.2.3.4%00/", "https://[::1%25eth0]/", "https://a!b.test/",
		"about:blank", "myapp:/cb", "https://app.example.com/\"x", "https://app.example.com/<x>", "https://exa%6dple.com/",
	} {
		if u, err := parseRedirect(raw); err == nil {
			t.Errorf("%q is accepted with origin %q", raw, u.Origin())
		}
	}
}

func TestParseOrigin(t *testing.T) {
	for raw, ok := range map[string]bool{
		"https://app.example.com": true, "http://localhost:3001": true, "https://app.example.com:8443": true,
		"https://app.example.com/": false, "https://app.example.com/x": false, "http://app.example.com": false,
		"https://app.example.com:443": false, "null": false, "*": false, "app.example.com": false, "ftp://x.example": false,
	} {
		if _, err := ParseOrigin(raw); (err == nil) != ok {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func spec(change func(*Spec)) Spec {
	s := Spec{ID: "app", RedirectURIs: []string{"https://app.example.com/cb", "com.example.app:/cb"}}
	if change != nil {
		change(&s)
	}
	return s
}

func TestRedirectIsExact(t *testing.T) {
	c, err := New(spec(nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Redirect("https://app.example.com/cb"); !ok {
		t.Error("the registered address is refused")
	}
	for _, raw := range []string{
		"", "https://app.example.com/cb/", "https://app.example.com/cb?", "https://app.example.com/cb#", "https://app.example.com/CB",
		"https://app.example.com/c", "https://app.example.com:443/cb", "https://app.example.com./cb", "http://app.example.com/cb",
		" https://app.example.com/cb", "https://app.example.com/cb ", "https://app.example.com//cb", "https://app.example.com/%63b",
	} {
		if u, ok := c.Redirect(raw); ok || u != (RedirectURI{}) {
			t.Errorf("%q matches", raw)
		}
	}
}

func TestDefaults(t *testing.T) {
	c, err := New(spec(nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "app" || c.IDTokenAlg != "RS256" || c.SSOGroup != "default" || !c.HasGrant("authorization_code") || c.HasGrant("implicit") {
		t.Errorf("defaults: %+v", c.Spec)
	}
	if !c.AllowsOrigin("https://app.example.com") || c.AllowsOrigin("https://app.example.com:8443") || c.AllowsOrigin("") {
		t.Errorf("web origins: %q", c.WebOrigins)
	}
	if !c.AllowsResponseType(oauth.ResponseCode) || c.AllowsResponseType(oauth.ResponseToken) {
		t.Error("response types")
	}
	none, err := New(spec(func(s *Spec) { s.WebOrigins = []string{} }))
	if err != nil || none.AllowsOrigin("https://app.example.com") {
		t.Error("an empty list of web origins is not empty")
	}
}

func TestBadClients(t *testing.T) {
	hash := "sha256:" + strings.Repeat("0", 64)
	for field, change := range map[string]func(*Spec){
		"id must be":                     func(s *Spec) { s.ID = "a b" },
		"redirect_uris must name":        func(s *Spec) { s.RedirectURIs = nil },
		"redirect_uris: \"http://x.exam": func(s *Spec) { s.RedirectURIs = []string{"http://x.example/cb"} },
		"post_logout_redirect_uris":      func(s *Spec) { s.PostLogoutRedirectURIs = []string{"/"} },
		"sso_group":                      func(s *Spec) { s.SSOGroup = "a\tb" },
		"web_origins":                    func(s *Spec) { s.WebOrigins = []string{"https://app.example.com/"} },
		"needs grant_types to hold impl": func(s *Spec) { s.ResponseTypes = []string{"token"} },
		"needs grant_types to hold auth": func(s *Spec) { s.GrantTypes = []string{"implicit"} },
		"is not a response type":         func(s *Spec) { s.ResponseTypes = []string{"none"} },
		"id_token_signing_alg":           func(s *Spec) { s.IDTokenAlg = "HS256" },
		"against dpop_bound_access_tokens": func(s *Spec) {
			s.GrantTypes, s.ResponseTypes, s.DPoPBound = append(s.GrantTypes, "authorization_code", "implicit"), []string{"code token"}, true
		},
		"secret_hash must be":              func(s *Spec) { s.Confidential = true },
		"secret_hash: a public client":     func(s *Spec) { s.SecretHash = "sha256:00" },
		"client_secret_jwt needs 32 bytes": func(s *Spec) { s.Confidential, s.TokenAuthMethod, s.Secret = true, AuthSecret, strings.Repeat("x", 31) },
		"only client_secret_jwt needs it":  func(s *Spec) { s.Confidential, s.Secret = true, strings.Repeat("x", 32) },
		"its hash cannot verify":           func(s *Spec) { s.Confidential, s.TokenAuthMethod, s.SecretHash = true, AuthSecret, hash },
		"secret_hash is there too":         func(s *Spec) { s.Confidential, s.Secret, s.SecretHash = true, "x", hash },
		"private_key_jwt needs jwks":       func(s *Spec) { s.Confidential, s.TokenAuthMethod = true, AuthKey },
		"private_key_jwt needs no secret": func(s *Spec) {
			s.Confidential, s.TokenAuthMethod, s.JWKSURI, s.SecretHash = true, AuthKey, "https://app.example.com/jwks", hash
		},
		"method: a public client has no":     func(s *Spec) { s.TokenAuthMethod, s.JWKSURI = AuthKey, "https://app.example.com/jwks" },
		"method: a confidential client auth": func(s *Spec) { s.Confidential, s.TokenAuthMethod, s.SecretHash = true, AuthNone, hash },
		"method must be one of none, clien":  func(s *Spec) { s.TokenAuthMethod = "tls_client_auth" },
		"jwks is there too":                  func(s *Spec) { s.JWKS, s.JWKSURI = `{"keys":[]}`, "https://app.example.com/jwks" },
		"jwks: no key":                       func(s *Spec) { s.JWKS = `{"keys":[]}` },
		"jwks_uri: \"http://app":             func(s *Spec) { s.JWKSURI = "http://app.example.com/jwks" },
		"must not have a fragment":           func(s *Spec) { s.JWKSURI = "https://app.example.com/jwks#a" },
		"alg: is for private_key_jwt":        func(s *Spec) { s.TokenAuthAlg = "ES256" },
		"alg must be one of HS256": func(s *Spec) {
			s.Confidential, s.TokenAuthMethod, s.Secret, s.TokenAuthAlg = true, AuthSecret, strings.Repeat("x", 32), "ES256"
		},
		"alg must be one of RS256, PS256": func(s *Spec) {
			s.Confidential, s.TokenAuthMethod, s.JWKSURI, s.TokenAuthAlg = true, AuthKey, "https://app.example.com/jwks", "HS256"
		},
		"secret_hash must be sha256: and 6": func(s *Spec) { s.Confidential, s.SecretHash = true, "sha256:"+strings.Repeat("0", 62) },
	} {
		if _, err := New(spec(change)); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("want an error with %q, got %v", field, err)
		}
	}
}

func TestSecret(t *testing.T) {
	c, err := New(spec(func(s *Spec) {
		s.Confidential = true
		// printf 'correct horse' | sha256sum
		s.SecretHash = "sha256:4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631"
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !c.CheckSecret("correct horse") {
		t.Error("the secret is refused")
	}
	for _, wrong := range []string{"", "incorrect", "correct horse "} {
		if c.CheckSecret(wrong) {
			t.Errorf("%q is accepted", wrong)
		}
	}
}

func TestSet(t *testing.T) {
	api := API{Audience: "https://api.example", Scopes: map[string]string{"read": "Read"}}
	set, err := NewSet([]Spec{spec(nil)}, []API{api})
	if err != nil {
		t.Fatal(err)
	}
	if set.Client("app") == nil || set.Client("App") != nil || set.API("https://api.example") == nil || set.API("") != nil {
		t.Error("lookup")
	}
	if a := set.API("https://api.example"); a.Name != a.Audience || a.SigningAlg != "RS256" || !a.HasScope("read") || a.HasScope("write") {
		t.Errorf("api: %+v", a)
	}
	if !set.AllowsOrigin("https://app.example.com") || set.AllowsOrigin("https://evil.example") {
		t.Error("origins")
	}
	for name, c := range map[string]struct {
		clients []Spec
		apis    []API
	}{
		"client twice":  {[]Spec{spec(nil), spec(nil)}, nil},
		"api twice":     {nil, []API{api, api}},
		"bad scope":     {nil, []API{{Audience: "x", Scopes: map[string]string{"a b": ""}}}},
		"bad audience":  {nil, []API{{Audience: "a b"}}},
		"bad algorithm": {nil, []API{{Audience: "x", SigningAlg: "none"}}},
	} {
		if _, err := NewSet(c.clients, c.apis); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{"https://app.example.com/cb", "com.example.app:/cb", "http://localhost:1/", "https://a@b", "https://a\\b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := parseRedirect(raw)
		if err != nil {
			return
		}
		if u.String() != raw || strings.ContainsAny(raw, " \\#@<>\"") && u.Origin() != "" && strings.ContainsAny(u.Origin(), " \\#@<>\"") {
			t.Errorf("%q gives origin %q", raw, u.Origin())
		}
		if u.Origin() != "" && !strings.HasPrefix(raw, u.Origin()) {
			t.Errorf("%q does not begin with its origin %q", raw, u.Origin())
		}
	})
}
