package admin

import (
	"context"
	"log/slog"
	"net"
	"net/http"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/silent"
)

type originKey struct{}

// from is the context of a call, which what it ends is noted with.
func from(ctx context.Context, r *http.Request, name string) context.Context {
	return context.WithValue(ctx, originKey{}, audit.Event{Address: address(r), Endpoint: name})
}

// Origin tells which call something is done for: the event has no kind yet.
func Origin(ctx context.Context) audit.Event {
	e, _ := ctx.Value(originKey{}).(audit.Event)
	return e
}

// address is where a call comes from, "" where that is not known.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// shut refuses what gives something, while that cannot be noted. What ends something
// goes on.
func (a *API) shut(method string) error {
	if method != http.MethodPatch {
		return nil
	}
	if err := a.Audit.Shut(); err != nil {
		return silent.Unwritten(err)
	}
	return nil
}

// audit notes a call, whatever became of it.
func (a *API) audit(r *http.Request, name string, more []slog.Attr) {
	if a.Audit == nil {
		return
	}
	e := audit.Event{Kind: audit.Admin, Address: address(r), Endpoint: name}
	for _, at := range more {
		switch at.Key {
		case "user":
			e.User = at.Value.String()
		case "client":
			e.Client = at.Value.String()
		case "sid":
			e.Session = at.Value.String()
		case "ended":
			e.Count = int(at.Value.Int64())
		case "result":
			e.Result = at.Value.String()
		}
	}
	a.Audit.Note(e)
}
