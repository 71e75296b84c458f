package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// Errors become responses here and nowhere else: the public face is sent, the
// cause goes to the log.

// person serves a page of a person's browser; its errors are pages.
func (s *Server) person(endpoint string, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recordOf(r).endpoint = endpoint
		s.secure(w.Header())
		if err := h(w, r); err != nil {
			s.errorPage(w, r, err)
		}
	})
}

// machine serves an app or an API; its errors are JSON (RFC 6749 section 5.2).
func (s *Server) machine(endpoint string, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recordOf(r).endpoint = endpoint
		s.secure(w.Header())
		s.allowOrigin(w, r)
		if err := h(w, r); err != nil {
			s.errorJSON(w, r, err)
		}
	})
}

// public returns the face of an error. What is not an oauth.Error is trouble
// of ours and shows nothing of itself.
func public(err error) *oauth.Error {
	var e *oauth.Error
	if errors.As(err, &e) {
		return e
	}
	return &oauth.Error{Code: oauth.ServerError, Description: "Something went wrong on our side.", Cause: err}
}

var statuses = map[string]int{
	oauth.InvalidClient:          http.StatusUnauthorized,
	oauth.InvalidToken:           http.StatusUnauthorized,
	oauth.InsufficientScope:      http.StatusForbidden,
	oauth.AccessDenied:           http.StatusForbidden,
	oauth.ServerError:            http.StatusInternalServerError,
	oauth.TemporarilyUnavailable: http.StatusServiceUnavailable,
	errNotFound:                  http.StatusNotFound,
	errMethod:                    http.StatusMethodNotAllowed,
	errTooMany:                   http.StatusTooManyRequests,
}

func statusOf(e *oauth.Error) int {
	if status, ok := statuses[e.Code]; ok {
		return status
	}
	return http.StatusBadRequest
}

func (s *Server) errorJSON(w http.ResponseWriter, r *http.Request, err error) {
	e := public(err)
	recordOf(r).failed(e)
	if e.Code == oauth.UseDPoPNonce {
		s.offerNonce(w)
	}
	body := map[string]string{"error": e.Code, "error_description": e.Description}
	if e.Reason != "" {
		body["error_uri"] = s.url("errors/" + e.Reason)
	}
	status := statusOf(e)
	if isProofError(e) && recordOf(r).endpoint == "userinfo" {
		status = http.StatusUnauthorized
	}
	writeJSON(w, status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) // the client is gone if this fails
}

// errorPage tells a person in their words, and below that the developer in those
// of the protocol.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, err error) {
	problem := public(err)
	n := recordOf(r)
	n.failed(problem)
	status, e := statusOf(problem), s.edition(r)
	group := "error." + errorText(err, n.endpoint, status)
	view := page.Error{
		Base: s.base, Title: e.Text(group + ".title"), Message: e.Text(group + ".text"), Todo: e.Text(group + ".todo"),
		Open:   strings.HasPrefix(s.origin, "http:"), // on localhost the person is the developer
		Status: status, Code: problem.Code, Description: problem.Description, Reason: problem.Reason, RequestID: n.id,
	}
	if problem.Reason == string(silent.RuleDenied) {
		view.Message = problem.Description // in the words of the rule, which are for the person
	}
	p := oauth.ParseParams(r.URL.RawQuery)
	for _, name := range []string{"client_id", "redirect_uri"} {
		if p.Get(name) != "" {
			view.Details = append(view.Details, page.Detail{Name: name, Value: shorten(p.Get(name))})
		}
	}
	if err := show(w, e, status, "'none'", view); err != nil {
		s.Log.Error("the error page cannot be rendered", "request", n.id, "cause", err)
		http.Error(w, problem.Description, status)
	}
}

// ruled tells whether rules refuse the person, who signs in for a page of ours: an app
// would have been told.
func ruled(problem *oauth.Error) bool {
	return problem.Reason == string(silent.RuleDenied) || problem.Reason == string(silent.RuleFactor)
}

// errorText names the texts that tell an error to a person, error.<name>.* of
// the catalogue.
func errorText(err error, endpoint string, status int) string {
	switch {
	case errors.Is(err, errFixed):
		return "fixed"
	case ruled(public(err)):
		return "refused"
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return "lost"
	case (endpoint == "logout" || endpoint == "account_end") && status >= http.StatusInternalServerError:
		return "unsure"
	case status == http.StatusServiceUnavailable:
		return "away"
	case status >= http.StatusInternalServerError:
		return "trouble"
	case endpoint == "logout":
		return "signout"
	case endpoint == "account", endpoint == "account_end", endpoint == "password":
		return "account"
	case endpoint == "login", endpoint == "consent", endpoint == "continue", endpoint == "callback":
		return "form"
	}
	return "signin"
}

// show sends a page, rendered first: one that fails becomes an error page. What a
// page needs of the browser beyond others stands in directives of its policy.
func show(w http.ResponseWriter, e *page.Edition, status int, formAction string, view page.View, directives ...string) error {
	var b bytes.Buffer
	if err := e.Render(&b, view); err != nil {
		return err
	}
	pageHeaders(w.Header(), formAction, directives...)
	speak(w.Header(), e)
	w.WriteHeader(status)
	w.Write(b.Bytes()) // the browser is gone if this fails
	return nil
}

// shorten keeps what is repeated back to the size of a line or two.
func shorten(value string) string {
	const most = 300
	if len(value) <= most {
		return value
	}
	return strings.ToValidUTF8(value[:most], "") + "…"
}
