package provider

import (
	"context"
	"strings"

	"github.com/hush-sso/hush/internal/audit"
	"github.com/hush-sso/hush/internal/token"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/web"
	"github.com/hush-sso/hush/web/admin"
)

// noteEnd notes a session that was ended, with who asked for it. The apps that took part
// are its detail.
func (p *Provider) noteEnd(ctx context.Context, e session.Ended) {
	if p.audit == nil {
		return
	}
	from := web.Origin(ctx)
	if from.Endpoint == "" {
		from = admin.Origin(ctx)
	}
	p.audit.Note(audit.Event{
		Kind: audit.SessionEnded, Reason: string(e.Why), User: e.UserID, Session: e.SID, Client: from.Client,
		Address: from.Address, Request: from.Request, Endpoint: from.Endpoint, Detail: strings.Join(e.Clients, " "),
	})
}

// noteKeys notes what became of the signing keys.
func (p *Provider) noteKeys(what token.KeyChange, kids []string) {
	p.audit.Note(audit.Event{Kind: audit.Keys, Reason: string(what), Detail: strings.Join(kids, " ")})
}
