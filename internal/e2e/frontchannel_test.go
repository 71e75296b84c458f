package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/hush-sso/hush/internal/browsertest"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
)

// household are three apps that want to be told by the browser: good answers and
// forgets its user, shy refuses to be framed, and deaf never answers.
type household struct {
	mu   sync.Mutex
	told map[string]url.Values // what the apps were told with, by name
}

func (h *household) serve(name string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cb", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "user", Value: "alice", Path: "/", Secure: true, SameSite: http.SameSiteNoneMode})
		fmt.Fprint(w, "<title>signed in</title>")
	})
	mux.HandleFunc("GET /out", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.told[name] = r.URL.Query()
		h.mu.Unlock()
		switch name {
		case "shy":
			w.Header().Set("X-Frame-Options", "DENY")
		case "deaf":
			<-r.Context().Done()
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "user", Path: "/", MaxAge: -1, Secure: true, SameSite: http.SameSiteNoneMode})
		fmt.Fprint(w, "<title>told</title>")
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("user")
		fmt.Fprintf(w, "<title>%v</title>", err == nil && c.Value != "")
	})
	return mux
}

func (h *household) heard(t *testing.T, name string) url.Values {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	q := h.told[name]
	if q.Get("iss") != "https://login.hush.test/" || q.Get("sid") == "" || len(q["iss"]) != 1 || len(q["sid"]) != 1 {
		t.Errorf("%s was told %v", name, q)
	}
	return q
}

// signsOut signs a browser in to the apps named, and out of the first.
func signsOut(t *testing.T, bo browsertest.Options, apps ...string) (tab *browsertest.Tab, h *household) {
	t.Helper()
	h = &household{told: map[string]url.Values{}}
	s := hushtest.New(t, hushtest.Options{Register: func(s *hushtest.Site) []client.Spec {
		var list []client.Spec
		for _, name := range []string{"good", "shy", "deaf", "gone"} {
			base := "https://app." + name + ".test"
			if name != "gone" {
				s.Serve("app."+name+".test", h.serve(name))
			} else {
				base = "https://localhost:1" // where nothing listens
			}
			list = append(list, client.Spec{ID: name, Name: "App " + name, FirstParty: true,
				RedirectURIs: []string{"https://app." + name + ".test/cb", base + "/cb"}, PostLogoutRedirectURIs: []string{"https://app." + name + ".test/bye"},
				FrontchannelLogoutURI: base + "/out"})
		}
		return list
	}})
	bo.HostRules, bo.ThirdPartyCookies = s.HostRules, browsertest.Allowed
	tab = browsertest.New(t, bo).Tab(t)
	for i, name := range apps {
		tab.Eval(fmt.Sprintf("location.href = %q, 0", s.Issuer+"authorize?"+url.Values{
			"client_id": {name}, "redirect_uri": {"https://app." + name + ".test/cb"}, "response_type": {"code"}, "scope": {"openid"}, "state": {name},
			"code_challenge": {strings.Repeat("a", 43)}, "code_challenge_method": {"S256"},
		}.Encode()), nil)
		if i == 0 {
			fill(tab, "alice")
		}
		if name == "gone" { // nothing answers at its page either
			tab.WaitEval("location.host == 'app.gone.test' || location.protocol == 'chrome-error:'", patience)
			continue
		}
		tab.WaitEval(fmt.Sprintf("location.host == 'app.%s.test' && document.title == 'signed in'", name), patience)
	}
	tab.Eval(fmt.Sprintf("location.href = %q, 0", s.Issuer+"oidc/logout?"+url.Values{"client_id": {apps[0]},
		"post_logout_redirect_uri": {"https://app." + apps[0] + ".test/bye"}, "state": {"x y"}}.Encode()), nil)
	tab.Click("button[name=confirm]")
	return tab, h
}

// arrives waits until the browser is back at the app, which has forgotten its
// user.
func arrives(t *testing.T, tab *browsertest.Tab, name string) {
	t.Helper()
	tab.WaitEval(fmt.Sprintf("location.href == 'https://app.%s.test/bye?state=x%%20y'", name), patience)
	if name == "good" {
		tab.WaitEval("document.title == 'false'", patience)
	}
	if v := tab.Violations(); len(v) > 0 {
		t.Errorf("breaches of the policy: %q", v)
	}
}

// TestFrontchannel: apps that load, or refuse to be framed, were told, and the
// browser goes on.
func TestFrontchannel(t *testing.T) {
	parallel(t)
	tab, h := signsOut(t, browsertest.Options{}, "good", "shy")
	arrives(t, tab, "good")
	if h.heard(t, "good").Get("sid") != h.heard(t, "shy").Get("sid") {
		t.Errorf("told of two sessions: %v", h.told)
	}
}

// TestFrontchannelSilence: an app that does not answer is shown, the others too,
// and the browser goes on all the same.
func TestFrontchannelSilence(t *testing.T) {
	parallel(t)
	tab, h := signsOut(t, browsertest.Options{}, "good", "deaf")
	const states = `[...document.querySelectorAll(".told li")].map(li => li.innerText.trim().replace(/\s+/g, " ")).sort().join(", ")`
	tab.WaitEval(states+` == "App deaf is being told, App good was told"`, patience)
	tab.WaitEval(states+` == "App deaf did not answer, App good was told"`, patience)
	if text := tab.Text("#silent"); !strings.Contains(text, "may still be signed in") {
		t.Errorf("the page says %q", text)
	}
	arrives(t, tab, "good")
	h.heard(t, "deaf")
}

// TestFrontchannelOnward: nobody has to wait.
func TestFrontchannelOnward(t *testing.T) {
	parallel(t)
	tab, _ := signsOut(t, browsertest.Options{}, "deaf", "good")
	tab.Click("#onward")
	arrives(t, tab, "deaf")
}

// TestFrontchannelRefused: where nothing listens the browser shows a page of its
// own in the frame, which nobody can tell from the app's; it holds nothing up.
func TestFrontchannelRefused(t *testing.T) {
	parallel(t)
	tab, _ := signsOut(t, browsertest.Options{}, "good", "gone")
	arrives(t, tab, "good")
}

// TestFrontchannelWithoutScripts: the browser goes on by itself when the frames
// have loaded, and by the link before.
func TestFrontchannelWithoutScripts(t *testing.T) {
	parallel(t)
	tab, h := signsOut(t, browsertest.Options{NoScript: true}, "good", "shy")
	arrives(t, tab, "good")
	h.heard(t, "good")
	h.heard(t, "shy")
	tab, h = signsOut(t, browsertest.Options{NoScript: true}, "good", "deaf")
	tab.Click("#onward")
	arrives(t, tab, "good")
	h.heard(t, "deaf")
}
