package admin

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"sync"
	"time"
)

// How long an operator stays signed in to the page, and how many can be at once.
const (
	seatLife  = 8 * time.Hour
	seatIdle  = 30 * time.Minute
	mostSeats = 20
)

// seat is one operator who is signed in, at this node and in this process: a node that
// starts anew knows none.
//
// Cookies know no ports: what any program serves on this host, at whatever port, is sent
// those of its paths. So a seat has a path of its own that nobody guesses, the cookie is
// of that path only, and neither opens anything without the other.
type seat struct {
	place  string            // of its path
	secret [sha256.Size]byte // hash of the cookie
	form   string            // what its forms carry
	ends   time.Time
	used   time.Time
}

// seats are all of them. It is safe for concurrent use.
type seats struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]*seat // by place
}

func newSeats() *seats { return &seats{now: time.Now, all: make(map[string]*seat)} }

// take makes a seat and returns it with its cookie. Where there are too many the one that
// was not used for longest is over.
func (s *seats) take() (seat, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	if len(s.all) >= mostSeats {
		delete(s.all, s.oldest())
	}
	cookie := rand.Text()
	at := s.now()
	n := &seat{place: rand.Text(), secret: sha256.Sum256([]byte(cookie)), form: rand.Text(), ends: at.Add(seatLife), used: at}
	s.all[n.place] = n
	return *n, cookie
}

// find returns the seat of a path and one of the cookies that came with it, and
// whether there is one.
func (s *seats) find(place string, cookies []string) (seat, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	n := s.all[place]
	if n == nil {
		return seat{}, false
	}
	for _, c := range cookies {
		sum := sha256.Sum256([]byte(c))
		if subtle.ConstantTimeCompare(sum[:], n.secret[:]) == 1 {
			n.used = s.now()
			return *n, true
		}
	}
	return seat{}, false
}

// leave ends a seat.
func (s *seats) leave(place string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, place)
}

// sweep forgets those that are over.
func (s *seats) sweep() {
	now := s.now()
	for place, n := range s.all {
		if !now.Before(n.ends) || now.Sub(n.used) >= seatIdle {
			delete(s.all, place)
		}
	}
}

func (s *seats) oldest() (place string) {
	for at, n := range s.all {
		if place == "" || n.used.Before(s.all[place].used) {
			place = at
		}
	}
	return place
}
