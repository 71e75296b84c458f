package authorize

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
)

// Bounds of fetched request objects.
const (
	maxObject    = jose.MaxToken    // bytes of one
	maxObjects   = 1000             // that are kept
	objectLife   = 10 * time.Minute // for which one is kept, at most and where its server does not say
	failedLife   = 10 * time.Second // for which nobody asks again where none was to be had
	fetchTimeout = time.Second      // at least, of the 1.7 s that a request has
)

// Fetcher reads from addresses of others; [egress.Client] does.
type Fetcher interface {
	Get(ctx context.Context, url string, maxBytes int64) (*egress.Answer, error)
}

// Objects keeps request objects that were fetched from apps. It is safe for
// concurrent use.
type Objects struct {
	fetcher Fetcher
	flights singleflight.Group

	mu   sync.Mutex
	kept map[string]keptObject // by address
}

type keptObject struct {
	raw   string
	err   error // there was none
	until time.Time
}

// NewObjects returns an empty one.
func NewObjects(f Fetcher) *Objects { return &Objects{fetcher: f, kept: make(map[string]keptObject)} }

var errNotHeld = errors.New("authorize: not at hand")

// get returns the object at an address. With held its server is not called.
func (o *Objects) get(ctx context.Context, uri string, held bool) (string, error) {
	o.mu.Lock()
	kept, there := o.kept[uri]
	o.mu.Unlock()
	if there && time.Now().Before(kept.until) {
		return kept.raw, kept.err
	}
	if held {
		return "", errNotHeld
	}
	answers := o.flights.DoChan(uri, func() (any, error) {
		// For all who wait, so not by the context of one.
		limit := fetchTimeout
		if by, bounded := ctx.Deadline(); bounded {
			limit = max(limit, time.Until(by)/2)
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
		defer cancel()
		return o.fetch(ctx, uri)
	})
	select {
	case a := <-answers:
		raw, _ := a.Val.(string)
		return raw, a.Err
	case <-ctx.Done():
		return "", fmt.Errorf("wait for a request object: %w", ctx.Err())
	}
}

func (o *Objects) fetch(ctx context.Context, uri string) (string, error) {
	answer, err := o.fetcher.Get(ctx, uri, maxObject)
	if err != nil {
		o.keep(uri, keptObject{err: err, until: time.Now().Add(failedLife)})
		return "", err
	}
	life := objectLife
	if answer.MaxAge >= 0 {
		life = min(life, answer.MaxAge)
	}
	raw := strings.TrimSpace(string(answer.Body))
	if life > 0 {
		o.keep(uri, keptObject{raw: raw, until: time.Now().Add(life)})
	}
	return raw, nil
}

func (o *Objects) keep(uri string, object keptObject) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, there := o.kept[uri]; !there && len(o.kept) >= maxObjects {
		o.evict()
	}
	o.kept[uri] = object
}

// evict drops what ends first.
func (o *Objects) evict() {
	first := ""
	for uri, kept := range o.kept {
		if first == "" || kept.until.Before(o.kept[first].until) {
			first = uri
		}
	}
	delete(o.kept, first)
}

// fetched returns the parameters of the object at an address that the app has
// registered (RFC 9101 section 5.2). With held no server is called, so prompt=none
// must stand beside the address to be had, and not only in the object.
func (s *Service) fetched(ctx context.Context, c *client.Client, uri string, held, promptNone bool) (oauth.Params, *oauth.Error) {
	raw, err := s.Objects.get(ctx, uri, held)
	switch {
	case errors.Is(err, errNotHeld):
		return oauth.Params{}, oauth.Errorf(oauth.InvalidRequestURI, "request_uri is not fetched for prompt=none or in a frame, and what it holds is not at hand: ask once in the window without prompt=none, or push the request.")
	case err != nil:
		return oauth.Params{}, &oauth.Error{Code: oauth.InvalidRequestURI, Cause: err,
			Description: fmt.Sprintf("request_uri cannot be read: its server must answer within %s, with status 200 and %d KB at most.", fetchTimeout, maxObject>>10)}
	}
	p, refusal := s.openObject(ctx, c, raw, held)
	if refusal == nil && isNone(p.Get("prompt")) && !promptNone {
		return p, oauth.Errorf(oauth.InvalidRequest, "prompt=none stands in what request_uri holds and must stand beside it too.")
	}
	return p, refusal
}
