package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
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
	body := map[string]string{"error": e.Code, "error_description": e.Description}
	if e.Reason != "" {
		body["error_uri"] = s.url("errors/" + e.Reason)
	}
	writeJSON(w, statusOf(e), body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) // the client is gone if this fails
}

func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, err error) {
	e := public(err)
	n := recordOf(r)
	n.failed(e)
	status := statusOf(e)
	view := page.Error{
		Base: s.base, Status: status, Message: e.Description, Code: e.Code, Reason: e.Reason, RequestID: n.id,
		Title: "This sign-in cannot go on",
		Todo:  "Go back to the app and try again. If it happens again, tell whoever runs the app what is written here.",
	}
	if n.endpoint == "logout" {
		view.Title = "This sign-out cannot go on"
	}
	switch status {
	case http.StatusNotFound:
		view.Title, view.Todo = "There is no such page", "Check the address, or go back to the app that sent you here."
	case http.StatusInternalServerError, http.StatusServiceUnavailable:
		view.Title, view.Todo = "That did not work", "Try again in a few seconds."
	}
	p := oauth.ParseParams(r.URL.RawQuery)
	for _, name := range []string{"client_id", "redirect_uri"} {
		if p.Get(name) != "" {
			view.Details = append(view.Details, page.Detail{Name: name, Value: shorten(p.Get(name))})
		}
	}
	if err := show(w, status, "'none'", view); err != nil {
		s.Log.Error("the error page cannot be rendered", "request", n.id, "cause", err)
		http.Error(w, e.Description, status)
	}
}

// show sends a page, rendered first: one that fails becomes an error page.
func show(w http.ResponseWriter, status int, formAction string, view interface{ Render(io.Writer) error }) error {
	var b bytes.Buffer
	if err := view.Render(&b); err != nil {
		return err
	}
	pageHeaders(w.Header(), formAction)
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
