package conformance

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
)

// origin is that of the relying party's pages.
const origin = "https://rp.example.test"

// says is what the page of check_session_iframe answers to a page of this origin, in
// the browser as it is (OpenID Connect Session Management 1.0 section 3.2).
func (f *op) says(clientID, origin, told string) string {
	hash, salt, _ := strings.Cut(told, ".")
	for _, state := range strings.Split(f.Cookie("__Host-hush-state"), ".") {
		sum := sha256.Sum256([]byte(clientID + " " + origin + " " + state + " " + salt))
		if base64.RawURLEncoding.EncodeToString(sum[:]) == hash {
			return "unchanged"
		}
	}
	return "changed"
}

// told asks silently and returns session_state, of a grant or a refusal.
func (f *op) told(w flow, wanted string, pairs ...string) string {
	f.t.Helper()
	r := f.Authorize(w.request(append(pairs, "prompt", "none")...))
	if e := refused(r); e != wanted {
		f.t.Fatalf("the answer is %q, want %q", e, wanted)
	}
	state := r.Answer.Params["session_state"]
	if state == "" || strings.Contains(state, " ") {
		f.t.Fatalf("session_state is %q", state)
	}
	return state
}

// watch are the requirements of the profile of Session Management 1.0.
var watch = []module{
	{"session-state", func(f *op, w flow) {
		f.sign(w)
		first, second := f.told(w, ""), f.told(w, "")
		if first == second {
			f.t.Error("it is not salted")
		}
		for _, told := range []string{first, second} {
			if got := f.says("rp", origin, told); got != "unchanged" {
				f.t.Errorf("it has %s", got)
			}
		}
	}},
	{"session-state-on-failure", func(f *op, w flow) {
		first, second := f.told(w, "login_required"), f.told(w, "login_required")
		if first == second {
			f.t.Error("it does not vary: users can be told by it")
		}
		if got := f.says("rp", origin, first); got != "unchanged" {
			f.t.Errorf("it has %s", got)
		}
		f.sign(w)
		if got := f.says("rp", origin, first); got != "changed" {
			f.t.Errorf("after the sign-in it has %s", got)
		}
	}},
	{"session-changes", func(f *op, w flow) {
		f.sign(w)
		told := f.told(w, "")
		f.sign(w, "prompt", "login") // the same user: nothing that an app had to know
		if got := f.says("rp", origin, told); got != "unchanged" {
			f.t.Errorf("after another sign-in of the user it has %s", got)
		}
		f.Get("v2/logout")
		if got := f.says("rp", origin, told); got != "changed" {
			f.t.Errorf("after the sign-out it has %s", got)
		}
	}},
	{"session-origin-bound", func(f *op, w flow) {
		f.sign(w)
		told := f.told(w, "")
		for client, origin := range map[string]string{"rp": "https://other.example.test", "rp-second": origin} {
			if got := f.says(client, origin, told); got != "changed" {
				f.t.Errorf("%s at %s learns %s", client, origin, got)
			}
		}
	}},
}

// TestSessionManagement is the profile of Session Management 1.0. What the page does
// in a browser is shown by the tests of internal/e2e.
func TestSessionManagement(t *testing.T) {
	check(t, watch, codeFlow[0], implicits[0], hybrids[2], flow{"code", "form_post"}, flow{"code", "web_message"})
	f := newOP(t, nil)
	t.Run("session-discovery", func(t *testing.T) {
		address := f.Fetch(http.MethodGet, ".well-known/openid-configuration", nil).Text("check_session_iframe")
		path, ours := strings.CutPrefix(address, issuer)
		if r := f.Fetch(http.MethodGet, path, nil); !ours || r.Status != http.StatusOK || r.Header.Get("X-Frame-Options") != "" {
			t.Errorf("check_session_iframe is %q: %d %v", address, r.Status, r.Header)
		}
	})
}
