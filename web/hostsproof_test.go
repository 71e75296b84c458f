package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose/josetest"
	"github.com/hush-sso/hush/internal/provider"
)

// TestDPoPAtHosts: a proof is for the address that the request was sent to, and a
// nonce for its host.
func TestDPoPAtHosts(t *testing.T) {
	w := signedInAt(t, hostsNode(t, embedded(t), nil), shopHost, "shop", "alice")
	answered(t, w.authorize(newsHost, hostRequest("news")), newsHost)
	key := josetest.New(t, "ES256")
	for base, id := range map[string]string{shopHost: "shop", newsHost: "news"} {
		redeem := func(proof string) *hushtest.Reply {
			code := answered(t, w.framed(base, hostRequest(id)), base)["code"]
			return w.at[base].Fetch(http.MethodPost, "oauth/token", url.Values{"grant_type": {"authorization_code"}, "code": {code},
				"client_id": {id}, "redirect_uri": {"https://app." + id + ".test/cb"}, "code_verifier": {verifier}}, "DPoP", proof)
		}
		own := redeem(key.Proof(t, "POST", base+"oauth/token"))
		failed(t, own, 400, "use_dpop_nonce")
		fresh, foreign := own.Header.Get("DPoP-Nonce"), nonce(t, w.at[issuer], key)
		failed(t, redeem(key.Proof(t, "POST", base+"oauth/token", "nonce", foreign)), 400, "use_dpop_nonce")
		failed(t, redeem(key.Proof(t, "POST", tokenURL, "nonce", fresh)), 400, "invalid_dpop_proof")
		tokens := redeem(key.Proof(t, "POST", base+"oauth/token", "nonce", fresh))
		access, _ := redeemed(t, tokens)
		for htu, good := range map[string]bool{base + "userinfo": true, userinfoURL: false} {
			r := w.at[base].Fetch(http.MethodGet, "userinfo", nil, "Authorization", "DPoP "+access,
				"DPoP", key.Proof(t, "GET", htu, "ath", josetest.ATH(access)))
			if (r.Text("sub") == "alice") != good {
				t.Errorf("%s at %s: %d %s", htu, base, r.Status, r.Body)
			}
		}
	}
}

// TestAssertionsAtHosts: an assertion is for the issuer that a host has, or for the
// host's own endpoints.
func TestAssertionsAtHosts(t *testing.T) {
	signer := josetest.New(t, "ES256")
	w := openRoamer(t, hostsNode(t, embedded(t), func(o *provider.Options) {
		o.Clients = append(o.Clients, client.Spec{ID: "keyed", FirstParty: true, Confidential: true, TokenAuthMethod: client.AuthKey,
			JWKS: josetest.KeySet(signer), RedirectURIs: []string{"https://app.shop.test/keyed"}})
	}))
	for base, good := range map[string][]string{
		issuer:   {issuer, issuer + "oauth/token", issuer + "oauth/revoke"},
		shopHost: {shopHost, shopHost + "oauth/token", shopHost + "oauth/revoke"},
		newsHost: {issuer, newsHost + "oauth/token", newsHost + "oauth/revoke"},
	} {
		for _, aud := range []string{
			issuer, shopHost, newsHost, issuer + "oauth/token", shopHost + "oauth/token", newsHost + "oauth/token",
			issuer + "oauth/revoke", shopHost + "oauth/revoke", newsHost + "oauth/revoke",
		} {
			claims, takes := assertionOf("keyed"), false
			claims["aud"] = aud
			for _, one := range good {
				takes = takes || one == aud
			}
			r := w.at[base].Fetch(http.MethodPost, "oauth/revoke", url.Values{"token": {"x"}, "client_assertion": {signer.JWT(t, nil, claims)},
				"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}})
			if (r.Status == http.StatusOK) != takes {
				t.Errorf("%s at %s: %d %s", aud, base, r.Status, r.Body)
			}
		}
	}
}

// TestPushedAtHosts: a pushed request is good at its own host, through the sign-in
// at the other, and once.
func TestPushedAtHosts(t *testing.T) {
	w := openRoamer(t, hostsNode(t, embedded(t), nil))
	for _, a := range w.at {
		a.Expect("shop", "https://app.shop.test/cb")
	}
	uri := push(t, w.at[shopHost], hostRequest("shop"))
	if r := w.at[issuer].Authorize(uri); r.Answer != nil || r.Form != nil {
		t.Errorf("pushed at another host: %d %+v", r.Status, r.Answer)
	}
	w.last = w.at[shopHost]
	w.follow(w.last.Authorize(uri))
	answered(t, w.signIn("alice"), shopHost)
	if r := w.at[shopHost].Authorize(uri); r.Answer == nil || r.Answer.Params["error"] != "invalid_request_uri" {
		t.Errorf("a second use: %d %+v", r.Status, r.Answer)
	}
}

// TestSignedRequestsAtHosts are made for the issuer that the host has, and are still
// signed when they come back.
func TestSignedRequestsAtHosts(t *testing.T) {
	signer := josetest.New(t, "ES256")
	w := openRoamer(t, hostsNode(t, embedded(t), func(o *provider.Options) {
		o.Clients = append(o.Clients, client.Spec{ID: "strictly", FirstParty: true, RequireSignedRequest: true,
			JWKS: josetest.KeySet(signer), RedirectURIs: []string{"https://app.strictly.test/cb"}})
	}))
	ask := func(aud string) *hushtest.Reply {
		return w.authorize(shopHost, url.Values{"client_id": {"strictly"}, "redirect_uri": {"https://app.strictly.test/cb"},
			"request": {signedRequest(t, signer, hostRequest("strictly"), "aud", aud)}})
	}
	if r := ask(issuer); r.Answer == nil || r.Answer.Params["error"] != "invalid_request_object" {
		t.Errorf("made for another issuer: %d %+v", r.Status, r.Answer)
	}
	if r := ask(shopHost); r.Form == nil {
		t.Fatalf("no form: %d %+v", r.Status, r.Answer)
	}
	answered(t, w.signIn("alice"), shopHost)
}

// TestToldByTheirIssuer: an app is told of the end of a session by the issuer that
// it knows, at whatever host it ended.
func TestToldByTheirIssuer(t *testing.T) {
	told := make(chan string, 4)
	e := hushtest.ServeTLS(t, "apps.test", func(w http.ResponseWriter, r *http.Request) {
		told <- strings.TrimPrefix(r.URL.Path, "/") + " " + claimsOf(t, r.PostFormValue("logout_token"))["iss"].(string)
	})
	p := hostsNode(t, embedded(t), func(o *provider.Options) {
		o.Egress = e.Egress()
		for i := range o.Clients {
			if id := o.Clients[i].ID; id == "shop" || id == "news" || id == "every" {
				o.Clients[i].BackchannelLogoutURI = e.URL + "/" + id
			}
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	for _, at := range []string{shopHost, issuer} {
		w := signedInAt(t, p, shopHost, "shop", "alice")
		answered(t, w.authorize(newsHost, hostRequest("news")), newsHost)
		answered(t, w.framed(issuer, request("every")), issuer)
		w.at[at].Get("v2/logout")
		heard := map[string]bool{<-told: true, <-told: true, <-told: true}
		for _, want := range []string{"shop " + shopHost, "news " + issuer, "every " + issuer} {
			if !heard[want] {
				t.Errorf("told %v, want %s", heard, want)
			}
		}
	}
}
