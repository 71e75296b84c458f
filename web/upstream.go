package web

import (
	"context"
	"net/http"
	"time"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/logout"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/web/page"
)

// upstreamTime bounds a request for which another provider is asked: discovery, the
// token endpoint, its keys and userinfo, of which each call has 5 s.
const upstreamTime = 12 * time.Second

// patient gives a handler the time to ask another provider, or a directory.
func patient(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), upstreamTime)
		defer cancel()
		return h(w, r.WithContext(ctx))
	}
}

// arrive takes the answer of another provider (OpenID Connect Core 1.0 section 3.1.2.5),
// in the browser's own window.
func (s *Server) arrive(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	if name := params.Repeated(func(string) bool { return true }); name != "" {
		return oauth.Errorf(oauth.InvalidRequest, "%s must not be repeated.", shorten(name))
	}
	v := s.visit(r)
	if v.Embedded || r.Header.Get("Sec-Purpose") != "" {
		return errNoWindow
	}
	v.Device = device(r.UserAgent())
	return s.write(w, r, v, s.Authorize.Arrive(r.Context(), authorize.Return{
		State: params.Get("state"), Connection: r.PathValue("connection"),
		Answer: upstream.Answer{
			Code: params.Get("code"), Issuer: params.Get("iss"), Error: params.Get("error"), ErrorText: params.Get("error_description"),
		},
	}, v.Browser))
}

// paramFederated asks for the sign-out at the other provider too. In an address it needs
// no value, as at Auth0.
const paramFederated = "federated"

// departBy is depart by way of another provider, where the user is to be signed out
// there too; nil for nowhere. Here they are signed out already, so one that is away
// keeps nobody.
func (s *Server) departBy(w http.ResponseWriter, r *http.Request, d departure, q logout.Request, at *authorize.There) error {
	if at == nil || d.notice != "" {
		return s.depart(w, r, d)
	}
	return patient(func(w http.ResponseWriter, r *http.Request) error {
		to, err := at.EndSession(r.Context(), s.url(authorize.SignedOutPath), s.Logout.Park(q, ""))
		if err != nil {
			recordOf(r).cause = err
		}
		if to != "" {
			d.to = to
		}
		return s.depart(w, r, d)
	})(w, r)
}

// signedOutThere goes on to the app once the other provider is done. What it does not
// bring back as we sent it leads nowhere.
func (s *Server) signedOutThere(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	q, err := s.Logout.Open(params.Get("state"))
	if err != nil {
		return s.signedOut(w, r, departure{})
	}
	recordOf(r).client = q.ClientID
	return s.leave(w, r, q, nil, nil)
}

// connections are the buttons of the sign-in page.
func connections(ask *authorize.Ask) []page.Connection {
	var list []page.Connection
	for _, c := range ask.Upstreams {
		if !c.Hidden {
			list = append(list, page.Connection{Name: c.Name, Title: c.Title})
		}
	}
	return list
}

// hear takes a logout token of another provider (OpenID Connect Back-Channel Logout 1.0
// section 2.5). What it answers says nothing of who was signed in.
func (s *Server) hear(w http.ResponseWriter, r *http.Request) error {
	params, err := form(r)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	if params.Count("logout_token") != 1 {
		return oauth.Errorf(oauth.InvalidRequest, "logout_token is missing, or repeated.")
	}
	return patient(func(w http.ResponseWriter, r *http.Request) error {
		if err := s.Authorize.Hear(r.Context(), params.Get("logout_token")); err != nil {
			return err
		}
		w.WriteHeader(http.StatusOK)
		return nil
	})(w, r)
}
