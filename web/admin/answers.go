package admin

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"

	"github.com/hush-sso/hush/internal/oauth"
)

// Codes of errors that OAuth has no word for.
const (
	errNotFound = "not_found"
	errMethod   = "method_not_allowed"
)

var statuses = map[string]int{
	oauth.InvalidRequest:         http.StatusBadRequest,
	oauth.InvalidToken:           http.StatusUnauthorized,
	oauth.AccessDenied:           http.StatusForbidden,
	errNotFound:                  http.StatusNotFound,
	errMethod:                    http.StatusMethodNotAllowed,
	oauth.TemporarilyUnavailable: http.StatusServiceUnavailable,
}

func (a *API) serve(route route, w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), callTime)
	defer cancel()
	c := &call{w: w, r: r.WithContext(from(ctx, r, route.name))}
	err := c.read(route.query)
	var answer any
	if err == nil {
		answer, err = a.perform(route, c)
	}
	if err != nil {
		a.fail(w, r, route.name, err, c.audit...)
		return
	}
	if answer != nil {
		write(w, http.StatusOK, answer)
	}
}

// perform does what a call asks for, and notes it unless it fails.
func (a *API) perform(route route, c *call) (any, error) {
	if err := a.shut(route.method); err != nil {
		return nil, err
	}
	answer, err := route.handler(c)
	if err == nil {
		a.note(c.r, slog.LevelInfo, route.name, http.StatusOK, c.audit)
	}
	return answer, err
}

// fail answers with an error.
func (a *API) fail(w http.ResponseWriter, r *http.Request, name string, err error, more ...slog.Attr) {
	refused := a.refuse(r, name, err, more)
	write(w, statuses[refused.Code], map[string]string{"error": refused.Code, "error_description": refused.Description})
}

// refuse notes an error, and returns what the caller is told. What is not an oauth.Error
// is trouble with the store, which shows nothing of itself.
func (a *API) refuse(r *http.Request, name string, err error, more []slog.Attr) *oauth.Error {
	refused := (*oauth.Error)(nil)
	if !errors.As(err, &refused) {
		refused = &oauth.Error{Code: oauth.TemporarilyUnavailable, Cause: err,
			Description: "The session store did not answer in time. What was to be ended may be ended in part: call again, which does no harm."}
	}
	level := slog.LevelWarn
	if refused.Cause != nil {
		level, more = slog.LevelError, append(more, slog.String("cause", refused.Cause.Error()))
	}
	a.note(r, level, name, statuses[refused.Code], append(more, slog.String("result", refused.Code)))
	return refused
}

// note writes the audit line. A path is not in it: only what was found is named.
func (a *API) note(r *http.Request, level slog.Level, name string, status int, more []slog.Attr) {
	attrs := []slog.Attr{slog.String("method", r.Method), slog.Int("status", status)}
	if name != "" {
		attrs = append(attrs, slog.String("call", name))
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		attrs = append(attrs, slog.String("address", host))
	}
	a.Log.LogAttrs(r.Context(), level, "admin", append(attrs, more...)...)
	a.audit(r, name, more)
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) // the caller is gone if this fails
}
