package admin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/backchannel"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/factor"
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

// Config is what an API works with. Fields are required unless they say so.
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
	Find func(ctx context.Context, id string) (*client.Client, error)
	// UserOf returns the user of a session by id and credential, and whether they are
	// known: to the directory, or by what another provider said.
	UserOf func(id, credential string) (login.User, bool)
	// Through is the connection by which somebody of this id signs in who has no place in
	// the directory; "" for nobody.
	Through func(id string) string
	Keyring *seal.Keyring
	Log     *slog.Logger
	Audit   *audit.Log // optional
	// What the operators' page shows beside what the API tells.
	Issuer string
	Silent *minutes.Day // answers to prompt=none, by reason
	// SilentOf are those of each app. Apps that registered themselves have Registered together.
	SilentOf *minutes.Days
	// Factors are the users' second factors. Optional; default: there are none.
	Factors *factor.Keeper
}

// Registered is the name that all apps that registered themselves have where apps are
// counted.
const Registered = "registered"

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
