package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/session"
)

// accountsKey is where the SSO session holds its []authorize.SignedIn.
const accountsKey = "accounts"

// errUnknownSecret: the cookie was sealed under a secret we do not hold.
var errUnknownSecret = errors.New("web: cookie is sealed under an unknown secret")

// ssoStore is a sessions.Store whose session is the cookie itself: one short
// text, sealed by securecookie. Redis decides how long it lives, so neither
// cookie nor codec has an age.
type ssoStore struct {
	issuer  string // bound into what is sealed, beside the cookie's name
	options sessions.Options
	codecs  []ssoCodec
}

type ssoCodec struct {
	id string
	securecookie.Codec
}

var _ sessions.Store = (*ssoStore)(nil)

func newSSOStore(k *seal.Keyring, issuer string, o sessions.Options) (*ssoStore, error) {
	s := &ssoStore{issuer: issuer, options: o}
	for _, key := range k.CookieKeys() {
		codec := securecookie.New(key.Hash, key.Block).MaxAge(0).SetSerializer(securecookie.NopEncoder{})
		s.codecs = append(s.codecs, ssoCodec{key.ID, codec})
	}
	if len(s.codecs) == 0 {
		return nil, errors.New("web: no key for cookies")
	}
	return s, nil
}

// Get is New: a request reads its session once.
func (s *ssoStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return s.New(r, name)
}

// New reads the session from the request's cookie. It always returns one; with
// an error, or without a cookie, it is new.
func (s *ssoStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	accounts, err := s.open(r, name)
	if session.IsNew = err != nil || accounts == nil; !session.IsNew {
		session.Values[accountsKey] = accounts
	}
	return session, err
}

var errNotOurs = errors.New("web: cookie is not ours")

// open reads the accounts of the request's cookie, none where it has no cookie.
func (s *ssoStore) open(r *http.Request, name string) ([]authorize.SignedIn, error) {
	value, ok := only(r, name)
	if !ok {
		return nil, nil
	}
	id, sealed, ok := strings.Cut(value, ".")
	if !ok {
		return nil, errNotOurs
	}
	for _, codec := range s.codecs {
		if codec.id != id {
			continue
		}
		var text []byte
		if err := codec.Decode(name+" "+s.issuer, sealed, &text); err != nil {
			return nil, err
		}
		return parseAccounts(string(text))
	}
	return nil, errUnknownSecret
}

// Save writes the session's cookie. It ends with the browser, unless the
// session's options give it an age.
func (s *ssoStore) Save(_ *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	options := s.options
	if session.Options != nil {
		options.MaxAge = session.Options.MaxAge
	}
	accounts, _ := session.Values[accountsKey].([]authorize.SignedIn)
	sealed, err := s.codecs[0].Encode(session.Name()+" "+s.issuer, []byte(formatAccounts(accounts)))
	if err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), s.codecs[0].id+"."+sealed, &options))
	return nil
}

// maxText is how long the text of a cookie may be: sealed and with its name it must
// not have more than 4096 bytes, or browsers drop it.
const maxText = 2000

// fitted are as many accounts as one cookie holds. Only where user ids are very long
// are there more: then those go that are over, and then those that came first.
func fitted(accounts []authorize.SignedIn) []authorize.SignedIn {
	fit := slices.Clone(accounts)
	for len(fit) > 1 && len(formatAccounts(fit)) > maxText {
		last := len(fit) - 1
		for i := range fit {
			if fit[i].Over != 0 {
				last = i
			}
		}
		fit = slices.Delete(fit, last, last+1)
	}
	return fit
}

// formatAccounts writes one line an account: handle, group, user id, and of one
// that is over since when, in seconds, negative where it ended with the browser.
func formatAccounts(accounts []authorize.SignedIn) string {
	var b strings.Builder
	for i, a := range accounts {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(a.Handle.String() + "\t" + a.Group + "\t" + a.UserID)
		if a.Over != 0 {
			b.WriteString("\t" + since(a))
		}
	}
	return b.String()
}

func since(a authorize.SignedIn) string {
	if a.Left {
		return strconv.FormatInt(-a.Over, 10)
	}
	return strconv.FormatInt(a.Over, 10)
}

func parseAccounts(text string) ([]authorize.SignedIn, error) {
	accounts := make([]authorize.SignedIn, 0, 1)
	for line := range strings.SplitSeq(text, "\n") {
		handle, rest, _ := strings.Cut(line, "\t")
		group, user, ok := strings.Cut(rest, "\t")
		user, when, over := strings.Cut(user, "\t")
		a := authorize.SignedIn{Group: group, UserID: user}
		var err error
		if a.Handle, err = session.ParseHandle(handle); err == nil && over {
			a.Over, err = strconv.ParseInt(strings.TrimPrefix(when, "-"), 10, 64)
			a.Left = strings.HasPrefix(when, "-")
		}
		if err != nil || !ok || over && (a.Over <= 0 || when != since(a)) {
			return nil, errors.New("web: cookie holds no account")
		}
		accounts = append(accounts, a)
	}
	return accounts, nil
}
