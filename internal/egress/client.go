package egress

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// ErrRefused is in the chain of an error that is no outage: this URL, or the
// address behind it, is none that calls go to.
var ErrRefused = errors.New("egress: not an address that calls go to")

// Times that one call may take, and how many run at once. A JWK Set is some
// kilobytes from a server that is up, and somebody waits for it.
const (
	dialTime   = 2 * time.Second // for all addresses of a name together
	headerTime = 3 * time.Second
	totalTime  = 5 * time.Second
	maxCalls   = 32
	maxHeader  = 16 << 10 // bytes of an answer's header
)

// Options are what a Client is made of. The zero value works.
type Options struct {
	// Allow are networks whose addresses are connected to although they are not
	// public. An http URL needs its loopback address here. Default: none.
	Allow []netip.Prefix
	// Roots are the authorities that servers may be certified by. Default: the
	// system's.
	Roots *x509.CertPool
	// Resolver finds the addresses of names. Default: the system's.
	Resolver *net.Resolver
	// Timeout is what one call may take in all, waiting included. Default 5 s.
	Timeout time.Duration
}

// Client makes calls. It is safe for concurrent use.
type Client struct {
	transport *http.Transport
	timeout   time.Duration
	slots     chan struct{}
}

// New returns a Client.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = totalTime
	}
	dialer := &net.Dialer{Timeout: dialTime, Resolver: o.Resolver, ControlContext: rules{o.Allow}.control}
	return &Client{
		timeout: o.Timeout, slots: make(chan struct{}, maxCalls),
		// The transport by itself, without http.Client: no redirects, no
		// cookies. Proxy is nil, so that the environment names none. A
		// connection serves one call, so that each call is judged anew.
		transport: &http.Transport{
			DialContext:         dialer.DialContext,
			TLSClientConfig:     &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: headerTime,
			MaxResponseHeaderBytes: maxHeader, DisableCompression: true, DisableKeepAlives: true,
		},
	}
}

// Get returns what a URL serves, of at most maxBytes. An error with
// [ErrRefused] in its chain blames the URL; any other is an outage of the other
// side, an answer that is none of status 200 included. Errors may name internal
// addresses: they are for the log.
func (c *Client) Get(ctx context.Context, address string, maxBytes int64) (*Answer, error) {
	var got *Answer
	err := c.call(ctx, http.MethodGet, address, nil, nil, func(r *http.Response) (err error) {
		got, err = read(r, maxBytes)
		return err
	})
	return got, err
}

// Reply is what a server sent to a POST, whatever the status.
type Reply struct {
	Status int
	Body   []byte // its beginning, cut at what was asked for
}

// Post sends a form. Only a call that got no answer is an error, as in Get.
func (c *Client) Post(ctx context.Context, address string, form url.Values, maxBytes int64) (*Reply, error) {
	var got *Reply
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	err := c.call(ctx, http.MethodPost, address, header, []byte(form.Encode()), func(r *http.Response) error {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxBytes)) // the status is the answer
		got = &Reply{Status: r.StatusCode, Body: body}
		return nil
	})
	return got, err
}

// call makes one call and hands over what answers.
func (c *Client) call(ctx context.Context, method, address string, header http.Header, body []byte, take func(*http.Response) error) error {
	u, err := parse(address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return fmt.Errorf("egress: wait for %d other calls: %w", maxCalls, ctx.Err())
	}
	request, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	request.Header.Set("User-Agent", "hush")
	maps.Copy(request.Header, header)
	// Asked to compress, a server makes the size of what arrives say nothing.
	request.Header.Set("Accept-Encoding", "identity")
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("egress: %w", err)
	}
	defer response.Body.Close()
	return take(response)
}
