package config

import (
	"net/url"

	"github.com/hush-sso/hush/internal/client"
)

func (d *decoder) checkTracing(c *Config) {
	t := c.Tracing
	if t == nil {
		return
	}
	if d.fine("tracing.one_in") && t.OneIn < 1 {
		d.bad("tracing.one_in", "must be 1 or more; to trace nothing remove tracing")
	}
	if d.fine("tracing.parent") && t.Parent == "proxies" && len(c.TrustedProxies) == 0 {
		d.bad("tracing.parent", "is proxies, but trusted_proxies names none: nobody's traceparent would count")
	}
	d.checkCollector(t)
}

func (d *decoder) checkCollector(t *Tracing) {
	const path = "tracing.endpoint"
	if t.Endpoint == "" || !d.fine(path) {
		return
	}
	u, err := url.Parse(t.Endpoint)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Fragment != "":
		d.bad(path, "must be a URL such as http://127.0.0.1:4318/v1/traces")
	case u.User != nil:
		d.bad(path, "must not have a user name or password: write a header under tracing.headers")
	case u.Path == "" || u.Path == "/":
		d.bad(path, "has no path: collectors take traces at /v1/traces")
	case u.Scheme == "http" && !client.IsLoopback(u.Hostname()) && len(t.Headers) > 0:
		d.warn(path, "is plain HTTP to another machine: tracing.headers go there unprotected")
	}
}
