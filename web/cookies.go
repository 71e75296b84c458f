package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/sessions"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/silent"
)

// cookies are the cookies of ours; for the state cookie see there. The SSO cookies
// say who is signed in and travel into iframes of other sites: one ends with the
// browser, the other holds who asked to stay signed in. The form cookie ties
// sign-in forms to a browser and does not travel (SameSite=Lax).
type cookies struct {
	sso      *ssoStore
	ssoName  string
	keepName string
	formName string
	form     http.Cookie // attributes
	check    http.Cookie // likewise
	state    stateCookie
	renewal  renewalCookie
}

func newCookies(k *seal.Keyring, issuer *url.URL, crossSite bool, groups func() []string) (*cookies, error) {
	secure, named := issuer.Scheme == "https", cookieNames(issuer)
	c := &cookies{ssoName: named(""), keepName: named("-keep"), formName: named("-form")}
	c.form = http.Cookie{Name: c.formName, Path: "/", Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	options := sessions.Options{Path: "/", Secure: secure || crossSite, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if options.Secure {
		options.SameSite = http.SameSiteNoneMode
	}
	c.check = http.Cookie{Name: named("-check"), Path: "/", Secure: options.Secure, HttpOnly: true, SameSite: options.SameSite, MaxAge: checkAge}
	c.state = newStateCookie(k, named("-state"), options, groups)
	c.renewal = newRenewalCookie(k, named("-r")+"-", options)
	var err error
	c.sso, err = newSSOStore(k, issuer.String(), options)
	return c, err
}

// cookieNames returns what names the cookie of a kind, "" for the SSO cookie.
func cookieNames(issuer *url.URL) func(kind string) string {
	prefix, suffix := "__Host-hush", ""
	if issuer.Scheme != "https" {
		// __Host- needs Secure, and localhost cookies are shared between ports.
		prefix, suffix = "hush", "-"+issuer.Port()
	}
	if path := strings.Trim(issuer.Path, "/"); path != "" {
		// __Host- cookies are the whole host's, which may serve more issuers.
		sum := sha256.Sum256([]byte(path))
		suffix += "-" + hex.EncodeToString(sum[:4])
	}
	return func(kind string) string { return prefix + kind + suffix }
}

// checkAge is how long the cookies of the check of silent renewal last, in seconds.
const checkAge = 600

// probe is a cookie of that check, which says nothing: it travels as the SSO cookie
// does, or as a partitioned one.
func (c *cookies) probe(partitioned bool) *http.Cookie {
	probe := c.check
	probe.Value = "1"
	if partitioned {
		probe.Name += "-p"
		probe.Secure, probe.SameSite, probe.Partitioned = true, http.SameSiteNoneMode, true
	}
	return &probe
}

// travels tells whether the SSO cookie goes into other sites' frames at all,
// where the browser holds no third party's cookie back.
func (c *cookies) travels() bool { return c.sso.options.SameSite == http.SameSiteNoneMode }

// read tells what the browser's SSO cookies say, each read by itself. What cannot
// be read is no cookie; two of one name are none, since one of them was planted.
// One that can be read counts whatever the other is.
func (c *cookies) read(r *http.Request) ([]authorize.SignedIn, silent.Cookie) {
	held, state := c.readOne(r, c.ssoName)
	kept, keptState := c.readOne(r, c.keepName)
	if kept == nil {
		return held, max(state, keptState)
	}
	for i := range kept {
		kept[i].Kept = true
		if kept[i].Left && slices.ContainsFunc(held, func(a authorize.SignedIn) bool { return a.Handle.Key == kept[i].Handle.Key }) {
			continue // the browser was not closed since
		}
		if !slices.ContainsFunc(held, func(a authorize.SignedIn) bool { return sameAccount(a, kept[i]) }) {
			held = append(held, kept[i])
		}
	}
	return held, silent.CookiePresent
}

// sameAccount tells whether two entries would count as one account that is signed
// in: no browser is given that in both cookies.
func sameAccount(a, b authorize.SignedIn) bool {
	return a.Group == b.Group && a.UserID == b.UserID && a.Over == 0 && b.Over == 0
}

func (c *cookies) readOne(r *http.Request, name string) ([]authorize.SignedIn, silent.Cookie) {
	accounts, err := c.sso.open(r, name)
	switch {
	case errors.Is(err, errUnknownSecret):
		return nil, silent.CookieUnknownSecret
	case err != nil || len(accounts) == 0:
		return nil, silent.CookieAbsent
	}
	return accounts, silent.CookiePresent
}

// hold makes accounts what the browser holds, each in the cookie of its kind.
// keepFor is how long the one that outlives the browser does.
func (c *cookies) hold(w http.ResponseWriter, r *http.Request, accounts []authorize.SignedIn, keepFor time.Duration) error {
	var held, kept []authorize.SignedIn
	for _, a := range authorize.Outliving(accounts) {
		if a.Kept {
			kept = append(kept, a)
		} else {
			held = append(held, a)
		}
	}
	c.state.write(w, accounts)
	return errors.Join(c.put(w, r, c.ssoName, held, 0), c.put(w, r, c.keepName, kept, keepFor))
}

// put writes one SSO cookie, or removes it where it would hold nobody. An age of
// zero is that of the browser.
func (c *cookies) put(w http.ResponseWriter, r *http.Request, name string, accounts []authorize.SignedIn, age time.Duration) error {
	if len(accounts) == 0 {
		c.remove(w, r, name)
		return nil
	}
	s := sessions.NewSession(c.sso, name)
	s.Values[accountsKey] = fitted(accounts)
	s.Options = &sessions.Options{MaxAge: int(age.Seconds())}
	return c.sso.Save(r, w, s)
}

// tombstoneAge is how long the store can still tell how a session ended.
const tombstoneAge = time.Hour

// retire keeps the cookies for as long as the store tells how their sessions
// ended: they open nothing any more, and apps that renew learn why.
func (c *cookies) retire(w http.ResponseWriter, r *http.Request, accounts []authorize.SignedIn) error {
	c.state.write(w, nil)
	for i := range accounts {
		accounts[i].Kept = false // one cookie is enough for that
	}
	c.remove(w, r, c.keepName)
	return c.put(w, r, c.ssoName, accounts, tombstoneAge)
}

// drop removes SSO cookies that cannot be read, if any came.
func (c *cookies) drop(w http.ResponseWriter, r *http.Request) {
	c.state.write(w, nil)
	c.remove(w, r, c.ssoName)
	c.remove(w, r, c.keepName)
}

func (c *cookies) remove(w http.ResponseWriter, r *http.Request, name string) {
	if len(r.CookiesNamed(name)) == 0 {
		return
	}
	options := c.sso.options
	options.MaxAge = -1
	http.SetCookie(w, sessions.NewCookie(name, "", &options))
}

// binding returns the hash that ties forms to this browser, "" where it sent
// no form cookie.
func (c *cookies) binding(r *http.Request) string {
	value, ok := only(r, c.formName)
	if !ok {
		return ""
	}
	return hashBinding(value)
}

// newForm returns a form cookie for a browser that has none, and its binding.
func (c *cookies) newForm() (*http.Cookie, string) {
	cookie := c.form
	cookie.Value = rand.Text()
	return &cookie, hashBinding(cookie.Value)
}

// keepForm lets the form cookie outlive the browser's session, once somebody
// signed in with it: by it the throttle tells the owner's browser from those of
// strangers who guess.
func (c *cookies) keepForm(w http.ResponseWriter, r *http.Request) {
	held, ok := only(r, c.formName)
	if !ok {
		return
	}
	cookie := c.form
	cookie.Value, cookie.MaxAge = held, int(login.KnownFor.Seconds())
	http.SetCookie(w, &cookie)
}

func hashBinding(value string) string {
	sum := sha256.Sum256([]byte(value))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
