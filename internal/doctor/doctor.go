package doctor

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Options say what is examined.
type Options struct {
	// URL is the issuer, or a host of it: https, or http on localhost. Required.
	URL string
	// ClientID and RedirectURI are an app's, as registered. With them a silent round
	// is made. Both or neither.
	ClientID, RedirectURI string
	// Timeout bounds each request. Default: 10 s.
	Timeout time.Duration
	// Roots certify the deployment. Default: those of the system.
	Roots *x509.CertPool
	// Dial makes connections. Default: as the system does.
	Dial dialer
	// Now is the clock that certificates are judged by. Default: time.Now.
	Now func() time.Time
}

const discoveryPath = ".well-known/openid-configuration"

// base reads the address that is examined. It takes what people have at hand: the
// issuer with or without its slash, or the address of the discovery document.
func (o *Options) base() (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(o.URL, discoveryPath))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("the URL must be that of a provider, such as https://login.example.com/, not %q", o.URL)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return nil, errors.New("the URL must have no query, no fragment and no user")
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

func (o *Options) fill() error {
	if (o.ClientID == "") != (o.RedirectURI == "") {
		return errors.New("a client and its redirect URI come together")
	}
	if o.RedirectURI != "" {
		if u, err := url.Parse(o.RedirectURI); err != nil || u.Scheme == "" {
			return fmt.Errorf("the redirect URI must be one, such as https://app.example.com/callback, not %q", o.RedirectURI)
		}
	}
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: o.Timeout}).DialContext
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}

// Examine asks a deployment and returns what it found. The error is one of the
// options; what is wrong with the deployment is a finding.
func Examine(ctx context.Context, o Options) (*Report, error) {
	u, err := o.base()
	if err == nil {
		err = o.fill()
	}
	if err != nil {
		return nil, err
	}
	f := gather(ctx, &o, u)
	r := &Report{URL: f.base, Issuer: f.text("issuer"), Hush: f.hush, Findings: []Finding{}}
	for _, c := range checks {
		if c.only != nil && !c.only(f) {
			continue
		}
		n := &notes{check: c.name}
		c.run(f, n)
		r.Findings = append(r.Findings, n.list...)
	}
	return r, ctx.Err()
}
