package config

import (
	"strings"
	"testing"
	"time"
)

func TestWarnings(t *testing.T) {
	for name, c := range map[string]struct{ text, key, advice string }{
		"one secret":                {file(), "secrets", "no spare"},
		"secret in file":            {file("secrets: [" + goodSecret + "]"), "secrets[0]", "stands in the file"},
		"nobody's TLS":              {file(), "issuer", "who speaks TLS"},
		"embedded":                  {file("redis: {mode: embedded}"), "redis.mode", "signed out"},
		"wide network":              {file("trusted_proxies: [127.0.0.1, 10.0.0.0/15]"), "trusted_proxies[1]", "never a network that visitors are in: who sits in it can claim any address"},
		"wide egress":               {file("egress: {allow: [10.0.0.0/8]}"), "egress.allow[0]", "whoever registers an app makes this server call any address in it"},
		"wide IPv6":                 {file("trusted_proxies: ['2001:db8::/47']"), "trusted_proxies[0]", "never a network that visitors are in"},
		"admin":                     {file("admin: {listen: \":9090\"}"), "admin.listen", "not on loopback"},
		"admin in clear":            {file("admin: {listen: \":9090\", token: \"${HUSH_ADMIN_TOKEN}\"}"), "admin.listen", "the token goes there in plain HTTP"},
		"kept for less":             {file("session: {remember: {idle: 1h, lifetime: 30d}}"), "session.remember", "signed out sooner"},
		"group keeps less":          {staff("session: {groups: {staff: {remember: {idle: 1h, lifetime: 2h}}}}"), "session.groups.staff.remember", "signed out sooner"},
		"admin token":               {file("admin: {token: " + goodAdmin + "}"), "admin.token", "stands in the file"},
		"redis TLS":                 {file("redis: {mode: single, addrs: [\"redis:6379\"], password: x}"), "redis", "without TLS"},
		"redis password":            {file("redis: rediss://redis:6379"), "redis", "without a password"},
		"implicit":                  {app("grant_types: [implicit]", "response_types: [token]"), "clients[0].grant_types", "RFC 9700"},
		"host of the issuer's site": {file("hosts: [{url: https://sso.example.com/}]"), "hosts[0].url", "let the apps use the issuer"},
		"told by two":               {file("hosts: [{url: https://login.shop.test/}]", "clients:\n  - id: shop\n    redirect_uris: [https://app.shop.test/cb, https://shop.example.com/cb]\n    backchannel_logout_uri: https://app.shop.test/bye"), "clients[0].redirect_uris", "told of sign-outs by that of the first"},
		"host of no app":            {file("hosts: [{url: https://login.shop.test/}]"), "hosts[0].url", "is of no app's site"},
		"host's certificate":        {file("tls: {cert: tls.crt, key: tls.key}", "hosts: [{url: https://login.shop.test/}]"), "tls.cert", "is not for login.shop.test"},
		"localhost":                 {file("clients:\n  - id: shop\n    redirect_uris: [http://localhost:3000/cb]"), "clients[0].redirect_uris[0]", "separate app for development"},
		"origin":                    {app("web_origins: [https://other.example.com]"), "clients[0].redirect_uris[0]", "add https://shop.example.com"},
		"algorithm":                 {app("id_token_signing_alg: ES256"), "clients[0].id_token_signing_alg", "auth0-spa-js takes RS256 only"},
		"no PKCE":                   {app("require_pkce: false"), "clients[0].require_pkce", "RFC 9700 section 2.1.1"},
		"secret of app":             {app("type: confidential", "secret: "+goodSecret), "clients[0].secret", "stands in the file"},
		"long session":              {file("session: {lifetime: 90d}"), "session.lifetime", "is 90d, which is long"},
		"no such group":             {staff("session: {groups: {stuff: {idle: 1h}}}"), "session.groups.stuff", "did you mean staff?"},
		"never full":                {file("session: {when_full: refuse}"), "session.when_full", "without session.max_per_user"},
		"long access":               {file("tokens: {access_token: 30d}"), "tokens.access_token", "sign-out does not reach"},
		"long browser":              {file("tokens: {browser_access_token: 2d}"), "tokens.browser_access_token", "silent renewal"},
		"long id":                   {file("tokens: {id_token: 2d}"), "tokens.id_token", "signed in as long"},
		"long code":                 {file("tokens: {code: 5m}"), "tokens.code", "within seconds"},
		"long api":                  {file("apis:\n  - audience: a\n    access_token_lifetime: 2d"), "apis[0].access_token_lifetime", "is 48h"},
		"api no scopes":             {file("apis:\n  - audience: a"), "apis[0].scopes", "nothing in particular"},
		"address":                   {file("issuer: https://192.0.2.7/"), "issuer", "is an address without a name"},
		"bare name":                 {file("issuer: https://login/"), "issuer", "such as login.example.com"},
		"passkeys at an address":    {file("issuer: https://192.0.2.7/", "factors: {}"), "factors", "no passkeys at 192.0.2.7"},
		"passkeys on this machine":  {file("issuer: http://127.0.0.1:8080/", "factors: {passkeys: factor}"), "factors", "or localhost to try it"},
		"passkeys at a bare name":   {file("issuer: https://login/", "factors: {}"), "factors", "or write passkeys: none"},
		"public suffix":             {file("issuer: https://github.io/"), "issuer", "is a public suffix"},
		"host of no domain":         {file("hosts:\n  - url: https://192.0.2.7/"), "hosts[0].url", "is an address without a name"},
		"other site":                {file("clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb, https://shop.test/cb, https://www.shop.test/cb]"), "clients[0].redirect_uris[1]", "put hush.js into its pages (hush-js.md), or add refresh_token to grant_types, or a host of the app's site"},
		"other web origin":          {app("web_origins: [https://shop.example.com, https://shop.test]"), "clients[0].web_origins[1]", "of another site than the issuer:"},
		"neighbours":                {file("issuer: https://login.github.io/", "clients:\n  - id: shop\n    redirect_uris: [https://shop.github.io/cb]"), "clients[0].redirect_uris[0]", "each name below github.io is a site of its own"},
		"other loopback":            {file("issuer: http://localhost:8080/", "clients:\n  - id: shop\n    redirect_uris: [http://127.0.0.1:3000/cb]"), "clients[0].redirect_uris[0]", "use http://localhost with a port"},
		"loopback by https":         {file("issuer: http://localhost:8080/", "clients:\n  - id: shop\n    redirect_uris: [https://localhost:3000/cb]"), "clients[0].redirect_uris[0]", "reach no frame there"},
		"FedCM elsewhere":           {file("clients:\n  - id: shop\n    redirect_uris: [https://shop.test/cb]"), "issuer", "serve /.well-known/web-identity at https://example.com too"},
		"nothing planted":           {file("session: {renewal_cookie: 0s}", "clients:\n  - id: shop\n    redirect_uris: [https://shop.test/cb]"), "clients[0].redirect_uris[0]", "without them, and renewal_cookie lets nothing be planted for it;"},
		"none for the app":          {file("clients:\n  - id: shop\n    redirect_uris: [https://shop.test/cb]\n    renewal_cookie: false"), "clients[0].redirect_uris[0]", "lets nothing be planted for it"},
		"no app":                    {file("-clients"), "clients", "nobody can sign in"},
		"nobody":                    {file("-users"), "users", "no one can sign in"},
		"claim":                     {file("users:\n  - username: alice\n    password_hash: " + goodHash + "\n    claims: {department: toys}"), "users[0].claims.department", "no scope gives it"},
		"claim nobody has":          {file("clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb]\n    id_token_claims: {roles: app_metadata.rolls}", "users:\n  - username: alice\n    password_hash: "+goodHash+"\n    app_metadata: {roles: [buyer]}"), "clients[0].id_token_claims.roles", "no user has: did you mean app_metadata.roles?"},
		"pairwise user_id":          {file("pairwise_salt: "+goodSalt, "clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb]\n    subject_type: pairwise\n    id_token_claims: {x: user_id}"), "clients[0].id_token_claims.x", "other apps know the user"},
		"certificate":               {file("tls: {cert: tls.crt, key: tls.key}", "issuer: https://other.example.com/"), "tls.cert", "it is for login.example.com"},
		"old certificate":           {file("tls: {cert: old.crt, key: old.key}"), "tls.cert", "ended on " + time.Now().Add(-time.Hour).Format(time.DateOnly)},
		"refresh after all":         {app("grant_types: [authorization_code, refresh_token]", "refresh_token_outlives_session: true"), "clients[0].refresh_token_outlives_session", "after its user signed out"},
		"refresh too long":          {app("grant_types: [authorization_code, refresh_token]", "refresh_token_lifetime: 8d"), "clients[0].refresh_token_lifetime", "end with the session, after 7d at most"},
		"no refresh":                {app("refresh_token_lifetime: 1h"), "clients[0].refresh_token_lifetime", "without refresh_token in grant_types"},
		"salt in file":              {file("pairwise_salt: " + goodSalt), "pairwise_salt", "stands in the file"},
		"idle sector":               {app("sector_identifier_uri: https://example.com/apps.json"), "clients[0].sector_identifier_uri", "is not pairwise"},
	} {
		found := false
		list := good(t, c.text, nil).Warnings()
		for _, w := range list {
			found = found || w.Key == c.key && strings.Contains(w.Text, c.advice) && w.Line > 0
		}
		if !found {
			t.Errorf("%s: no warning of %s: %q in\n%v", name, c.key, c.advice, list)
		}
	}
}

// TestNoNeedlessWarnings: a file as it should be has nothing to disappoint.
func TestNoNeedlessWarnings(t *testing.T) {
	text := file("tls: {cert: tls.crt, key: tls.key}", "trusted_proxies: [127.0.0.1, '::1', 10.1.0.0/16, '2001:db8::/48']", `secrets: ["${HUSH_SECRET}", "${SPARE}"]`,
		"clients:\n  - id: shop\n    redirect_uris: [https://shop.example.com/cb, \"com.example.shop:/cb\"]\n    web_origins: [https://shop.example.com]")
	if list := good(t, text, map[string]string{"SPARE": spare}).Warnings(); len(list) != 0 {
		t.Error(list)
	}
}

// TestSilentEverywhere: an app that renews in every browser is not warned of, and
// each site of one that does not is told once.
func TestSilentEverywhere(t *testing.T) {
	const far = "clients:\n  - id: shop\n    redirect_uris: [https://shop.test/cb, https://www.shop.test/cb]"
	const fedcm = "not where browsers look for FedCM"
	for name, text := range map[string]string{
		"no FedCM": file(far + "\n    fedcm: false"), "refresh tokens": file(far + "\n    grant_types: [authorization_code, refresh_token]"),
		"the site's own name": file("issuer: https://example.com/", far), "the app's site": app(),
	} {
		if list := good(t, text, nil).Warnings(); strings.Contains(list.Error(), fedcm) {
			t.Errorf("%s: %v", name, list)
		}
	}
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"nothing":           {file(far), 1},
		"refresh tokens":    {file(far + "\n    grant_types: [authorization_code, refresh_token]"), 0},
		"a host":            {file(far, "hosts:\n  - url: https://login.shop.test/"), 0},
		"a server's":        {file(far + "\n    type: confidential\n    secret_hash: sha256:" + strings.Repeat("0", 64)), 0},
		"another web app":   {file(far + "\n    web_origins: [https://www.example.com]"), 0},
		"ports of one host": {file("issuer: http://localhost:8080/", "clients:\n  - id: shop\n    redirect_uris: [http://localhost:3000/cb]"), 0},
	} {
		n := 0
		for _, w := range good(t, c.text, nil).Warnings() {
			if strings.Contains(w.Text, "another site") {
				n++
			}
		}
		if n != c.want {
			t.Errorf("%s: %d warnings, want %d", name, n, c.want)
		}
	}
}
