package session

import (
	"time"

	"github.com/hush-sso/hush/internal/oauth"
)

// Listed is a session as its user or an operator sees it, read without its
// secret. What was forgotten with its end is zero.
type Listed struct {
	Session
	State Absence // "" for a live session, else why it is none
	Apps  []App   // that took part, by client id
}

// App is one app's part in a session.
type App struct {
	ClientID string
	FirstUse time.Time
	Chosen   time.Time // see Session
	Granted  oauth.Grants
}

// Page asks for a part of a list.
type Page struct {
	After string // what came with the part before; "" for the first
	Limit int    // at most so many, from 1 to 100; 0 is 20
}

const (
	defaultPage = 20
	mostPage    = 100
)

func (p Page) bounded() Page {
	if p.Limit <= 0 {
		p.Limit = defaultPage
	}
	p.Limit = min(p.Limit, mostPage)
	return p
}

// Ended is a session that was ended, zero where nothing was there. Ending it
// again returns the same, for as long as its tombstone is kept.
type Ended struct {
	Key     Key
	SID     string
	UserID  string
	Group   string
	Clients []string // who took part, sorted
}
