package egress

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ErrTooLarge is in the chain of the error for an answer of more than maxBytes.
var ErrTooLarge = errors.New("egress: the answer is too large")

// Answer is what a server sent with status 200.
type Answer struct {
	Body []byte
	Type string // Content-Type as it came, which nothing is decided by here
	// MaxAge is how long the answer may be kept (RFC 9111 section 5.2.2.1), 0
	// where it must not be, and below 0 where the server does not say.
	MaxAge time.Duration
}

func read(r *http.Response, maxBytes int64) (*Answer, error) {
	if r.StatusCode != http.StatusOK { // a redirect included
		return nil, fmt.Errorf("egress: the server answers with status %d", r.StatusCode)
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, errors.New("egress: the answer is compressed, which was not asked for")
	}
	if r.ContentLength > maxBytes {
		return nil, fmt.Errorf("%w: %d bytes of at most %d", ErrTooLarge, r.ContentLength, maxBytes)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("egress: read the answer: %w", err)
	}
	if int64(len(body)) > maxBytes {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, maxBytes)
	}
	return &Answer{Body: body, Type: r.Header.Get("Content-Type"), MaxAge: maxAge(r.Header)}, nil
}

// maxAge reads Cache-Control and Age.
func maxAge(h http.Header) time.Duration {
	age := time.Duration(-1)
	for directive := range strings.SplitSeq(strings.Join(h.Values("Cache-Control"), ","), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch strings.ToLower(name) {
		case "no-store", "no-cache":
			return 0
		case "max-age":
			if n := seconds(strings.Trim(value, `"`)); n >= 0 {
				age = n
			}
		}
	}
	if old := seconds(h.Get("Age")); age > 0 && old > 0 {
		age = max(0, age-old)
	}
	return age
}

// seconds reads a number of seconds, or returns less than 0. What is longer
// than a year is a year.
func seconds(text string) time.Duration {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return -1
	}
	return time.Duration(min(n, 365*24*3600)) * time.Second
}
