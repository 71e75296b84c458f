package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/account"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/page"
)

// errFixed refuses to change a password that is kept elsewhere.
var errFixed = oauth.Errorf(oauth.AccessDenied, "The password of this account cannot be changed here. Ask whoever runs this service.")

// passwordForm shows the form that changes a password.
func (s *Server) passwordForm(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	v := s.visit(r)
	who, visitors, err := s.visitor(w, r, v, params)
	if err != nil || who == nil {
		return err
	}
	if !s.Account.CanChange(*who) {
		return errFixed
	}
	return s.askPassword(w, r, v, *who, visitors, badPassword{status: http.StatusOK})
}

// changePassword takes that form.
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request) error {
	params, v, who, err := s.accountAnswer(w, r)
	if err != nil || who == nil {
		return err
	}
	v.Device = device(r.UserAgent())
	done, err := s.Account.ChangePassword(r.Context(), *who, account.Change{
		Current: params.Get("current"), Next: params.Get("next"), Again: params.Get("again"), Browser: v.Browser,
	})
	// Whatever became of it: the browser's old secrets are good for seconds only.
	if err := s.goOnWith(w, r, v, done.Accounts); err != nil {
		return err
	}
	n := recordOf(r)
	switch {
	case err == nil:
		s.cookies.keepForm(w, r)
		n.result, n.cause = "password_changed", done.Cause
		return s.backToAccount(w, r, v, *who, "account.told.password")
	case errors.Is(err, account.ErrFixed):
		return errFixed
	case errors.Is(err, account.ErrForm): // sent twice: the first one counts
		return s.backToAccount(w, r, v, *who, "")
	case errors.Is(err, account.ErrOver), errors.Is(err, login.ErrDisabled):
		return s.nobody(w, r)
	}
	bad := passwordProblem(err)
	n.result, n.reason, n.outage = "asked", bad.reason, bad.reason == "store"
	if bad.status >= http.StatusInternalServerError {
		n.cause = err
	}
	return s.askPassword(w, r, v, *who, nil, bad)
}

// goOnWith gives the browser the new secrets of accounts that it holds.
func (s *Server) goOnWith(w http.ResponseWriter, r *http.Request, v visit, changed []authorize.SignedIn) error {
	if len(changed) == 0 {
		return nil
	}
	held := slices.Clone(v.Accounts)
	for _, a := range changed {
		at := slices.IndexFunc(held, func(b authorize.SignedIn) bool { return sameAccount(a, b) })
		if at >= 0 {
			held[at] = a
		}
	}
	return s.cookies.hold(w, r, held, s.Authorize.KeepFor(held))
}

// badPassword is what became of a form that did not change a password.
type badPassword struct {
	status int
	reason string // in log and metric
	text   string // key
	field  string // that is in error
	wait   int    // seconds until an attempt counts again
}

var badPasswords = []struct {
	err error
	is  badPassword
}{
	{login.ErrCredentials, badPassword{http.StatusUnauthorized, "credentials", "password.credentials", "current", 0}},
	{account.ErrDiffer, badPassword{http.StatusUnprocessableEntity, "differ", "password.differ", "again", 0}},
	{account.ErrSame, badPassword{http.StatusUnprocessableEntity, "same", "password.same", "next", 0}},
	{login.ErrShort, badPassword{http.StatusUnprocessableEntity, "short", "password.short", "next", 0}},
	{login.ErrLong, badPassword{http.StatusUnprocessableEntity, "long", "password.long", "next", 0}},
	{login.ErrGuessable, badPassword{http.StatusUnprocessableEntity, "guessable", "password.guessable", "next", 0}},
	{account.ErrNotRecent, badPassword{http.StatusForbidden, "not_recent", "factors.recent", "", 0}},
	{login.ErrMoved, badPassword{http.StatusConflict, "moved", "password.moved", "", 0}},
	{login.ErrBusy, badPassword{http.StatusServiceUnavailable, "busy", "password.store", "", 0}},
}

// passwordProblem says what is wrong. What is none of these is trouble with the
// store or with the file.
func passwordProblem(err error) badPassword {
	if throttled := (*login.ThrottledError)(nil); errors.As(err, &throttled) {
		return badPassword{status: http.StatusTooManyRequests, reason: "throttled", wait: seconds(throttled.Wait)}
	}
	for _, known := range badPasswords {
		if errors.Is(err, known.err) {
			return known.is
		}
	}
	return badPassword{status: http.StatusServiceUnavailable, reason: "store", text: "password.store"}
}

// askPassword shows the form, again where something was wrong.
func (s *Server) askPassword(w http.ResponseWriter, r *http.Request, v visit, who account.Visitor, visitors []account.Visitor, bad badPassword) error {
	e := s.edition(r)
	view := page.Password{
		Base: s.base, Action: s.base + passwordPath, Parked: s.accountForm(r, v, who),
		Account: authorize.AccountOf(who.User).Name, Username: who.User.Username, Wrong: bad.field,
		Back: s.accountLink(accountPath, who, visitors),
	}
	if bad.reason == "not_recent" {
		view.Confirm = s.confirmLink(who)
	}
	switch {
	case bad.wait > 0:
		w.Header().Set("Retry-After", strconv.Itoa(bad.wait))
		view.Error = throttledText(bad.wait, e)
	case bad.text != "":
		view.Error = e.Text(bad.text)
	}
	if v.formCookie != nil {
		http.SetCookie(w, v.formCookie)
	}
	return show(w, e, bad.status, "'self'", view)
}
