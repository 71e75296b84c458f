package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/silent"
)

// fedcm sends what a browser sends by itself for a page of this origin (FedCM): a POST
// where there is a form, with its cookies as they travel to another site. pairs are
// headers, put over those.
func fedcm(a *hushtest.Agent, path, origin string, form url.Values, pairs ...string) *hushtest.Reply {
	headers := append([]string{"Sec-Fetch-Dest", "webidentity", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors", "Origin", origin}, pairs...)
	for i := 0; i < len(headers); i += 2 {
		a.SetHeader(headers[i], headers[i+1])
	}
	defer func() {
		for i := 0; i < len(headers); i += 2 {
			a.SetHeader(headers[i], "")
		}
	}()
	if form == nil {
		return a.Get(path)
	}
	return a.Post(path, form)
}

// originOf is the web origin of an app of these tests.
func originOf(clientID string) string {
	u, _ := url.Parse(redirectOf(clientID))
	return u.Scheme + "://" + u.Host
}

// knownTo returns the accounts that the browser's dialog would show, by user name.
func knownTo(t testing.TB, a *hushtest.Agent) map[string]string {
	t.Helper()
	r := fedcm(a, "fedcm/accounts", "", nil)
	var list struct {
		Accounts []struct {
			ID    string
			Hints []string `json:"login_hints"`
		}
	}
	if err := json.Unmarshal([]byte(r.Body), &list); err != nil {
		t.Fatalf("%d %s: %v", r.Status, r.Body, err)
	}
	known := map[string]string{}
	for _, one := range list.Accounts {
		known[one.Hints[0]] = one.ID
	}
	return known
}

// codeParams ask for a code, tokenParams for the tokens themselves; pairs change them.
func codeParams(pairs ...any) string {
	return params(append([]any{"response_type", "code", "code_challenge", challenge(verifier), "code_challenge_method", "S256"}, pairs...)...)
}

func tokenParams(pairs ...any) string {
	return params(append([]any{"response_type", "id_token token"}, pairs...)...)
}

func params(pairs ...any) string {
	members := map[string]any{"scope": "openid profile", "nonce": "n-1"}
	for i := 0; i < len(pairs); i += 2 {
		if members[pairs[i].(string)] = pairs[i+1]; pairs[i+1] == nil {
			delete(members, pairs[i].(string))
		}
	}
	raw, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// handOver sends the request of an id assertion for a page of the app's own.
func handOver(a *hushtest.Agent, clientID, account, params string, pairs ...string) *hushtest.Reply {
	form := url.Values{"client_id": {clientID}, "account_id": {account}, "params": {params}, "disclosure_text_shown": {"false"}, "is_auto_selected": {"true"}}
	return fedcm(a, "fedcm/assertion", originOf(clientID), form, pairs...)
}

// handedCode returns the code of an answer.
func handedCode(t testing.TB, r *hushtest.Reply) string {
	t.Helper()
	if r.Status != http.StatusOK || r.Text("token") == "" {
		t.Fatalf("no code but %d %s", r.Status, r.Body)
	}
	return r.Text("token")
}

// handedTokens returns the object of an answer.
func handedTokens(t testing.TB, r *hushtest.Reply) map[string]any {
	t.Helper()
	object, _ := r.JSON()["token"].(map[string]any)
	if r.Status != http.StatusOK || object == nil {
		t.Fatalf("no tokens but %d %s", r.Status, r.Body)
	}
	return object
}

// notHanded checks a refusal that the app is told silently, with its reason.
func notHanded(t testing.TB, r *hushtest.Reply, clientID string, reason silent.Reason) {
	t.Helper()
	told, _ := r.JSON()["token"].(map[string]any)
	why := silent.Explain(reason)
	if r.Status != http.StatusOK || told["error"] != why.Error || told["error_description"] != why.Text || told["error_uri"] != issuer+"errors/"+string(reason) || told["iss"] != issuer {
		t.Errorf("%d %s, want %s", r.Status, r.Body, reason)
	}
	for _, name := range []string{"code", "access_token", "id_token"} {
		if told[name] != nil {
			t.Errorf("a refusal carries a %s", name)
		}
	}
	if r.JSON()["error"] != nil || r.Header.Get("Access-Control-Allow-Origin") != originOf(clientID) {
		t.Errorf("a refusal is %s for %q", r.Body, r.Header.Get("Access-Control-Allow-Origin"))
	}
}

// notGiven is notHanded where the person picked the account: the browser shows that it
// was in vain, and tells the page.
func notGiven(t testing.TB, r *hushtest.Reply, clientID string, reason silent.Reason) {
	t.Helper()
	face, _ := r.JSON()["error"].(map[string]any)
	want := silent.Explain(reason).Error
	if face["error"] != want || face["code"] != want || face["url"] != issuer+"errors/"+string(reason) || r.Status < 400 {
		t.Errorf("%d %s, want %s", r.Status, r.Body, reason)
	}
	if r.JSON()["token"] != nil || r.Header.Get("Access-Control-Allow-Origin") != originOf(clientID) {
		t.Errorf("a refusal is %s for %q", r.Body, r.Header.Get("Access-Control-Allow-Origin"))
	}
}

// redeemHanded redeems a code that a browser handed to a page of the app.
func redeemHanded(a *hushtest.Agent, clientID, code string, pairs ...string) *hushtest.Reply {
	form := with(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {clientID}, "code_verifier": {verifier}}, pairs...)
	return a.Fetch(http.MethodPost, "oauth/token", form, "Origin", originOf(clientID))
}

// openAPI is an API that the operator's own apps use unasked.
func openAPI() []client.API {
	api := shopAPI
	api.SkipConsentForFirstParty = true
	return []client.API{api}
}

// textOf is a member of an object, "" where it is no text.
func textOf(object map[string]any, name string) string {
	text, _ := object[name].(string)
	return text
}
