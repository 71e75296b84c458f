package authorize

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/seal"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
)

// Hops is the way of a browser's window between the hosts of one provider. People
// are asked at one host only, the issuer's. From another one a request goes there
// sealed, and comes back with a ticket:
//
//	target  /authorize     there is no session that will do: Hop
//	issuer  /silent/hop    decides as for a request of its own, asks if it must
//	target  /silent/land   takes the ticket, makes the session its own: Land
//
// Both are sealed, so that no other address can be gone to, and bound to the form
// cookie of the target: whoever else is sent there is nobody's but their own.
type Hops struct {
	issuer   string // URL of the issuer's host, ends in a slash
	targets  map[string]Target
	requests *seal.Box
	tickets  *seal.Box
	rulings  *seal.Box // of what rules said at one host and counts at the other
}

// Target is a host from which requests are moved.
type Target struct {
	Host   string // its name
	URL    string // where it is
	Origin string // of that
	Tokens *token.Issuer
}

// NewHops returns the way between an issuer's host and others. The keyring is the
// issuer's.
func NewHops(issuer string, k *seal.Keyring, targets ...Target) *Hops {
	h := &Hops{
		issuer: rooted(issuer), targets: make(map[string]Target, len(targets)),
		requests: k.Box("request of another host"), tickets: k.Box("ticket to another host"),
		rulings: k.Box("rules"),
	}
	for _, t := range targets {
		h.targets[t.Host] = t
	}
	return h
}

// Issuer is the URL of the host where people are asked. It ends in a slash.
func (h *Hops) Issuer() string { return h.issuer }

// Beside is the URL of the host of ours that is of the same site as an origin, "" for
// none.
func (h *Hops) Beside(origin string) string {
	if client.SameSite(origin, h.issuer) {
		return h.issuer
	}
	for _, t := range h.targets {
		if client.SameSite(origin, t.Origin) {
			return rooted(t.URL)
		}
	}
	return ""
}

// rooted is the prefix of the addresses under a URL of ours.
func rooted(url string) string { return strings.TrimSuffix(url, "/") + "/" }

// Paths of the two hosts' parts in a hop, below their URL.
const (
	HopPath  = "silent/hop"
	LandPath = "silent/land"
)

// from is where a request was moved from.
type from struct {
	Host    string `json:"h"`
	Binding string `json:"b"` // of the browser there
	Round   int    `json:"n"` // how often the request was moved
}

// moved is a request on its way to the issuer's host.
type moved struct {
	Raw  string  `json:"q"`
	Came arrival `json:"c"`
	At   int64   `json:"at"` // unix seconds
}

// ticket is what a browser brings back. It holds the key of a session and no
// secret: what opens the session at the target is made there, for whom it was made.
type ticket struct {
	ID   string  `json:"id"`
	Raw  string  `json:"q"`
	Came arrival `json:"c,omitzero"`
	From from    `json:"f"`
	At   int64   `json:"at"` // unix seconds

	Refused *refusal `json:"r,omitempty"` // what the app is told; nil: a session to go on with

	Key    string   `json:"k,omitempty"`
	Group  string   `json:"g,omitempty"`
	User   string   `json:"u,omitempty"`
	Kept   bool     `json:"kp,omitempty"`
	Since  int64    `json:"in,omitempty"` // when the user signed in, unix seconds
	Done   progress `json:"d,omitzero"`
	Agreed bool     `json:"ag,omitempty"`
}

// refusal is an oauth.Error on its way.
type refusal struct {
	Code        string `json:"c"`
	Description string `json:"d"`
	Reason      string `json:"r,omitempty"`
}

func (r *refusal) err() *oauth.Error {
	return &oauth.Error{Code: r.Code, Description: r.Description, Reason: r.Reason}
}

// ticketLife is how long a browser has for one redirect.
const ticketLife = time.Minute

var errNoTicket = errors.New("authorize: not a ticket")

// openMoved reads a request that came from another host, nil for what is none.
func (h *Hops) openMoved(text string) *moved {
	var m moved
	plain, err := h.requests.Open(text)
	if err != nil || json.Unmarshal(plain, &m) != nil || m.Came.From == nil ||
		time.Since(time.Unix(m.At, 0)) > formLifetime || m.Came.stale() {
		return nil
	}
	return &m
}

// openTicket reads a ticket to a host.
func (h *Hops) openTicket(host, text string) (*ticket, error) {
	var t ticket
	plain, err := h.tickets.Open(text, host)
	if err == nil {
		err = json.Unmarshal(plain, &t)
	}
	if err == nil && t.ID == "" {
		err = errNoTicket
	}
	return &t, err
}

// fresh tells whether the ticket is of now.
func (t *ticket) fresh() bool { return time.Since(time.Unix(t.At, 0)) <= ticketLife }

// newTicket begins a ticket for a request that was moved here.
func (q *request) newTicket() ticket {
	came := q.came
	came.From = nil
	return ticket{ID: rand.Text(), Raw: q.park(), Came: came, From: *q.came.From, At: time.Now().Unix()}
}

// admit writes the session and what the person did into the ticket.
func (t *ticket) admit(current *session.Session, account SignedIn, done progress) {
	t.Key, t.Group, t.User, t.Kept = current.Key.String(), current.Group, current.UserID, account.Kept
	t.Since, t.Done, t.Agreed = current.AuthTime.Unix(), done, done.Agreed
}
