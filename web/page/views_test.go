package page

import (
	"io"
	"strings"
)

type view interface{ Render(io.Writer) error }

// long has no place to break: the narrowest page must still hold it.
var long = strings.Repeat("unbroken", 30)

// samples is every view with everything filled in, and with as little as may be.
func samples() map[string]view {
	const base, request = "/tenant/", "c2VhbGVk"
	reason := Reason{
		Base: base, Code: "third-party-cookies-blocked", OAuthError: "login_required",
		Title:   "The browser hid the session cookie",
		Meaning: "The app asked in a hidden frame, and the browser did not send the cookie of another site along. So the provider could not see that somebody is signed in.",
		Todo: []string{
			"Serve the app and the provider under one site, such as app.example.com and login.example.com.",
			"Or let the app use refresh tokens, which need no frame.",
			"Or send the person through the sign-in page once: it can ask the browser for access.",
		},
	}
	return map[string]view{
		"login":       Login{Base: base, Action: "/login", Request: request, Client: "Orders"},
		"login-bare":  Login{Base: "/", Action: "/login"},
		"login-error": Login{Base: base, Action: "/login", Request: request, Client: "Orders", Username: "alice", Error: "Wrong user name or password.", Notice: "Please sign in again to continue."},
		"login-long":  Login{Base: base, Action: "/login", Request: request, Client: long, Username: long, Error: long, Notice: long},
		"select":      Select{Base: base, Action: "/select", Request: request, Client: "Orders", Account: "alice", Detail: "alice@example.com"},
		"select-long": Select{Base: base, Action: "/select", Client: long, Account: long, Detail: long + "@example.com"},
		"consent": Consent{Base: base, Action: "/consent", Request: request, Client: "Orders", ClientHost: "orders.example.com", Account: "alice", Back: "/login?switch=1", Permissions: []Permission{
			{Text: "See your name and picture", Scope: "profile"},
			{Text: "See your e-mail address", Scope: "email"},
			{Text: "Read your orders", Scope: "read:orders", API: "Orders API"},
			{Text: "Keep working while you are away", Scope: "offline_access"},
		}},
		"consent-none":        Consent{Base: base, Action: "/consent"},
		"consent-long":        Consent{Base: base, Action: "/consent", Client: long, ClientHost: long + ".example.com", Account: long, Permissions: []Permission{{Text: long, Scope: long, API: long}}},
		"error":               Error{Base: base, Status: 400, Title: "This link does not work", Message: "The app sent you here with an address that is not registered for it. You are still signed in, and nothing was shared.", Todo: "Go back to the app and try again. If this happens again, tell the people who run it.", Code: "invalid_request", Reason: "redirect-uri-unknown", RequestID: "01JD3N8Q4W7Z", Details: []Detail{{"Client", "demo-orders"}, {"Redirect URI", "https://orders.example.com/callback/of/an/app/that/was/not/registered?with=a&long=query"}}},
		"error-bare":          Error{Base: base},
		"error-long":          Error{Base: base, Title: long, Message: long, Todo: long, Code: long, Reason: long, RequestID: long, Details: []Detail{{long, long}}},
		"signed-out":          SignedOut{Base: base, Client: "Orders", ReturnTo: "https://orders.example.com/"},
		"signed-out-notice":   SignedOut{Base: base, Notice: "One app could not be told. Close its window to be sure."},
		"confirm-logout":      ConfirmLogout{Base: base, Action: "/logout", Request: request, Client: "Orders", Account: "alice"},
		"confirm-logout-bare": ConfirmLogout{Base: base, Action: "/logout"},
		"reason":              reason,
		"reasons":             ReasonIndex{Base: base, Reasons: []Reason{reason, {Code: "no-session", OAuthError: "login_required", Title: "Nobody is signed in"}, {Code: long, OAuthError: long, Title: long}}},
		"reasons-none":        ReasonIndex{Base: base},
		"message":             Message{Base: base, Title: "You can close this window", Text: "The app has what it needs."},
		"message-bare":        Message{Base: base},
	}
}

func rendered(v view) (string, error) {
	var b strings.Builder
	err := v.Render(&b)
	return b.String(), err
}
