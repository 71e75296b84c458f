package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/web/admin"
)

// Health judges whether the store can be worked with.
type Health interface {
	// Ready returns nil, or what is wrong in words for an operator.
	Ready(ctx context.Context) error
}

// Admin is the admin listener's handler: it belongs on loopback or a network
// of the operator's. The API, with the operators' page, may be nil.
func Admin(g prometheus.Gatherer, keys *token.Keys, store Health, api http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		err := store.Ready(ctx)
		if err == nil && !keys.Ready() {
			err = token.ErrNotReady
		}
		if err != nil {
			http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(g, promhttp.HandlerOpts{}))
	if api == nil {
		return mux
	}
	mux.Handle("GET /admin", http.RedirectHandler(admin.Root, http.StatusSeeOther))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Not by the mux: it would redirect a path that is not clean.
		if strings.HasPrefix(r.URL.EscapedPath(), admin.Root) {
			api.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}
