package upstream

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"
)

// keysWait is how often at most the keys of one provider are read: anybody can send a
// token that names a key which nobody has.
const keysWait = 5 * time.Second

// sparing answers with what it read last for as long.
type sparing struct {
	http.RoundTripper
	mu   sync.Mutex
	last map[string]kept // by address
}

type kept struct {
	at     time.Time
	status int
	header http.Header
	body   []byte
}

// RoundTrip implements [http.RoundTripper].
func (s *sparing) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	k := s.last[r.URL.String()]
	s.mu.Unlock()
	if time.Since(k.at) < keysWait {
		return k.response(r), nil
	}
	answer, err := s.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	k = kept{time.Now(), answer.StatusCode, answer.Header, nil}
	if k.body, err = io.ReadAll(answer.Body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[r.URL.String()] = k
	return k.response(r), nil
}

func (k kept) response(r *http.Request) *http.Response {
	return &http.Response{
		Status: http.StatusText(k.status), StatusCode: k.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: k.header.Clone(), Body: io.NopCloser(bytes.NewReader(k.body)), ContentLength: int64(len(k.body)), Request: r,
	}
}
