package demo

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Paths at which an app is told that a session ended: by a POST of the provider,
// or in a hidden frame of its sign-out page. ToldPath is for the app's own page.
const (
	BackchannelPath  = "/backchannel-logout"
	FrontchannelPath = "/frontchannel-logout"
	ToldPath         = "/told"
)

// mostTold is how many sessions an app remembers as ended.
const mostTold = 100

// ended is a session that the app was told of.
type ended struct {
	SID     string        `json:"sid"`
	Subject string        `json:"sub,omitempty"`
	How     string        `json:"how"` // back-channel or front-channel
	At      time.Time     `json:"at"`
	Claims  jwt.MapClaims `json:"claims,omitempty"` // of the logout token
	jti     string
}

// ears hears which sessions ended, for one app. Its methods are safe for concurrent
// use.
type ears struct {
	*verifier
	clientID string

	mu   sync.Mutex
	list []ended // the latest last
}

func newEars(c Config, a app) *ears { return &ears{verifier: newVerifier(c), clientID: a.ClientID} }

// backchannel takes a logout token (OpenID Connect Back-Channel Logout 1.0 section
// 2.5 to 2.8).
func (e *ears) backchannel(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxToken)
	claims, refused := e.logoutToken(r)
	if refused != nil {
		status := http.StatusBadRequest
		if refused.status == http.StatusServiceUnavailable {
			status = refused.status
		}
		writeJSON(w, status, map[string]string{"error": "invalid_request", "error_description": refused.description})
		return
	}
	text := func(name string) string { s, _ := claims[name].(string); return s }
	if !e.note(ended{SID: text("sid"), Subject: text("sub"), How: "back-channel", At: time.Now(), Claims: claims, jti: text("jti")}) {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": "This token was sent before."})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}

// logoutToken verifies what was sent (section 2.6). Its typ keeps an ID token from
// being taken for one, which a stolen one would otherwise be.
func (e *ears) logoutToken(r *http.Request) (jwt.MapClaims, *refusal) {
	raw := r.PostFormValue("logout_token")
	parts := strings.Split(raw, ".")
	header, err := decodePart(parts[0])
	if err != nil || len(parts) != 3 {
		return nil, invalid("jwt", "logout_token is not a JWT.")
	}
	if typ, _ := header["typ"].(string); !strings.EqualFold(typ, "logout+jwt") || header["crit"] != nil {
		return nil, invalid("typ", "logout_token is not a logout token: its typ must be logout+jwt.")
	}
	if _, err := decodePart(parts[1]); err != nil {
		return nil, invalid("jwt", "logout_token holds a name twice.")
	}
	claims, refused := e.signed(r.Context(), raw)
	if refused != nil {
		return nil, refused
	}
	return claims, e.says(claims)
}

// says judges the claims of a token that is the provider's.
func (e *ears) says(claims jwt.MapClaims) *refusal {
	events, _ := claims["events"].(map[string]any)
	event, _ := events["http://schemas.openid.net/event/backchannel-logout"].(map[string]any)
	sid, _ := claims["sid"].(string)
	jti, _ := claims["jti"].(string)
	switch {
	case claims["iss"] != e.issuer:
		return invalid("issuer", "The token was not issued by %s.", e.issuer)
	case !hasAudience(claims["aud"], e.clientID):
		return invalid("audience", "The token is for another app.")
	case e.expiry.Validate(claims) != nil || claims["iat"] == nil:
		return invalid("expiry", "The token has expired, or does not say when.")
	case event == nil || claims["nonce"] != nil:
		return invalid("events", "The token is about something else.")
	case sid == "" || jti == "":
		return invalid("sid", "The token names no session, or itself not.")
	}
	return nil
}

// note remembers a session as ended. A token that was noted before is not good
// again.
func (e *ears) note(told ended) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if told.jti != "" && slices.ContainsFunc(e.list, func(one ended) bool { return one.jti == told.jti }) {
		return false
	}
	e.list = append(e.list, told)
	e.list = e.list[max(0, len(e.list)-mostTold):]
	return true
}

// frontchannel is the page that the provider frames (OpenID Connect Front-Channel
// Logout 1.0 section 2). iss and sid tell an app whose session it is; anybody can
// frame it, so all that it does is to end that session here.
func (e *ears) frontchannel(w http.ResponseWriter, r *http.Request) {
	if q := r.URL.Query(); q.Get("iss") == e.issuer && q.Get("sid") != "" {
		e.note(ended{SID: q.Get("sid"), How: "front-channel", At: time.Now()})
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "+origin(e.issuer))
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("<!DOCTYPE html><title>Signed out</title>\n"))
}

// told tells the app's page how the session with a sid ended, null where it was not
// told of it.
func (e *ears) told(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var found *ended
	for i := range e.list {
		if e.list[i].SID == r.URL.Query().Get("sid") {
			found = &e.list[i]
			break
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(found)
}
