package web

import (
	"net/http"
	"time"

	"github.com/hush-sso/hush/internal/admission"
)

// Renewals and what else comes to the authorization endpoint stand in a line, so that
// more of them than can be served leave the node able to serve: see package admission.
// All else has no line and is never in this one: to sign out, to revoke, and to go on
// with what was begun, by redeeming a code or sending a form.

// place is a request's among those that are worked on. It is left when its answer begins:
// that may wait for who is answered, and they could keep everybody else out.
type place struct {
	gate  *admission.Gate // nil: it has none, or none any more
	begun time.Time
}

type placeKey struct{}

func (p *place) leave() {
	if g := p.gate; g != nil {
		p.gate = nil
		g.Leave(time.Since(p.begun))
	}
}

// paced lets in what there is room for.
func (s *Server) paced(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v := s.Admission.Enter(r.Context())
		if v == admission.In {
			p := r.Context().Value(placeKey{}).(*place)
			*p = place{s.Admission, time.Now()}
			defer p.leave()
			return next(w, r)
		}
		if v == admission.Told && s.tellLater(w, r) {
			return nil
		}
		clear(w.Header())
		s.turnAway(w)
		recordOf(r).shed = true
		return nil
	}
}

// tellLater answers in the app's terms that there is no time now.
func (s *Server) tellLater(w http.ResponseWriter, r *http.Request) bool {
	params, err := parameters(r)
	if err != nil {
		return false
	}
	out := s.Authorize.Refuse(params)
	if out.Answer == nil || s.writeAnswer(w, r, out.Answer) != nil {
		return false
	}
	recordOf(r).shed = true
	s.Admission.Note(admission.Told)
	return true
}

// turnsAway answers bare what there is no time to read.
func (s *Server) turnsAway(w http.ResponseWriter, r *http.Request) bool {
	if !s.Admission.Shut() || r.URL.Path != s.base+authorizePath {
		return false
	}
	s.turnAway(w)
	return true
}

func (s *Server) turnAway(w http.ResponseWriter) {
	h := w.Header()
	h["Retry-After"] = []string{admission.RetryAfter}
	h["Cache-Control"] = noStore
	w.WriteHeader(http.StatusServiceUnavailable)
	s.Admission.Note(admission.Bare)
}
