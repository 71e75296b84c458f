package admin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/backchannel"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/minutes"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// Where we are on the admin listener: the operators' page is at Root, the API at Prefix.
const (
	Root   = "/admin/"
	Prefix = Root + "v1/"
)

// callTime bounds a call: ending everyone takes some seconds by its nature. It
// stays below the listener's time to write.
const callTime = 13 * time.Second

// Consents are what users allowed apps.
type Consents interface {
	// Consents returns all that the user allowed, by app.
	Consents(ctx context.Context, userID string) (map[string]oauth.Grants, error)
	// Forget takes back what the user allowed the app. Nothing is success.
	Forget(ctx context.Context, userID, clientID string) error
}

// Deliveries are the messages of back-channel logout that wait for apps.
type Deliveries interface {
	// Pending tells for which apps something waits, those that are due first, and
	// up to most of them.
	Pending(ctx context.Context, most int) ([]backchannel.Pending, error)
}

// Config is what an API works with. All of it is required.
type Config struct {
	Token      string // that callers show
	Sessions   *session.Manager
	Consents   Consents
	Deliveries Deliveries
	Metadata   Metadata
	Keys       *token.Keys
	Directory  func() *login.Directory // as it is now
	Clients    func() *client.Set      // likewise
	// Find returns an app of the configuration or one that registered itself, nil
	// for none. An error is an outage.
	Find    func(ctx context.Context, id string) (*client.Client, error)
	Keyring *seal.Keyring
	Log     *slog.Logger
	Audit   *audit.Log // optional
	// What the operators' page shows beside what the API tells.
	Issuer string
	Silent *minutes.Day // answers to prompt=none, by reason
}

// API is the handler. It is safe for concurrent use.
type API struct {
	Config
	token   [sha256.Size]byte // its hash
	cursors *seal.Box
	routes  []route
	desk    *desk
}

// New returns the API.
func New(c Config) *API {
	a := &API{Config: c, token: sha256.Sum256([]byte(c.Token)), cursors: c.Keyring.Box("admin cursor")}
	a.routes = a.list()
	a.desk = newDesk(a)
	return a
}

// route is one call. Its handler returns what is answered as JSON.
type route struct {
	method  string // HEAD comes with GET
	path    string // below Prefix
	name    string // in the log, and the operationId of openapi.yaml
	query   string // names of the parameters that it takes
	handler func(c *call) (any, error)
}

const page = "limit cursor"

func (a *API) list() []route {
	return []route{
		{"GET", "openapi.yaml", "description", "", a.describe},
		{"GET", "users", "listUsers", page, a.listUsers},
		{"GET", "users/{user}", "showUser", "", a.showUser},
		{"GET", "users/{user}/sessions", "listSessions", page, a.listSessions},
		{"DELETE", "users/{user}/sessions", "endUserSessions", "", a.endUser},
		{"GET", "users/{user}/consents", "listConsents", page, a.listConsents},
		{"DELETE", "users/{user}/consents/{client}", "revokeConsent", "", a.revokeConsent},
		{"GET", "users/{user}/metadata", "showMetadata", "", a.showMetadata},
		{"PATCH", "users/{user}/metadata", "changeMetadata", "", a.changeMetadata},
		{"DELETE", "users/{user}/metadata", "forgetMetadata", "", a.forgetMetadata},
		{"GET", "sessions/{session}", "showSession", "", a.showSession},
		{"DELETE", "sessions/{session}", "endSession", "", a.endSession},
		{"POST", "end-everyone", "endEveryone", "", a.endEveryone},
		{"GET", "clients", "listClients", page, a.listClients},
		{"GET", "clients/{client}", "showClient", "", a.showClient},
		{"DELETE", "clients/{client}/sessions", "endClientSessions", "", a.endClient},
		{"GET", "deliveries", "listDeliveries", "limit", a.listDeliveries},
		{"GET", "keys", "listKeys", "", a.listKeys},
		{"POST", "keys/rotate", "rotateKeys", "", a.rotateKeys},
		{"DELETE", "keys/{key}", "retireKey", "", a.retireKey},
	}
}

//go:embed openapi.yaml
var openapi []byte

func (a *API) describe(c *call) (any, error) {
	c.w.Header().Set("Content-Type", "application/yaml")
	_, err := c.w.Write(openapi)
	return nil, err
}

// ServeHTTP answers one call: who asks comes before what is asked.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			a.Log.Error("admin handler panicked", "panic", p, "stack", string(debug.Stack()))
			panic(http.ErrAbortHandler)
		}
	}()
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	switch {
	case !strings.HasPrefix(r.URL.EscapedPath(), Prefix):
		a.desk.ServeHTTP(w, r)
	case fromBrowser(r):
		a.fail(w, r, "", oauth.Errorf(oauth.AccessDenied, "Pages in browsers cannot call this API: use hush, curl, or a program of yours."))
	case !a.knows(r):
		h.Set("WWW-Authenticate", "Bearer")
		a.fail(w, r, "", oauth.Errorf(oauth.InvalidToken, "Send the token of admin.token in the header Authorization: Bearer, and nowhere else."))
	default:
		a.route(w, r)
	}
}

// route finds the call. No http.ServeMux does: it would redirect a path that is not
// clean, a DELETE too, and knows no id "/".
func (a *API) route(w http.ResponseWriter, r *http.Request) {
	parts, err := split(r.URL.EscapedPath())
	if err != nil {
		a.fail(w, r, "", err)
		return
	}
	var allowed []string
	for _, route := range a.routes {
		ids, fits := route.match(parts)
		if !fits {
			continue
		}
		if r.Method == route.method || r.Method == http.MethodHead && route.method == http.MethodGet {
			for name, id := range ids {
				r.SetPathValue(name, id)
			}
			a.serve(route, w, r)
			return
		}
		allowed = append(allowed, route.method)
	}
	if allowed == nil {
		a.fail(w, r, "", oauth.Errorf(errNotFound, "Nothing is served at this address: %sopenapi.yaml lists what is.", Prefix))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	a.fail(w, r, "", oauth.Errorf(errMethod, "This address takes %s.", strings.Join(allowed, ", ")))
}

// match tells whether parts of a path are those of the call, and which ids are in
// them.
func (r route) match(parts []string) (ids map[string]string, fits bool) {
	names := strings.Split(r.path, "/")
	if len(names) != len(parts) {
		return nil, false
	}
	ids = map[string]string{}
	for i, name := range names {
		if inner, isID := strings.CutPrefix(name, "{"); isID {
			ids[strings.TrimSuffix(inner, "}")] = parts[i]
		} else if name != parts[i] {
			return nil, false
		}
	}
	return ids, true
}

// fromBrowser: no page has business here, under whatever name it reaches this
// address. Every browser of today says where a request comes from, or that it is
// none (Fetch Metadata); those of before name the origin unless it is their own.
func fromBrowser(r *http.Request) bool {
	return r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Sec-Fetch-Mode") != ""
}

// knows tells whether the token was shown, once, in its header (RFC 6750 section
// 2.1): what stands in an address is kept in histories and logs.
func (a *API) knows(r *http.Request) bool {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return false
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	return a.isToken(token) && strings.EqualFold(scheme, "Bearer")
}

func (a *API) isToken(text string) bool {
	sum := sha256.Sum256([]byte(text))
	return subtle.ConstantTimeCompare(sum[:], a.token[:]) == 1
}

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
