package web_test

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hush-sso/hush/internal/hushtest"
)

// TestRulesSeeAnAppsOwnParameters on every way to tokens, and after a form was
// answered too.
func TestRulesSeeAnAppsOwnParameters(t *testing.T) {
	r := rulesThat(nil)
	p := ruledNode(t, embedded(t), r)
	a := browser(t, p)
	mine := []string{"campaign", "spring & sun=ü", "ui_locales", "de", "ext-plan", "gold"}
	saw := func(way string, f func()) {
		t.Helper()
		asked := r.during(f)
		if len(asked) != 1 {
			t.Fatalf("%s: asked %d times", way, len(asked))
		}
		got := asked[0].Context.Request.Query
		if got["campaign"] != "spring & sun=ü" || got["ui_locales"] != "de" || got["ext-plan"] != "gold" || got["client_id"] != "every" {
			t.Errorf("%s: query %v", way, got)
		}
	}
	a.Authorize(request("every", append(mine, "prompt", "login")...))
	saw("form", func() { a.SignIn("alice", "wonderland") })
	saw("silent", func() { granted(t, a.Authorize(quiet("every", mine...))) })
	saw("pushed", func() { granted(t, a.Authorize(push(t, a, quiet("every", mine...)))) })
	r.from(sendAway)
	state := stateOf(t, a.Authorize(request("every", mine...)))
	if q := r.during(func() { granted(t, comeBack(a, state)) })[0].Context.Request.Query; q["campaign"] != "" || q["ok"] != "yes" {
		t.Errorf("back from elsewhere: query %v", q)
	}
}

// TestRulesSeeNoSecretOfARequest, whatever was sent to the wrong place, and of other
// parameters no more than a form can carry.
func TestRulesSeeNoSecretOfARequest(t *testing.T) {
	r := rulesThat(nil)
	a := signIn(t, browser(t, ruledNode(t, embedded(t), r)), "alice")
	query := func(more ...string) map[string]string {
		t.Helper()
		got := r.during(func() { granted(t, a.Authorize(quiet("every", more...))) })[0].Context.Request.Query
		for name := range quiet("every") {
			delete(got, name)
		}
		return got
	}
	for _, name := range []string{
		"password", "client_secret", "client_assertion", "client_assertion_type", "access_token", "refresh_token", "id_token", "code",
		"code_verifier", "token", "assertion", "device_code", "__proto__", "a[b]", "1a", "ä", "x" + strings.Repeat("y", 64),
	} {
		if got := query(name, "s3cret", "fine", "yes"); len(got) != 1 || got["fine"] != "yes" {
			t.Errorf("%s: told %v", name, got)
		}
	}
	if got := query("long", strings.Repeat("ü", 200), "short", "yes"); len(got) != 1 || got["short"] != "yes" {
		t.Errorf("1,200 bytes are told: %d", len(got))
	}
	var many []string
	for i := range 40 {
		many = append(many, "p"+strconv.Itoa(i), "v")
	}
	if got := query(many...); len(got) != 20 {
		t.Errorf("of 40 told %d: %v", len(got), slices.Sorted(maps.Keys(got)))
	}
	q := quiet("every")
	q["twice"] = []string{"first", "second"}
	if got := r.during(func() { granted(t, a.Authorize(q)) })[0].Context.Request.Query["twice"]; got != "first" {
		t.Errorf("of two told %q", got)
	}
}

// TestFormsCarryLittleOfAnApp: an app's own parameters wait for the person only where
// there are rules, and no more of them than can be told.
func TestFormsCarryLittleOfAnApp(t *testing.T) {
	size := func(a *hushtest.Agent, more url.Values) int {
		t.Helper()
		q := request("every", "prompt", "login")
		maps.Copy(q, more)
		return len(a.Authorize(q).Body)
	}
	much := url.Values{}
	for i := range 30 {
		much.Set("p"+strconv.Itoa(i), strings.Repeat("v", 200))
	}
	with := browser(t, ruledNode(t, embedded(t), rulesThat(nil)))
	if plain, full := size(with, nil), size(with, much); full == plain || full > plain+2*(1024*4/3+64) {
		t.Errorf("with rules a form grows from %d to %d bytes", plain, full)
	}
	without := browser(t, node(t, embedded(t), nil))
	if plain, full := size(without, nil), size(without, much); full > plain+64 {
		t.Errorf("without rules a form grows from %d to %d bytes", plain, full)
	}
}
