package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// reply is what came of one request.
type reply struct {
	Asked  string // method and path
	Status int
	Header http.Header
	Body   string
	At     time.Time // halfway between the request and the head of its answer
	Err    error     // nothing came; nil of a reply that was not asked for
}

// came tells whether there is an answer.
func (r *reply) came() bool { return r != nil && r.Err == nil }

// maxBody bounds an answer, in bytes: none of ours has a tenth of it.
const maxBody = 1 << 20

var errElsewhere = errors.New("another host is not asked")

// caller makes the requests.
type caller struct {
	host    string // the only one that is asked, with its port
	timeout time.Duration
	client  *http.Client
}

// newCaller returns one that takes any certificate: another check judges that, and
// what is sent is nobody's secret.
func newCaller(o *Options, u *url.URL) *caller {
	t := &http.Transport{
		DialContext:            o.Dial,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, //nolint:gosec // see above
		MaxResponseHeaderBytes: maxBody,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    1,
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &caller{host: u.Hostname(), timeout: o.Timeout, client: &http.Client{Transport: t, CheckRedirect: stay}}
}

func (c *caller) close() { c.client.CloseIdleConnections() }

// do makes a request. header are pairs; a form is posted.
func (c *caller) do(ctx context.Context, method, address string, form url.Values, header ...string) *reply {
	r := &reply{}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		r.Err = err
		return r
	}
	r.Asked = method + " " + req.URL.Path
	if req.URL.Hostname() != c.host {
		r.Err = errElsewhere
		return r
	}
	req.Header.Set("User-Agent", "hush-doctor")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	r.Err = c.send(req, r)
	return r
}

func (c *caller) send(req *http.Request, r *reply) error {
	sent := time.Now()
	res, err := c.client.Do(req)
	if err != nil {
		return plainly(err)
	}
	defer res.Body.Close()
	r.At = sent.Add(time.Since(sent) / 2)
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	r.Status, r.Header, r.Body = res.StatusCode, res.Header, string(body)
	return err
}

// plainly leaves out what the reader knows: method and address.
func plainly(err error) error {
	var op *url.Error
	if errors.As(err, &op) {
		err = op.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time")
	}
	return err
}

// dialer is how a network connection is made.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)
