package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/webauthn"
)

// Passkeys gives the tab a device that keeps passkeys, makes sure that it is its user,
// and says yes at once to whatever a page asks of it.
func (tab *Tab) Passkeys() {
	tab.t.Helper()
	tab.step("give it a device for passkeys", func(ctx context.Context) error {
		if err := call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		return call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
	})
}
