package web

import (
	"net/http"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// Codes of plain HTTP errors, beside those of OAuth.
const (
	errNotFound = "not_found"
	errMethod   = "method_not_allowed"
	errTooMany  = "too_many_requests"
)

func (s *Server) notFound(http.ResponseWriter, *http.Request) error {
	return oauth.Errorf(errNotFound, "Nothing is served at this address.")
}

// static serves the pages' own files, which bring their own headers.
func (s *Server) static(files http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recordOf(r).endpoint = "static"
		files.ServeHTTP(w, r)
	})
}

// wrongMethod answers a path that exists for other methods only.
func (s *Server) wrongMethod(allowed string) handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Allow", allowed)
		return oauth.Errorf(errMethod, "This address takes %s only.", allowed)
	}
}

// home says what this is to someone who opens the issuer in a browser.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	e := s.edition(r)
	return show(w, e, http.StatusOK, "'none'", page.Message{Base: s.base, Title: e.Text("home.title"), Text: e.Text("home.text"), Account: true})
}

func (s *Server) favicon(w http.ResponseWriter, r *http.Request) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// reason explains one refusal to a developer: the page behind error_uri.
func (s *Server) reason(w http.ResponseWriter, r *http.Request) error {
	e := silent.Explain(silent.Reason(r.PathValue("reason")))
	if e.Reason == "" {
		return oauth.Errorf(errNotFound, "There is no such reason.")
	}
	return show(w, s.Brand.ForDevelopers(), http.StatusOK, "'none'", s.reasonView(e))
}

func (s *Server) reasonIndex(w http.ResponseWriter, _ *http.Request) error {
	view := page.ReasonIndex{Base: s.base}
	for _, e := range silent.Explanations() {
		view.Reasons = append(view.Reasons, s.reasonView(e))
	}
	return show(w, s.Brand.ForDevelopers(), http.StatusOK, "'none'", view)
}

func (s *Server) reasonView(e silent.Explanation) page.Reason {
	return page.Reason{
		Base: s.base, Code: string(e.Reason), OAuthError: e.Error,
		Title: e.Title, Meaning: e.Meaning, Todo: e.Todo,
	}
}
