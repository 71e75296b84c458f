package web

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/hush-sso/hush/internal/admission"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

// Lanes are what requests queue in. One that is full leaves the others as they are.
type Lanes struct {
	Renewals, SignIns, SignOuts, Redemptions, APIs, Rest *admission.Lane
}

// NewLanes returns lanes for this machine.
func NewLanes() *Lanes {
	cores := runtime.GOMAXPROCS(0)
	usual := admission.Bounds{Least: 16 * cores, First: 64 * cores, Most: 512 * cores, Waiting: 4096, Present: 8192}
	// Fixed, and above what the bound of password hashes itself lets wait, which
	// tells people more.
	people := admission.Bounds{Least: 64 * cores, First: 64 * cores, Most: 64 * cores, Waiting: 256, Present: 1024}
	return &Lanes{
		Renewals: admission.NewLane("renewal", usual), SignIns: admission.NewLane("sign_in", people),
		SignOuts: admission.NewLane("sign_out", usual), Redemptions: admission.NewLane("token", usual),
		APIs: admission.NewLane("api", usual), Rest: admission.NewLane("rest", usual),
	}
}

// of returns the lane of a route, by its name. userinfo and introspect are called as
// often as apps like, so they are not in that of redemption.
func (l *Lanes) of(name string) *admission.Lane {
	switch name {
	case "authorize", "consent", "continue", "land", "hop", "check_session", "silent_check", "plant",
		"fedcm_accounts", "fedcm_metadata", "fedcm_assertion", "fedcm_disconnect":
		return l.Renewals
	case "login", "password":
		return l.SignIns
	case "logout", "revoke", "account_end":
		return l.SignOuts
	case "token":
		return l.Redemptions
	case "userinfo", "introspect", "par":
		return l.APIs
	}
	return l.Rest
}

func (s *Server) laneOf(r *http.Request) *admission.Lane {
	if l := s.lanes[r.URL.Path]; l != nil {
		return l
	}
	return s.Lanes.Rest
}

// shed tells whether the request was refused for want of room.
func (n *record) shed() bool { return n.reason == string(silent.Overloaded) }

// retryAfter is what who was refused for want of room is told to wait, in seconds.
const retryAfter = 2

// retryLater says when it may be tried again, where room was all that was missing.
func retryLater(h http.Header, e *oauth.Error) {
	if e.Reason == string(silent.Overloaded) {
		h.Set("Retry-After", strconv.Itoa(retryAfter))
	}
}

// turnAway answers without looking at the request. A line for each would cost what it
// is there to save.
func (s *Server) turnAway(w http.ResponseWriter, l *admission.Lane) {
	s.Metrics.shedOne(l, admission.Unread)
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(retryAfter))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	now, last := time.Now().Unix(), s.unread.Load()
	if now != last && s.unread.CompareAndSwap(last, now) {
		s.Log.Warn("requests are turned away unread: there are too many", "lane", l.Name)
	}
}
