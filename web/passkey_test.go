package web_test

import (
	"html"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/factor/factortest"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/silent"
)

var shownCeremony = regexp.MustCompile(`data-passkey="([^"]+)"`)

// ceremony is what the script of a page asks the browser for, "" for nothing.
func ceremony(r *hushtest.Reply) string {
	if m := shownCeremony.FindStringSubmatch(r.Body); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

func newPasskey() *factortest.Passkey {
	return factortest.NewPasskey("login.hush.test", strings.TrimSuffix(issuer, "/"))
}

// keyed gives a user a passkey, on the page about second factors.
func keyed(t *testing.T, p *provider.Provider, user string, k *factortest.Passkey) *hushtest.Agent {
	t.Helper()
	a := browser(t, p)
	granted(t, typeIn(t, a, "every", user))
	r := a.Submit("passkey", k.Make(ceremony(a.Get("account/factors"))), "name", "Laptop of "+user)
	if !strings.Contains(r.Body, `id="recovery"`) {
		t.Fatalf("no passkey was added: %d\n%s", r.Status, r.Body)
	}
	return a
}

// atLogin is a new browser at the sign-in form, and what its script asks for.
func atLogin(t *testing.T, p *provider.Provider) (a *hushtest.Agent, asked string) {
	t.Helper()
	a = browser(t, p)
	r := a.Authorize(request("every"))
	if asked = ceremony(r); asked == "" {
		t.Fatalf("the form asks for no passkey:\n%s", r.Body)
	}
	return a, asked
}

// TestPasskeyAlone: it stands for the password and the second factor.
func TestPasskeyAlone(t *testing.T) {
	t.Parallel()
	p := factored(t, embedded(t), nil)
	k := newPasskey()
	keyed(t, p, "bob", k)
	a, asked := atLogin(t, p)
	granted(t, a.Submit("passkey", k.Use(asked)))
	claims := claimsOf(t, idToken(t, a))
	if got := claims["amr"]; claims["sub"] != "bob" || !slices.Equal(texts(got), []string{"hwk", "user", "mfa"}) {
		t.Errorf("%v by %v", claims["sub"], got)
	}
	granted(t, a.Authorize(quiet("bank")))
	// The session that it began may change what one signs in with.
	if page := a.Get("account/factors"); !strings.Contains(page.Body, "Laptop of bob") || !strings.Contains(page.Body, `name="remove"`) {
		t.Errorf("the page offers nothing:\n%s", page.Body)
	}
}

func texts(claim any) (list []string) {
	all, _ := claim.([]any)
	for _, one := range all {
		text, _ := one.(string)
		list = append(list, text)
	}
	return list
}

// TestPasskeyAttacks: an answer counts in the form that asked for it, once, from our
// own pages, of the key's own user, and where the device made sure that it is them.
func TestPasskeyAttacks(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	p := factored(t, store, nil)
	k, other := newPasskey(), newPasskey()
	k.Count = 5
	keyed(t, p, "bob", k)
	keyed(t, p, "alice", other)
	for name, lie := range map[string]func(k *factortest.Passkey){
		"a page that looks like ours": func(k *factortest.Passkey) { k.Origin = "https://login.hush.test.evil.test" },
		"another host's passkey":      func(k *factortest.Passkey) { k.RP = "hush.test" },
		"nobody's finger":             func(k *factortest.Passkey) { k.Verifies = false },
		"another user's name":         func(k *factortest.Passkey) { k.Handle = other.Handle },
		"nobody's name":               func(k *factortest.Passkey) { k.Handle = []byte("nobody") },
		"a key that is not theirs":    func(k *factortest.Passkey) { k.ID = []byte("another") },
		"a copy":                      func(k *factortest.Passkey) { k.Count = 1 },
		"one that may be copied now":  func(k *factortest.Passkey) { k.Synced = true },
	} {
		liar := *k
		lie(&liar)
		a, asked := atLogin(t, p)
		signsNobodyIn(t, a, name, a.Submit("passkey", liar.Use(asked)))
	}
	a, asked := atLogin(t, p)
	again, _ := atLogin(t, p)
	answer := other.Use(asked) // which counts nothing, so that nothing else tells a second time
	signsNobodyIn(t, again, "the answer of another form", again.Submit("passkey", answer))
	thief := browser(t, p)
	thief.Authorize(request("every"))
	thief.Page = a.Page
	signsNobodyIn(t, thief, "another browser", thief.Submit("passkey", answer))
	twin := a.Copy(t)
	granted(t, a.Submit("passkey", answer))
	if r := twin.Submit("passkey", answer); r.Answer != nil || twin.Cookie(ssoCookie) != "" {
		t.Error("one answer signed in twice")
	}
	for _, text := range []string{"{}", "x", strings.Repeat("x", 17<<10)} {
		a, _ := atLogin(t, p)
		signsNobodyIn(t, a, "nonsense", a.Submit("passkey", text))
	}
}

func signsNobodyIn(t *testing.T, a *hushtest.Agent, what string, r *hushtest.Reply) {
	t.Helper()
	if r.Answer != nil || r.Status >= 500 || a.Cookie(ssoCookie) != "" {
		t.Errorf("%s: %d, %+v", what, r.Status, r.Answer)
	}
	// Nobody is told whether there is such a user, or such a key.
	if r.Status == http.StatusUnauthorized && !strings.Contains(r.Body, "This passkey signs nobody in here.") {
		t.Errorf("%s: it says more:\n%s", what, r.Body)
	}
}

// TestPasskeyAsFactor: after the password it need not verify its user, and the codes of
// somebody who guesses keep nobody out who has it.
func TestPasskeyAsFactor(t *testing.T) {
	t.Parallel()
	p := factored(t, embedded(t), nil)
	k, other := newPasskey(), newPasskey()
	keyed(t, p, "bob", k)
	keyed(t, p, "alice", other)
	for range 7 {
		a := browser(t, p)
		typeIn(t, a, "every", "bob")
		a.Submit("code", "123456")
	}
	a := browser(t, p)
	r := asksFactor(t, a, typeIn(t, a, "every", "bob"))
	asked := ceremony(r)
	if !strings.Contains(asked, `"keys"`) || strings.Contains(r.Body, "Code of your") {
		t.Errorf("asks for %s\n%s", asked, r.Body)
	}
	asksFactor(t, a, a.Submit("passkey", other.Use(asked)))
	// The sign-in form's challenge is another.
	_, elsewhere := atLogin(t, p)
	asksFactor(t, a, a.Submit("passkey", k.Use(elsewhere)))
	k.Verifies = false
	granted(t, a.Submit("passkey", k.Use(asked)))
	if got := texts(claimsOf(t, idToken(t, a))["amr"]); !slices.Equal(got, []string{"pwd", "hwk", "user", "mfa"}) {
		t.Errorf("amr %v", got)
	}
}

// TestPasskeyIsSetUp: where a factor is due and there is none, it may be a passkey; who
// has the password alone adds none beside it.
func TestPasskeyIsSetUp(t *testing.T) {
	t.Parallel()
	p := factored(t, embedded(t), nil)
	begin := func() (*hushtest.Agent, string) {
		a := browser(t, p)
		a.Authorize(request("bank"))
		return a, ceremony(a.SignIn("bob", "builder"))
	}
	a, asked := begin()
	thief, theirs := begin()
	k := newPasskey()
	k.Synced = true
	if r := a.Submit("passkey", k.Make(asked), "name", "Phone"); !strings.Contains(r.Body, `id="recovery"`) {
		t.Fatalf("no recovery codes:\n%s", r.Body)
	}
	granted(t, a.Submit())
	r := thief.Submit("passkey", newPasskey().Make(theirs))
	if r.Answer != nil || thief.Cookie(ssoCookie) != "" || strings.Contains(r.Body, `id="recovery"`) {
		t.Error("a second one was added by who has the password alone")
	}
	if asked := ceremony(r); !strings.Contains(asked, `"keys"`) {
		t.Errorf("and then it asks for %s", asked)
	}
}

// TestPasskeysAfterThePassword: where the operator wants a password first, the form asks
// for no passkey and takes none, though another node had asked for it.
func TestPasskeysAfterThePassword(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	p, k := factored(t, store, nil), newPasskey()
	keyed(t, p, "bob", k)
	strict := factored(t, store, func(o *provider.Options) { o.Factors.PasswordFirst = true })
	a, asked := atLogin(t, p)
	a = a.Through(hushtest.Direct(strict.Public))
	signsNobodyIn(t, a, "a passkey alone", a.Submit("passkey", k.Use(asked)))
	b := browser(t, strict)
	if r := b.Authorize(request("every")); ceremony(r) != "" {
		t.Error("the form asks for a passkey")
	}
	granted(t, b.Submit("passkey", k.Use(ceremony(asksFactor(t, b, typeIn(t, b, "every", "bob"))))))
	none := browser(t, factored(t, store, func(o *provider.Options) { o.Factors.NoPasskeys = true }))
	if r := asksFactor(t, none, typeIn(t, none, "every", "bob")); ceremony(r) != "" {
		t.Error("a passkey is asked for where there are none")
	}
}

// removable are the factors that the page lets go, in its order.
func removable(r *hushtest.Reply) (ids []string) {
	for _, m := range regexp.MustCompile(`name="remove" value="([^"]+)"`).FindAllStringSubmatch(r.Body, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// TestFactorsAreRemoved: what is removed opens nothing any more, and new recovery codes
// replace those that were; with the last factor they go too.
func TestFactorsAreRemoved(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	p := factored(t, store, nil)
	k := newPasskey()
	keyed(t, p, "bob", k)
	_, none := owns(t, store, "bob")
	if none != nil {
		t.Error("a second factor brings codes again")
	}
	a, asked := atLogin(t, p)
	granted(t, a.Submit("passkey", k.Use(asked)))
	page := a.Get("account/factors")
	ids := removable(page)
	if len(ids) != 2 {
		t.Fatalf("%d may be removed", len(ids))
	}
	if r := a.Submit("rename", ids[0], "name", "<b>Key</b> "+strings.Repeat("x", 100)); !strings.Contains(r.Body, "&lt;b&gt;Key&lt;/b&gt; xxx") || strings.Contains(r.Body, strings.Repeat("x", 64)) {
		t.Errorf("renamed to\n%s", r.Body)
	}
	codes := func() []string {
		a.Get("account/factors")
		_, rest, _ := strings.Cut(a.Submit("action", "recovery").Body, `<pre id="recovery">`)
		list, _, _ := strings.Cut(rest, "</pre>")
		return strings.Fields(list)
	}
	old, fresh := codes(), codes()
	if len(old) != 10 || len(fresh) != 10 || old[0] == fresh[0] {
		t.Fatalf("%v, %v", old, fresh)
	}
	other := browser(t, p)
	asksFactor(t, other, typeIn(t, other, "every", "bob"))
	asksFactor(t, other, other.Submit("code", old[0]))
	granted(t, other.Submit("code", fresh[0]))

	late, asked := atLogin(t, p)
	for _, id := range ids {
		a.Get("account/factors")
		a.Submit("remove", id)
	}
	signsNobodyIn(t, late, "a passkey that was removed", late.Submit("passkey", k.Use(asked)))
	if set, err := factor.New(store, keyring(t, issuer)).Of(t.Context(), "bob"); err != nil || set.Has() || len(set.Recovery) > 0 {
		t.Errorf("left: %+v, %v", set, err)
	}
	last := browser(t, p)
	granted(t, typeIn(t, last, "every", "bob")) // nothing is asked for
}

// TestPasskeyNeedsARecentSignIn: a cookie alone adds none.
func TestPasskeyNeedsARecentSignIn(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	p := factored(t, store, nil)
	a := browser(t, p)
	granted(t, typeIn(t, a, "every", "bob"))
	thief := a.Copy(t)
	asked := ceremony(thief.Get("account/factors"))
	age(t, store, a, 11*time.Minute)
	if r := thief.Submit("passkey", newPasskey().Make(asked)); r.Status != http.StatusForbidden || strings.Contains(r.Body, `id="recovery"`) {
		t.Errorf("added by a cookie alone: %d", r.Status)
	}
	if r := thief.Get("account/factors"); ceremony(r) != "" {
		t.Error("the page asks a browser for one that it would refuse")
	}
}

// TestPasswordChangeNeedsTheFactor: who has password and cookie gets no session that says
// there was a factor, and none that was begun without one.
func TestPasswordChangeNeedsTheFactor(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	h := newHouseWith(t, store, 1, func(o *provider.Options) { o.Factors = &provider.Factors{} })
	a := h.browser("alice", onWindows)
	owns(t, store, "alice")
	before := a.Cookie(ssoCookie)
	a.Get("account/password")
	r := a.Submit("current", "wonderland", "next", "through the looking-glass", "again", "through the looking-glass")
	if r.Status != http.StatusForbidden || a.Cookie(ssoCookie) != before {
		t.Errorf("changed without the factor: %d\n%s", r.Status, r.Body)
	}
}

// TestFactorBesideOtherWays: FedCM and a renewal cookie open no app that needs a factor
// with a session that has none.
func TestFactorBesideOtherWays(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	p := factored(t, store, planters)
	a := browser(t, p)
	granted(t, typeIn(t, a, "every", "bob"))
	b := garden(t, p, a, "every")
	b.renews("every")
	strict := factored(t, store, func(o *provider.Options) {
		planters(o)
		for i := range o.Clients {
			o.Clients[i].Multifactor = true
		}
	})
	later := newBed(t, strict)
	maps.Copy(later.jar, b.jar)
	refusedAs(t, later.frame(request("every")), silent.FactorRequired)
	through := a.Through(hushtest.Direct(strict.Public))
	notHanded(t, handOver(through, "every", knownTo(t, through)["bob"], codeParams()), "every", silent.FactorRequired)
}

// TestFactorIsAddedMeanwhile: a factor that comes while a rule's redirect is pending is
// asked for when the person is back.
func TestFactorIsAddedMeanwhile(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	r := rulesThat(sendAway)
	p := factored(t, store, func(o *provider.Options) { o.Rules = r })
	a := browser(t, p)
	state := stateOf(t, typeIn(t, a, "every", "alice"))
	secret, _ := owns(t, store, "alice")
	asksFactor(t, a, comeBack(a, state))
	granted(t, a.Submit("code", totp(secret)))
}

// TestFactorAtAnotherHost: people are asked where they sign in, whichever host the app
// came to, which has no session before either.
func TestFactorAtAnotherHost(t *testing.T) {
	t.Parallel()
	store := embedded(t)
	p := hostsNode(t, store, func(o *provider.Options) { o.Factors = &provider.Factors{} })
	secret, _ := owns(t, store, "alice")
	w := openRoamer(t, p)
	w.authorize(shopHost, hostRequest("shop"))
	if r := w.signIn("alice"); r.Answer != nil || !strings.Contains(r.Body, `name="code"`) || w.last != w.at[issuer] {
		t.Fatalf("no factor is asked for: %v\n%s", w.path, r.Body)
	}
	if r := w.copy().authorize(shopHost, hostRequest("shop", "prompt", "none")); r.Answer == nil || r.Answer.Params["error"] != "login_required" {
		t.Errorf("before the factor: %+v", r.Answer)
	}
	for _, path := range []string{"login/factor", "account/factors"} {
		if r := w.at[shopHost].Post(path, w.last.Page.Form.Fields); r.Answer != nil || r.Status < 400 {
			t.Errorf("%s is served at a host without people: %d", path, r.Status)
		}
	}
	answered(t, w.follow(w.last.Submit("code", totp(secret))), shopHost)
}
