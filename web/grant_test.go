package web_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/hushtest"
	"github.com/hush-sso/hush/internal/provider"
	"github.com/hush-sso/hush/internal/redisstore"
	"github.com/hush-sso/hush/internal/redistest"
	"github.com/hush-sso/hush/silent"
)

// TestConsentOfTheAPI: the operator's own app asks as well, where the API does
// not say that it need not.
func TestConsentOfTheAPI(t *testing.T) {
	open := shopAPI
	open.SkipConsentForFirstParty = true
	for _, c := range []struct {
		api  client.API
		want silent.Reason
	}{{shopAPI, silent.ConsentScope}, {open, ""}} {
		a := signIn(t, browser(t, node(t, embedded(t), func(o *provider.Options) { o.APIs = []client.API{c.api} })), "alice")
		silently(t, a, c.want, "audience", audience, "scope", "openid read")
		silently(t, a, "") // without the API nothing is asked
	}
}

// TestCodeOfARemovedAPI: a code for an API that was taken away gives nothing,
// least of all a token for something else.
func TestCodeOfARemovedAPI(t *testing.T) {
	store := embedded(t)
	p := node(t, store, func(o *provider.Options) { o.APIs = []client.API{shopAPI} })
	a := signIn(t, browser(t, p), "alice")
	a.Authorize(request("guest", "scope", "openid read", "audience", audience))
	c := granted(t, a.Consent("allow"))["code"]
	without := a.Through(hushtest.Direct(node(t, store, nil).Public))
	failed(t, without.Exchange(c, verifier), http.StatusBadRequest, "invalid_grant")
}

// TestConsentRevokedMeanwhile: a user takes consent back after a node read it
// and before it wrote what it grants. Neither the answer nor the session may
// still hold it.
func TestConsentRevokedMeanwhile(t *testing.T) {
	redistest.Each(t, func(t *testing.T, store *redisstore.Store, _ redistest.Kit) {
		p := node(t, store, nil)
		first := signIn(t, browser(t, p), "alice")
		first.Authorize(request("guest"))
		granted(t, first.Consent("allow"))

		a := signIn(t, browser(t, p), "alice") // a session that guest has not used
		store.Client().AddHook(&afterRead{then: func() { revoke(t, store, p, a, "guest") }})
		refusedAs(t, a.Authorize(quiet("guest")), silent.ConsentRequired)
		refusedAs(t, a.Authorize(quiet("guest")), silent.ConsentRequired)
	})
}

// afterRead does something once, right after the first read of consents.
type afterRead struct {
	once sync.Once
	then func()
}

func (*afterRead) DialHook(next redis.DialHook) redis.DialHook { return next }

func (*afterRead) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (h *afterRead) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if key, _ := cmd.Args()[1].(string); cmd.Name() == "hget" && strings.HasSuffix(key, ":consents") {
			h.once.Do(h.then)
		}
		return err
	}
}
