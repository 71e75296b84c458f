package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/silent"
)

// TestUserinfoSigned: an app that registered an algorithm gets a JWT for itself,
// by each way of asking, and it is good for nothing else.
func TestUserinfoSigned(t *testing.T) {
	app := func(id, alg string) client.Spec {
		return client.Spec{ID: id, FirstParty: true, RedirectURIs: []string{redirectOf(id)}, UserInfoAlg: alg,
			GrantTypes: []string{"implicit"}, ResponseTypes: []string{"id_token", "id_token token"}}
	}
	s := start(t, hushtest.Options{Clients: []client.Spec{app("rsa", "RS256"), app("ec", "ES256"), app("ed", "EdDSA")}})
	a := signIn(t, s.Node(0), "alice")
	keys, err := jose.ParseKeySet([]byte(a.Get(".well-known/jwks.json").Body))
	if err != nil {
		t.Fatal(err)
	}
	for id, alg := range map[string]string{"rsa": "RS256", "ec": "ES256", "ed": "EdDSA"} {
		access := granted(t, a.Authorize(quiet(id, "response_type", "id_token token")))["access_token"]
		for way, r := range map[string]*hushtest.Reply{
			"GET": userinfo(a, access), "POST, header": a.Fetch(http.MethodPost, "userinfo", nil, "Authorization", "Bearer "+access),
			"POST, body": a.Fetch(http.MethodPost, "userinfo", url.Values{"access_token": {access}}),
		} {
			if r.Status != http.StatusOK || r.Header.Get("Content-Type") != "application/jwt" || !strings.Contains(r.Header.Get("Cache-Control"), "no-store") {
				t.Errorf("%s, %s: %d %v %s", id, way, r.Status, r.Header, r.Body)
				continue
			}
			claims := verified(t, keys, alg, r.Body)
			if claims["iss"] != issuer || claims["aud"] != id || claims["sub"] != "alice" || claims["name"] != "Alice Liddell" || claims["exp"] != nil {
				t.Errorf("%s, %s: %v", id, way, claims)
			}
		}
		answer := userinfo(a, access).Body
		refused(t, a.Authorize(quiet(id, "response_type", "id_token", "id_token_hint", answer)), "invalid_request", "")
		asks(t, endSession(window(t, a), url.Values{"id_token_hint": {answer}}))
		failed(t, userinfo(a, answer), http.StatusUnauthorized, "invalid_token")
		failed(t, userinfo(a, "x"), http.StatusUnauthorized, "invalid_token") // JSON, as every error
	}
	if r := userinfo(a, granted(t, a.Authorize(quiet("every", "response_type", "token")))["access_token"]); r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("an app that registered none gets %s", r.Header.Get("Content-Type"))
	}
	doc := a.Get(".well-known/openid-configuration").JSON()
	lists(t, doc, "userinfo_signing_alg_values_supported", "RS256", "ES256", "EdDSA")
	lists(t, described(t, app("ec", "ES256")), "userinfo_signing_alg_values_supported", "ES256")
	lists(t, described(t, clients()...), "userinfo_signing_alg_values_supported")
}

// verified reads a signed userinfo answer as an app would.
func verified(t *testing.T, keys jose.KeySet, alg, raw string) map[string]any {
	t.Helper()
	header, text, err := jose.Read(raw, jose.Want{Algs: []string{alg}, Types: []string{"userinfo+jwt"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jose.Verify(raw, header, keys.Candidates(header)...); err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// TestUserinfoOfRegisteredApp: so does one that registered itself, which signs its
// users out too.
func TestUserinfoOfRegisteredApp(t *testing.T) {
	p := node(t, embedded(t), registering(nil))
	r := enroll(t, p, object{
		"token_endpoint_auth_method": "none", "userinfo_signed_response_alg": "ES256", "post_logout_redirect_uris": []string{stranger + "/bye"},
	})
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request(r.id(), "redirect_uri", stranger+"/cb"))
	access, id := redeemed(t, a.Exchange(granted(t, a.Consent("allow"))["code"], verifier))
	keys, err := jose.ParseKeySet([]byte(a.Get(".well-known/jwks.json").Body))
	if err != nil {
		t.Fatal(err)
	}
	if claims := verified(t, keys, "ES256", userinfo(a, access).Body); claims["aud"] != r.id() || claims["sub"] != "alice" {
		t.Errorf("claims are %v", claims)
	}
	goesTo(t, endSession(window(t, a), url.Values{"id_token_hint": {id}, "post_logout_redirect_uri": {stranger + "/bye"}}), stranger+"/bye")
	silently(t, a, silent.SignedOut)
	lists(t, a.Get(".well-known/openid-configuration").JSON(), "userinfo_signing_alg_values_supported", "RS256", "ES256", "EdDSA")
}
