package web

import "net/http"

// pushAnswer is where a pushed request goes on (RFC 9126 section 2.2).
type pushAnswer struct {
	RequestURI string `json:"request_uri"`
	ExpiresIn  int64  `json:"expires_in"` // seconds
}

// push takes an authorization request from the app itself, before the browser
// comes with it.
func (s *Server) push(w http.ResponseWriter, r *http.Request) error {
	params, err := form(r)
	if err != nil {
		return err
	}
	proof, err := s.proof(r, parPath, "")
	if err != nil {
		return err
	}
	c, err := s.client(w, r, params)
	if err != nil {
		return err
	}
	uri, life, err := s.Authorize.Push(r.Context(), c, params, proof)
	if err != nil {
		return err
	}
	if proof != nil {
		s.offerNonce(w)
	}
	writeJSON(w, http.StatusCreated, pushAnswer{RequestURI: uri, ExpiresIn: int64(life.Seconds())})
	return nil
}
