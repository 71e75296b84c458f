package web

import (
	"cmp"
	"net/http"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/oauth"
)

// authorize is the authorization endpoint, by GET and by POST (OpenID Connect
// Core 1.0 section 3.1.2.1).
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) error {
	params, err := parameters(r)
	if err != nil {
		return err
	}
	v := s.visit(r)
	return s.write(w, r, v, s.Authorize.Begin(r.Context(), params, v.Browser))
}

// parameters are those of an authorization request.
func parameters(r *http.Request) (oauth.Params, error) {
	if r.Method == http.MethodPost {
		return body(r)
	}
	return oauth.ParseParams(r.URL.RawQuery), nil
}

// resume goes on with a request that was parked in the address; account=other
// is the way out for someone who is not who is signed in.
func (s *Server) resume(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	if params.Get("request") == "" {
		return oauth.Errorf(oauth.InvalidRequest, "This page belongs to a sign-in that an app begins. Go to the app and sign in from there.")
	}
	v := s.visit(r)
	if params.Get("account") == authorize.Other {
		return s.write(w, r, v, s.Authorize.Choose(r.Context(), params.Get("request"), authorize.Other, v.Browser))
	}
	return s.write(w, r, v, s.Authorize.Resume(r.Context(), params.Get("request"), v.Browser))
}

// login takes the sign-in form, and the choice of an account.
func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	params, err := form(r)
	if err != nil {
		return err
	}
	v := s.visit(r)
	var out authorize.Outcome
	if answer := params.Get("passkey"); answer != "" {
		v.Device = device(r.UserAgent())
		out = s.Authorize.SignInPasskey(r.Context(), params.Get("request"), authorize.PasskeyAttempt{Answer: answer, Remember: params.Get("remember") != ""}, v.Browser)
	} else if choice := params.Get("account"); choice != "" {
		out = s.Authorize.Choose(r.Context(), params.Get("request"), choice, v.Browser)
	} else if name := cmp.Or(params.Get("connection"), s.Authorize.ConnectionFor(params.Get("username"))); name != "" {
		return patient(func(w http.ResponseWriter, r *http.Request) error {
			return s.write(w, r, v, s.Authorize.Depart(r.Context(), params.Get("request"), authorize.Departure{
				Connection: name, Login: params.Get("username"), Remember: params.Get("remember") != "", Locales: params.Get(paramLocales),
			}, v.Browser))
		})(w, r)
	} else if s.Authorize.AsksDirectories() {
		return patient(func(w http.ResponseWriter, r *http.Request) error { return s.signIn(w, r, params, v) })(w, r)
	} else {
		return s.signIn(w, r, params, v)
	}
	return s.write(w, r, v, out)
}

// signIn looks at a password.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, params oauth.Params, v visit) error {
	v.Device = device(r.UserAgent())
	return s.write(w, r, v, s.Authorize.SignIn(r.Context(), params.Get("request"), authorize.Attempt{
		Username: params.Get("username"), Password: params.Get("password"), Remember: params.Get("remember") != "",
	}, v.Browser))
}

// consent takes the answer to the consent page.
func (s *Server) consent(w http.ResponseWriter, r *http.Request) error {
	params, err := form(r)
	if err != nil {
		return err
	}
	action := params.Get("action")
	if action != "allow" && action != "deny" {
		return oauth.Errorf(oauth.InvalidRequest, "The consent form must be sent with action=allow or action=deny.")
	}
	v := s.visit(r)
	return s.write(w, r, v, s.Authorize.Consent(r.Context(), params.Get("request"), action == "allow", v.Browser))
}

// write turns an outcome into a response.
func (s *Server) write(w http.ResponseWriter, r *http.Request, v visit, out authorize.Outcome) error {
	recordOf(r).outcome(out)
	if out.SignedIn {
		s.Metrics.signIns.Inc()
		s.cookies.keepForm(w, r)
	}
	if out.Holds != nil {
		if err := s.cookies.hold(w, r, out.Holds, out.KeepFor); err != nil {
			return err
		}
	} else {
		s.cookies.state.keep(w, r, v.Browser, out.Browser)
	}
	switch {
	case out.Fault != nil:
		return out.Fault
	case out.Own != "":
		return s.goOnAtOwn(w, r, out.Own)
	case out.Answer != nil:
		return s.writeAnswer(w, r, out.Answer)
	case out.Away != "":
		away(w, v, out.Away)
		return nil
	case out.Hop != nil:
		return s.hop(w, r, v, out.Hop)
	default:
		return s.ask(w, r, v, out)
	}
}
