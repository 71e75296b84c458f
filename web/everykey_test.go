package web_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/metadata"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/session"
)

// documented are the keys that internal/redisstore/keys.go lists, each by a
// pattern of it.
func documented(t *testing.T) map[string]*regexp.Regexp {
	t.Helper()
	text, err := os.ReadFile("../internal/redisstore/keys.go")
	if err != nil {
		t.Fatal(err)
	}
	patterns := map[string]*regexp.Regexp{}
	for _, m := range regexp.MustCompile(`(?m)^//\t(hush:\S+)`).FindAllStringSubmatch(string(text), -1) {
		pattern := regexp.QuoteMeta(strings.Replace(m[1], "{k}", "{<k>}", 1))
		pattern = regexp.MustCompile(`<\w+>`).ReplaceAllString(pattern, `[^{}:]+`)
		patterns[m[1]] = regexp.MustCompile("^" + pattern + "$")
	}
	return patterns
}

// TestEveryKeyExpires: after one of everything that users, apps and operators do,
// each key that Redis holds stands in the list of keys, and ends by itself.
func TestEveryKeyExpires(t *testing.T) {
	server := redistest.Server(t)
	store := server.Open()
	liveOnce(t, func(change func(*provider.Options)) *provider.Provider { return node(t, store, change) })
	if _, err := store.AuditStream(10, time.Minute).Write([]byte("{}\n")); err != nil {
		t.Fatal(err)
	}

	owns(t, store, "alice")

	keys, err := store.Client().Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	patterns, seen := documented(t), map[string]bool{}
	for _, key := range keys {
		queue := strings.HasPrefix(key, "hush:{backchannel}")
		known := queue
		for name, pattern := range patterns {
			if pattern.MatchString(key) {
				known, seen[name] = true, true
			}
		}
		if !known {
			t.Errorf("%s stands in no list", key)
		}
		ttl, err := store.Client().PTTL(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		if ttl == -1 && !queue && key != "hush:{keys}" && !strings.HasSuffix(key, "}:factors") {
			t.Errorf("%s never expires", key)
		}
	}
	for name := range patterns {
		if !seen[name] {
			t.Errorf("%s is listed, but was not met", name)
		}
	}
}

// liveOnce does one of everything. A key of a grant that was taken back goes with
// it, so what ends sessions comes last and leaves one alone.
func liveOnce(t *testing.T, node func(func(*provider.Options)) *provider.Provider) {
	base, _, outbound := farm(t, map[string]string{"/logo.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`, "/told": "ok"})
	p := node(func(o *provider.Options) {
		refreshers(o)
		registering(nil)(o)
		o.Egress, o.Session = outbound, session.Policy{MaxPerUser: 5, Remember: &session.Limits{}}
		o.Clients = append(o.Clients, client.Spec{ID: "told", FirstParty: true, RedirectURIs: []string{redirectOf("told")}, BackchannelLogoutURI: base + "/told"})
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go p.Run(ctx)

	enroll(t, p, object{"logo_uri": base + "/logo.svg"})
	a := browser(t, p)
	a.Authorize(request("every"))
	isPage(t, a.SignIn("alice", "wrong"), http.StatusUnauthorized)
	isPage(t, a.SignIn("nobody", "wrong"), http.StatusUnauthorized)
	granted(t, a.SignIn("alice", "wonderland"))
	a.Authorize(request("every", "prompt", "login"))
	isPage(t, a.SignIn("alice", "wrong"), http.StatusUnauthorized) // in a browser that the account knows
	a.Authorize(request("guest"))
	granted(t, a.Consent("allow"))
	granted(t, a.Authorize(quiet("every", "response_type", "code id_token token")))
	granted(t, a.Authorize(push(t, a, request("every", "prompt", "none"))))
	bound(t, a, josetest.New(t, "ES256"))
	had := everything(t, a, "spa").lives(t, a)
	redeemed(t, a.Exchange(had.code, verifier, "client_id", had.client, "redirect_uri", redirectOf(had.client)))
	failed(t, a.Exchange(had.code, verifier, "client_id", had.client, "redirect_uri", redirectOf(had.client)), 400, "invalid_grant")
	everything(t, a, "lasting").lives(t, a)
	a.Fetch(http.MethodPost, "oauth/revoke", url.Values{"client_id": {"spa"}, "token": {granting(t, a, "spa").Text("access_token")}})

	for range 6 { // more than there may be
		granted(t, signIn(t, browser(t, p), "bob").Authorize(quiet("told")))
	}
	leaver := signIn(t, browser(t, p), "bob")
	granted(t, leaver.Authorize(quiet("told")))
	leaver.Get("v2/logout")
	if _, err := p.Sessions.EndUser(t.Context(), "bob", session.Revoked, nil); err != nil {
		t.Fatal(err)
	}
	marked(t, p, "quick")
	ruled := rulesThat(sendAway)
	stateOf(t, typeIn(t, browser(t, node(func(o *provider.Options) {
		o.Rules, o.Tokens.AccessToken = ruled, 48*time.Hour // which the signing keys have to be told
	})), "every", "alice"))
	if _, err := p.Metadata.Update(t.Context(), "bob", metadata.App, map[string]any{"seen": true}, nil); err != nil {
		t.Fatal(err)
	}
	refreshed(t, refresh(a, "lasting", everything(t, a, "lasting").refresh)) // its last answer is kept for some seconds
}
