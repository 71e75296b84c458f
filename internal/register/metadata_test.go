package register

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/oauth"
)

// TestDefaults are those of the specifications, also for what is null.
func TestDefaults(t *testing.T) {
	for _, body := range []string{
		`{"redirect_uris":["https://app.test/cb"]}`,
		`{"redirect_uris":["https://app.test/cb"],"response_types":null,"application_type":null,"subject_type":null,"jwks":null}`,
		`{"redirect_uris":["https://app.test/cb"],"unknown":{"a":[1,{"b":null}]},"id_token_encrypted_response_alg":null,"backchannel_logout_session_required":false,"tls_client_auth_san_dns":""}`,
	} {
		m, _, err := Parse([]byte(body))
		want := &Metadata{
			RedirectURIs: []string{"https://app.test/cb"}, ResponseTypes: []string{"code"}, GrantTypes: []string{"authorization_code"},
			ApplicationType: "web", TokenEndpointAuthMethod: "client_secret_basic", IDTokenSignedResponseAlg: "RS256", SubjectType: "public",
		}
		if err != nil || !reflect.DeepEqual(m, want) {
			t.Errorf("%s: %+v (%v)", body, m, err)
		}
	}
}

// TestBeyond: each member that is not honoured is refused by its name.
func TestBeyond(t *testing.T) {
	for name := range beyond {
		for _, value := range []string{`"x"`, `true`, `["x"]`, `{}`} {
			_, _, err := Parse([]byte(`{"redirect_uris":["https://app.test/cb"],"` + name + `":` + value + `}`))
			if e := (*oauth.Error)(nil); !errors.As(err, &e) || e.Code != oauth.InvalidClientMetadata || !strings.HasPrefix(e.Description, name+":") {
				t.Errorf("%s of %s: %v", name, value, err)
			}
		}
	}
	fields := reflect.TypeFor[Metadata]()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		if _, twice := beyond[name]; twice || name == "" {
			t.Errorf("%q is honoured and refused", name)
		}
	}
}

// TestIssues: no other id than one of ours reaches the store.
func TestIssues(t *testing.T) {
	s := &Service{}
	if id := newID(); !s.Issues(id) {
		t.Errorf("%s is not ours", id)
	}
	for _, id := range []string{"", "dyn-", "shop", newID() + "A", newID()[1:], strings.ToLower(newID()), "dyn-" + strings.Repeat("A", 25) + "}", "dyn-" + strings.Repeat("A", 25) + "\n", "dyn-" + strings.Repeat("1", 26)} {
		if s.Issues(id) {
			t.Errorf("%q is taken for ours", id)
		}
	}
}

// FuzzParse: what is taken is read the same way when it is told back, and what
// makes a client has no address that a browser would run.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"redirect_uris":["https://app.test/cb"],"client_name":"A"}`, `{"redirect_uris":["javascript:alert(1)"],"application_type":"native"}`,
		`{"a":1,"A":2}`, `{"default_max_age":1e3}`, `{"jwks":{"keys":[]}}`, `{"redirect_uris":["com.example.app:/cb"],"application_type":"native","token_endpoint_auth_method":"none"}`,
	} {
		f.Add([]byte(seed))
	}
	s := &Service{}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, _, err := Parse(body)
		if err != nil {
			if e := (*oauth.Error)(nil); !errors.As(err, &e) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		r := &record{Metadata: *m}
		r.giveSecret()
		c, err := s.client(prefix+"x", r)
		if err != nil {
			return
		}
		if c.FirstParty || !c.Unverified || c.SSOGroup != "default" || c.HasGrant("implicit") {
			t.Fatalf("%s makes %+v", body, c.Spec)
		}
		for _, uri := range append(c.RedirectURIs, c.PostLogoutRedirectURIs...) {
			if strings.HasPrefix(uri, "javascript:") || strings.Contains(uri, "#") || strings.Contains(uri, "*") {
				t.Fatalf("%s lets an answer go to %s", body, uri)
			}
		}
		told, err := json.Marshal(r.answer(c.ID, "token", ""))
		if err != nil {
			t.Fatal(err)
		}
		if again, _, err := Parse(told); err != nil || again.ClientName != m.ClientName || !reflect.DeepEqual(again.RedirectURIs, m.RedirectURIs) {
			t.Fatalf("%s is told back as %s (%v)", body, told, err)
		}
	})
}
