package egress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// HTTP returns the client for libraries that make calls by themselves. Its answers have
// at most maxBytes; a redirect is an answer that nobody follows.
func (c *Client) HTTP(maxBytes int64) *http.Client {
	return &http.Client{
		Transport:     tripper{c, maxBytes},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type tripper struct {
	calls    *Client
	maxBytes int64
}

// RoundTrip implements [http.RoundTripper].
func (t tripper) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		defer r.Body.Close()
		var err error
		if body, err = io.ReadAll(io.LimitReader(r.Body, maxPosted+1)); err != nil {
			return nil, fmt.Errorf("egress: read the request: %w", err)
		}
		if len(body) > maxPosted {
			return nil, errors.New("egress: the request is too large")
		}
	}
	got, err := t.calls.Do(r.Context(), Request{Method: r.Method, URL: r.URL.String(), Header: r.Header, Body: body}, t.maxBytes)
	if err != nil {
		return nil, err
	}
	return got.To(r), nil
}

// To is the answer to a request of net/http.
func (a *Response) To(r *http.Request) *http.Response {
	return &http.Response{
		Status: http.StatusText(a.Status), StatusCode: a.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.Header.Clone(), Body: io.NopCloser(bytes.NewReader(a.Body)), ContentLength: int64(len(a.Body)), Request: r,
	}
}

// maxPosted bounds what a library sends: a code and a verifier.
const maxPosted = 64 << 10
