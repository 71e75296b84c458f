package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/account"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// Paths of the pages about one's account, below the issuer.
const (
	accountPath      = "account"
	accountLoginPath = accountPath + "/login"
	placesPath       = accountPath + "/end"
	passwordPath     = accountPath + "/password"
	factorsPath      = accountPath + "/factors"
	factorsLoginPath = factorsPath + "/login"
)

// Parameters of those pages, each a mark of ours.
const (
	paramAs    = "as"    // the user whom a page is about, where a browser holds several
	paramAfter = "after" // where the list goes on
	paramTold  = "told"  // key of a notice
)

// errFramed refuses a page about an account that is not in a window of its own,
// where whoever framed it could place it under somebody's pointer.
var errFramed = oauth.Errorf(oauth.AccessDenied, "The pages about your account open in a window of their own, never in a frame of another page.")

// account shows where a person is signed in.
func (s *Server) account(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	return s.showAccount(w, r, params, "")
}

// showAccount shows the page to the visitor whom the address names, or asks which
// one. problem is the key of what was wrong with a form, "" for nothing.
func (s *Server) showAccount(w http.ResponseWriter, r *http.Request, params oauth.Params, problem string) error {
	v := s.visit(r)
	who, visitors, err := s.visitor(w, r, v, params)
	if err != nil || who == nil {
		return err
	}
	places, next, err := s.Account.Places(r.Context(), *who, params.Get(paramAfter))
	if err != nil {
		return silent.Unavailable(err)
	}
	e := s.edition(r)
	view := page.Account{
		Base: s.base, Action: s.base + placesPath, Parked: s.accountForm(r, v, *who), Account: authorize.AccountOf(who.User).Name,
		Notice: s.told(e, v, params, problem), Others: next != "",
	}
	if len(visitors) > 1 {
		view.Switch = s.base + accountPath
	}
	if s.Account.CanChange(*who) {
		view.Password = s.accountLink(passwordPath, *who, visitors)
	}
	if s.Account.HasFactors() {
		view.Factors = s.accountLink(factorsPath, *who, visitors)
	}
	if next != "" {
		view.More = s.accountLink(accountPath, *who, visitors, paramAfter, next)
	}
	for _, p := range places {
		view.Places = append(view.Places, placeView(e, p, who.Now))
		view.Others = view.Others || !p.Here
	}
	if v.formCookie != nil {
		http.SetCookie(w, v.formCookie)
	}
	status := http.StatusOK
	if problem != "" {
		status = http.StatusForbidden
	}
	return show(w, e, status, "'self'", view)
}

// visitor is the one whom a page is about. Where it is not clear who that is, a
// page that says so is written and there is none.
func (s *Server) visitor(w http.ResponseWriter, r *http.Request, v visit, params oauth.Params) (*account.Visitor, []account.Visitor, error) {
	if v.Embedded {
		return nil, nil, errFramed
	}
	visitors, err := s.Account.Visitors(r.Context(), authorize.Current(v.Accounts))
	if err != nil {
		return nil, nil, silent.Unavailable(err)
	}
	as := s.Account.Marked(paramAs, params.Get(paramAs))
	for i := range visitors {
		if len(visitors) == 1 || visitors[i].User.ID == as {
			s.noteVisitor(r, visitors[i])
			return &visitors[i], visitors, nil
		}
	}
	if len(visitors) == 0 {
		return nil, nil, s.nobody(w, r)
	}
	view := page.Accounts{Base: s.base}
	for _, one := range visitors {
		a := authorize.AccountOf(one.User)
		view.Accounts = append(view.Accounts, page.Known{Name: a.Name, Detail: a.Detail, Link: s.accountLink(accountPath, one, visitors)})
	}
	return nil, nil, show(w, s.edition(r), http.StatusOK, "'none'", view)
}

func (s *Server) noteVisitor(r *http.Request, who account.Visitor) {
	n := recordOf(r)
	n.user, n.sid = who.User.ID, who.Own[0].Session.SID
}

// nobody says how to get to the page that needs somebody.
func (s *Server) nobody(w http.ResponseWriter, r *http.Request) error {
	e, n := s.edition(r), recordOf(r)
	n.result, n.reason = oauth.LoginRequired, "nobody"
	return show(w, e, http.StatusUnauthorized, "'none'", page.Message{
		Base: s.base, Title: e.Text("account.nobody.title"), Text: e.Text("account.nobody.text"), SignIn: s.base + accountLoginPath + s.keptLocales(r),
	})
}

// accountForm is what the forms of these pages carry.
func (s *Server) accountForm(r *http.Request, v visit, who account.Visitor) page.Parked {
	return page.Parked{Request: s.Account.Form(who, v.Binding), Locales: s.asked(r)}
}

// accountLink is the address of a page about one of the visitors. pairs are
// further parameters.
func (s *Server) accountLink(path string, who account.Visitor, visitors []account.Visitor, pairs ...string) string {
	if len(visitors) > 1 {
		pairs = append(pairs, paramAs, s.Account.Mark(paramAs, who.User.ID))
	}
	return s.base + path + queryOf(pairs...)
}

// queryOf is the query of an address, from names and values.
func queryOf(pairs ...string) string {
	if len(pairs) == 0 {
		return ""
	}
	values := make(url.Values)
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return "?" + values.Encode()
}

// told is the notice that the address asks for, if it was made for this browser.
func (s *Server) told(e *page.Edition, v visit, params oauth.Params, problem string) string {
	switch key := s.Account.Marked(paramTold+v.Binding, params.Get(paramTold)); {
	case problem != "":
		return e.Text(problem)
	case v.Binding == "" || key == "":
		return ""
	default:
		return e.Text(key)
	}
}

// backToAccount leads to the page about an account, with a notice, so that a
// reload sends no form again.
func (s *Server) backToAccount(w http.ResponseWriter, r *http.Request, v visit, who account.Visitor, told string) error {
	pairs := []string{paramAs, s.Account.Mark(paramAs, who.User.ID)}
	if told != "" {
		pairs = append(pairs, paramTold, s.Account.Mark(paramTold+v.Binding, told))
	}
	if locales := s.asked(r); locales != "" {
		pairs = append(pairs, paramLocales, locales)
	}
	w.Header().Set("Location", s.url(accountPath)+queryOf(pairs...))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// endPlaces takes the wish to be signed out somewhere.
func (s *Server) endPlaces(w http.ResponseWriter, r *http.Request) error {
	params, v, who, err := s.accountAnswer(w, r)
	if err != nil || who == nil {
		return err
	}
	var ended account.Ended
	told := "account.told.one"
	if params.Get("end") == "others" {
		told = "account.told.others"
		ended, err = s.Account.EndOthers(r.Context(), *who)
	} else {
		ended, err = s.Account.End(r.Context(), *who, params.Get("end"))
	}
	switch {
	case errors.Is(err, account.ErrForm):
		return s.showAccount(w, r, oauth.Params{}, "account.form")
	case err != nil:
		return unsure(err)
	case ended.Here:
		return s.leaveAccount(w, r, v, ended.Sessions)
	}
	return s.backToAccount(w, r, v, *who, told)
}

// accountAnswer reads a form of these pages. Where it cannot count, the page is
// shown again and there is no visitor.
func (s *Server) accountAnswer(w http.ResponseWriter, r *http.Request) (oauth.Params, visit, *account.Visitor, error) {
	params, err := form(r)
	if err != nil {
		return params, visit{}, nil, err
	}
	v := s.visit(r)
	if v.Embedded {
		return params, v, nil, errFramed
	}
	who, err := s.Account.Open(r.Context(), params.Get("request"), v.Binding, authorize.Current(v.Accounts))
	if errors.Is(err, account.ErrForm) {
		recordOf(r).reason = "form"
		return params, v, nil, s.showAccount(w, r, oauth.Params{}, "account.form")
	}
	if err != nil {
		return params, v, nil, silent.Unavailable(err)
	}
	s.noteVisitor(r, who)
	return params, v, &who, nil
}

// leaveAccount shows that the person is signed out here. The cookie stays while
// it holds another account, and otherwise for as long as it can be told why its
// own opens nothing.
func (s *Server) leaveAccount(w http.ResponseWriter, r *http.Request, v visit, ended []session.Ended) error {
	left := slices.DeleteFunc(authorize.Current(v.Accounts), func(a authorize.SignedIn) bool {
		return slices.ContainsFunc(ended, func(e session.Ended) bool { return e.Key == a.Handle.Key })
	})
	if len(left) > 0 {
		s.cookies.state.write(w, left)
	} else if err := s.cookies.retire(w, r, v.Accounts); err != nil {
		return err
	}
	return s.depart(w, r, departure{ended: ended, left: len(left) > 0})
}

func placeView(e *page.Edition, p account.Place, now time.Time) page.Place {
	return page.Place{
		Name: deviceText(e, p.Device), Here: p.Here, Apps: p.Names, End: p.Token,
		When: e.Text("account.when", "since", ago(e, now.Sub(p.Created)), "used", ago(e, now.Sub(p.LastUse))),
	}
}

// ago says in words how long something is past. It needs no clock and no time
// zone of the person's.
func ago(e *page.Edition, d time.Duration) string {
	count := func(n time.Duration, one, more string) string {
		if n == 1 {
			return e.Text(one)
		}
		return e.Text(more, "count", strconv.Itoa(int(n)))
	}
	switch {
	case d < time.Minute:
		return e.Text("ago.now")
	case d < time.Hour:
		return count(d/time.Minute, "ago.minute", "ago.minutes")
	case d < 24*time.Hour:
		return count(d/time.Hour, "ago.hour", "ago.hours")
	}
	return count(d/(24*time.Hour), "ago.day", "ago.days")
}
