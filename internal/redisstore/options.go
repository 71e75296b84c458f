package redisstore

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Mode is how Redis is run. It is always said, never guessed from addresses.
type Mode string

// The modes.
const (
	Single   Mode = "single"   // one primary; its replicas, if any, are not read
	Sentinel Mode = "sentinel" // Addrs are sentinels, Master is the name they know
	Cluster  Mode = "cluster"  // Addrs are some of the nodes
)

// Options say where Redis is: by URL, by Mode and Addrs, or as a Client.
type Options struct {
	// URL of a single primary: redis://user:password@host:6379/0, or rediss://
	// for TLS.
	URL string

	Mode     Mode        // default Single
	Addrs    []string    // host:port
	Master   string      // required with Sentinel
	Username string      // default none
	Password string      // default none
	DB       int         // default 0; a Cluster has no other
	TLS      *tls.Config // nil: no TLS; with Sentinel for both, the sentinels and Redis

	// SentinelUsername and SentinelPassword are for the sentinels, which know
	// nothing of Redis's own users. Default none.
	SentinelUsername, SentinelPassword string

	// ReplicaWait is how long sign-in, sign-out and redemption wait until one
	// replica has them too; they fail if none has. Default 0: there are no
	// replicas, nothing waits.
	ReplicaWait time.Duration

	// Patience is how long the store may take where a caller sets no deadline, and how
	// long one try may. Default: 1.5 s, and 1 s a try.
	Patience time.Duration

	// Client is used as it is, and Close leaves it open. It must have
	// ContextTimeoutEnabled, or no deadline holds.
	Client redis.UniversalClient
}

// Validate tells what is wrong with the options. It connects to nothing.
func (o Options) Validate() error {
	switch {
	case o.Client != nil:
		return nil
	case o.URL != "":
		if len(o.Addrs) != 0 || (o.Mode != "" && o.Mode != Single) || o.SentinelUsername != "" || o.SentinelPassword != "" {
			return errors.New("redis: a URL is for mode single and replaces the addresses")
		}
		_, err := parseURL(o.URL)
		return err
	case len(o.Addrs) == 0:
		return errors.New("redis: no address")
	case o.Mode == Sentinel && o.Master == "":
		return errors.New("redis: sentinel needs the name of the master")
	case o.Mode != Sentinel && (o.SentinelUsername != "" || o.SentinelPassword != ""):
		return errors.New("redis: user and password of sentinels are for mode sentinel")
	case o.SentinelUsername != "" && o.SentinelPassword == "":
		return errors.New("redis: the sentinels' user needs a password")
	case o.Mode == Cluster && o.DB != 0:
		return errors.New("redis: a cluster has only database 0")
	case o.Mode == Single || o.Mode == "":
		if len(o.Addrs) != 1 {
			return errors.New("redis: single takes one address")
		}
	case o.Mode != Sentinel && o.Mode != Cluster:
		return fmt.Errorf("redis: unknown mode %q", o.Mode)
	}
	return nil
}

// Open returns a store without connecting: Redis may come later. With options
// that are not valid every call fails with what Validate says.
func Open(o Options) *Store {
	quiet()
	if o.Client != nil {
		return open(o.Client, o, func() error { return nil })
	}
	c := connect(o)
	return open(c, o, c.Close)
}

func connect(o Options) redis.UniversalClient {
	u, err := o.universal()
	if err != nil {
		o.Mode = Single
		u = &redis.UniversalOptions{
			Dialer: func(context.Context, string, string) (net.Conn, error) { return nil, err },
		}
	}
	tune(u, o.Patience)
	switch o.Mode {
	case Sentinel:
		return redis.NewFailoverClient(u.Failover())
	case Cluster:
		c := u.Cluster()
		c.ClusterStateReloadInterval = time.Second // default 60 s: a failover would take as long
		return redis.NewClusterClient(c)
	}
	return redis.NewClient(u.Simple())
}

func (o Options) universal() (*redis.UniversalOptions, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.URL != "" {
		return parseURL(o.URL)
	}
	// Reads go to the primary only: a replica may not know of a sign-out yet.
	return &redis.UniversalOptions{
		Addrs: o.Addrs, MasterName: o.Master, DB: o.DB, TLSConfig: o.TLS,
		Username: o.Username, Password: o.Password,
		SentinelUsername: o.SentinelUsername, SentinelPassword: o.SentinelPassword,
	}, nil
}

// tune makes deadlines hold: by default the client ignores the context's, and
// retries a refused connection for seconds. patience is Options.Patience.
func tune(u *redis.UniversalOptions, patience time.Duration) {
	u.ContextTimeoutEnabled = true
	u.DialTimeout = cmp.Or(patience, 500*time.Millisecond)
	u.DialerRetries = 1
	u.ReadTimeout = cmp.Or(patience, time.Second) // per try; the context bounds them all
	u.WriteTimeout = u.ReadTimeout
	u.MaxRetries = 1 // for a lost connection; every script may be sent twice
	u.MinRetryBackoff = 5 * time.Millisecond
	u.MaxRetryBackoff = 20 * time.Millisecond
	// RESP2 and no notifications: nothing here needs pushes, and a handshake of
	// one command works for users that may do little.
	u.Protocol = 2
	u.DisableIdentity = true
	u.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

func parseURL(raw string) (*redis.UniversalOptions, error) {
	u, err := url.Parse(raw)
	if bad := (*url.Error)(nil); errors.As(err, &bad) {
		return nil, fmt.Errorf("redis: URL: %w", bad.Err) // without the URL and its password
	}
	switch {
	case err != nil:
		return nil, errors.New("redis: URL cannot be read")
	case u.Scheme != "redis" && u.Scheme != "rediss":
		return nil, errors.New("redis: URL must begin with redis:// or rediss://")
	case u.Host == "" || strings.Contains(u.Host, ","):
		return nil, errors.New("redis: URL takes one host; sentinels and cluster nodes are named as addresses")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("redis: URL takes no parameters")
	}
	o, err := redis.ParseURL(raw)
	if err != nil {
		return nil, err
	}
	return &redis.UniversalOptions{
		Addrs: []string{o.Addr}, DB: o.DB, TLSConfig: o.TLSConfig,
		Username: o.Username, Password: o.Password,
	}, nil
}

// quiet switches the client's own log off: each error reaches a caller, and
// nothing then prints what might be a secret.
var quiet = sync.OnceFunc(func() { redis.SetLogger(silence{}) })

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}
