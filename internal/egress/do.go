package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Request is a call of any method.
type Request struct {
	Method string // GET, POST and so on; not CONNECT or TRACE
	URL    string
	// Header are those of the asker. What is about the connection, the length and the
	// coding of the body is not theirs to say, nor is Host: it is left out.
	Header http.Header
	Body   []byte
}

// Response is the answer to it, whatever its status. A redirect is an answer too.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// ErrRequest is in the chain of the error for a call that cannot be made as it is.
var ErrRequest = errors.New("egress: not a request that can be made")

// maxSent bounds the headers that an asker adds, in bytes.
const maxSent = 16 << 10

// Do makes a call whose answer has at most maxBytes. Errors are as in Get, and
// ErrRequest, ErrTooLarge.
func (c *Client) Do(ctx context.Context, r Request, maxBytes int64) (*Response, error) {
	if r.Method == "" || strings.EqualFold(r.Method, http.MethodConnect) || strings.EqualFold(r.Method, http.MethodTrace) {
		return nil, fmt.Errorf("%w: its method is %q", ErrRequest, r.Method)
	}
	header, err := sendable(r.Header)
	if err != nil {
		return nil, err
	}
	var got *Response
	err = c.call(ctx, r.Method, r.URL, header, r.Body, func(answer *http.Response) (err error) {
		got, err = take(answer, maxBytes)
		return err
	})
	return got, err
}

// own are headers that the connection sets (RFC 9110 sections 7.6.1 and 7.2).
var own = map[string]bool{
	"Host": true, "Connection": true, "Keep-Alive": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
	"Content-Length": true, "Expect": true, "Accept-Encoding": true,
}

// sendable are the headers that are sent.
func sendable(all http.Header) (http.Header, error) {
	header, size := make(http.Header, len(all)), 0
	for name, values := range all {
		name = http.CanonicalHeaderKey(name)
		if own[name] || strings.HasPrefix(name, "Proxy-") {
			continue
		}
		for _, value := range values {
			size += len(name) + len(value)
			header[name] = append(header[name], value)
		}
	}
	if size > maxSent {
		return nil, fmt.Errorf("%w: its headers have %d bytes of at most %d", ErrRequest, size, maxSent)
	}
	return header, nil
}

// take reads an answer of any status.
func take(r *http.Response, maxBytes int64) (*Response, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, errors.New("egress: the answer is compressed, which was not asked for")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("egress: read the answer: %w", err)
	}
	if int64(len(body)) > maxBytes {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, maxBytes)
	}
	return &Response{Status: r.StatusCode, Header: r.Header, Body: body}, nil
}
