package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/webauthn"
)

// Passkeys gives the tab a device that keeps passkeys, makes sure that it is its user,
// and says yes at once to whatever a page asks of it.
func (tab *Tab) Passkeys() {
	tab.t.Helper()
	tab.device(webauthn.VirtualAuthenticatorOptions{
		Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true,
	})
}

// SecurityKey gives the tab one that is good to whoever touches it: it knows nobody by
// itself, so that it stands for no password.
func (tab *Tab) SecurityKey() {
	tab.t.Helper()
	tab.device(webauthn.VirtualAuthenticatorOptions{Transport: webauthn.AuthenticatorTransportUsb})
}

func (tab *Tab) device(o webauthn.VirtualAuthenticatorOptions) {
	tab.t.Helper()
	o.Protocol, o.AutomaticPresenceSimulation = webauthn.AuthenticatorProtocolCtap2, true
	tab.step("give it a device for passkeys", func(ctx context.Context) error {
		if err := call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		return call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &o})
	})
}
