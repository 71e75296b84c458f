package config

import (
	"net"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/redisstore"
)

// embedded is the mode without a Redis.
const embedded = "embedded"

// short reads redis written as one URL.
func (r *Redis) short(d *decoder, path string, n *yaml.Node) {
	d.marks["redis.url"] = mark{line: n.Line, private: true}
	if value, _, ok := d.text("redis.url", n); ok {
		r.URL = Secret(value)
	}
	if r.URL == "" && d.fine(path) {
		d.bad(path, "is empty: write {mode: single, addrs: [\"127.0.0.1:6379\"]}, or a URL")
	}
}

// short reads redis.tls written as true or false.
func (t *RedisTLS) short(d *decoder, path string, n *yaml.Node) {
	value, _, ok := d.text(path, n)
	if !ok {
		return
	}
	if value != "true" && value != "false" {
		d.bad(path, "must be true or false, without quotes, or a group of keys (%s)", "ca, cert, key, server_name")
		return
	}
	t.On = value == "true"
}

// Embedded tells whether the sessions live inside this process.
func (c *Config) Embedded() bool { return c.Redis.Mode == embedded }

// Store returns where Redis is. It means nothing where Embedded is true.
func (c *Config) Store() redisstore.Options {
	r := c.Redis
	if r.URL != "" {
		return redisstore.Options{URL: string(r.URL), ReplicaWait: r.ReplicaWait}
	}
	return redisstore.Options{
		Mode: redisstore.Mode(r.Mode), Addrs: r.Addrs, Master: r.Master, DB: r.DB,
		Username: r.Username, Password: string(r.Password), TLS: c.redisTLS, ReplicaWait: r.ReplicaWait,
		SentinelUsername: r.SentinelUsername, SentinelPassword: string(r.SentinelPassword),
	}
}

func (d *decoder) checkRedis(c *Config) {
	r := &c.Redis
	if !d.has("redis") {
		return // said already
	}
	r.TLS.On = r.TLS.On || d.marks["redis.tls"].kind == yaml.MappingNode
	if r.TLS.On {
		c.redisTLS = d.clientTLS(r.TLS)
	}
	for i, addr := range r.Addrs {
		path := index("redis.addrs", i)
		if text := addrProblem(addr, false); text != "" && d.fine(path) {
			d.bad(path, "%s %s, for example 127.0.0.1:6379", d.show(path, addr), text)
		}
	}
	switch {
	case !d.fine("redis.mode"):
	case r.URL != "":
		d.checkRedisURL(c)
	case r.Mode == embedded:
		d.refuse("with mode embedded, which is no server", "addrs", "master", "username", "password", "sentinel_username", "sentinel_password", "db", "tls", "url", "replica_wait")
		d.warn("redis.mode", "is embedded: when the process ends everyone is signed out and every signing key is gone, and no second process can share it")
	default:
		d.checkMode(r)
	}
	d.checkExposure(r)
	if d.fine("redis") && !c.Embedded() {
		if err := c.Store().Validate(); err != nil { // what is said above should be all
			d.bad("redis", "%s", strings.TrimPrefix(err.Error(), "redis: "))
		}
	}
}

// refuse reports keys of redis that do not go with others.
func (d *decoder) refuse(why string, keys ...string) {
	for _, key := range keys {
		if path := "redis." + key; d.has(path) {
			d.bad(path, "does not go %s: remove it", why)
		}
	}
}

func (d *decoder) checkRedisURL(c *Config) {
	r := &c.Redis
	d.refuse("with url, which says it already", "addrs", "master", "username", "password", "sentinel_username", "sentinel_password", "db", "tls")
	if r.Mode != "" && r.Mode != "single" {
		d.bad("redis.mode", "is %s, but url is for one primary: write addrs instead of url", r.Mode)
		return
	}
	if err := (redisstore.Options{URL: string(r.URL)}).Validate(); err != nil {
		// Its text may quote a part of the URL.
		d.bad("redis.url", "must be redis:// or rediss:// with user:password@ if needed, one host, port and /database, and nothing else, such as redis://127.0.0.1:6379/0")
	}
}

func (d *decoder) checkMode(r *Redis) {
	if len(r.Addrs) == 0 && d.fine("redis.addrs") {
		d.bad("redis.addrs", "is missing: write where Redis is, such as addrs: [\"127.0.0.1:6379\"]")
	}
	if r.Mode == "single" && len(r.Addrs) > 1 {
		d.bad("redis.addrs", "holds %d addresses, but single is one primary: write one, or mode: sentinel or cluster", len(r.Addrs))
	}
	seen := make(map[string]bool)
	for i, addr := range r.Addrs {
		if seen[addr] {
			d.bad(index("redis.addrs", i), "is in the list twice: remove one")
		}
		seen[addr] = true
	}
	d.checkSentinel(r)
	if r.Mode == "cluster" && r.DB != 0 {
		d.bad("redis.db", "must be 0: a cluster has no other database")
	}
}

func (d *decoder) checkSentinel(r *Redis) {
	if r.Mode != "sentinel" {
		for _, key := range []string{"master", "sentinel_username", "sentinel_password"} {
			if path := "redis." + key; d.has(path) {
				d.bad(path, "is for mode sentinel: remove it, or write mode: sentinel")
			}
		}
		return
	}
	if r.Master == "" && d.fine("redis.master") {
		d.bad("redis.master", "is missing: write the name that the sentinels know the primary by, often mymaster")
	}
	if r.SentinelUsername != "" && r.SentinelPassword == "" && d.fine("redis.sentinel_password") {
		d.bad("redis.sentinel_username", "has no password: write sentinel_password, or remove it")
	}
}

// checkExposure warns of a Redis that others on the way can read or use.
func (d *decoder) checkExposure(r *Redis) {
	hosts, tls, password := r.Addrs, r.TLS.On, r.Password != ""
	if u, err := url.Parse(string(r.URL)); err == nil && r.URL != "" {
		hosts, tls = []string{u.Host}, u.Scheme == "rediss"
		_, password = u.User.Password()
	}
	for _, addr := range hosts {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			host = addr
		}
		if client.IsLoopback(host) {
			continue
		}
		if !tls {
			d.warn("redis", "is reached over the network without TLS: whoever is on the way reads sessions and the password; set tls: true")
		}
		if !password {
			d.warn("redis", "is reached over the network without a password: whoever reaches it owns every session")
		}
		return
	}
}
