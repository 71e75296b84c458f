package web

import (
	"crypto/rand"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/web/page"
)

// passkeyOf is what the script of a question asks the browser for, and what its page's
// policy needs for that: nothing where no passkey can be an answer.
func passkeyOf(ask *authorize.Ask) (page.Passkey, []string) {
	if ask.Factor != nil {
		return passkeyView(ask.Factor.Passkey)
	}
	return passkeyView(ask.Passkey)
}

func passkeyView(c *factor.Ceremony) (view page.Passkey, policy []string) {
	if c == nil {
		return view, nil
	}
	view = page.Passkey{Nonce: rand.Text(), Ceremony: c.Text()}
	return view, []string{"script-src 'nonce-" + view.Nonce + "'"}
}
