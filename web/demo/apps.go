package demo

import "net/http"

// app is one single-page app: what its page says and which library it loads.
type app struct {
	ID, Name   string // "orders", "Orders"
	ClientID   string
	Library    string // as its users call it
	Flow       string
	Lead       string
	LibraryURL string
	Base       string // its own base URL
	Scope      string // the API scope, asked for besides openid profile email
	APIPath    string
	Popup      bool // offers a sign-in popup
	Opens      bool // can renew in a popup
	Beside     bool // can use the provider's host on its own site
	Offline    bool // offers a sign-in with a refresh token
	Silent     bool // answers SilentCallbackPath
	Payout     bool // calls GET /payout, for which the user must confirm who they are
}

func (c Config) apps() []app {
	return []app{
		{
			ID: "orders", Name: "Orders", ClientID: OrdersClientID, Base: c.Orders,
			Library: "oidc-client-ts", LibraryURL: Library("oidc-client-ts"), Flow: "authorization code with PKCE",
			Lead:  "Renews by a hidden iframe that ends at /silent-callback.",
			Scope: ScopeReadOrders, APIPath: "/orders", Silent: true, Payout: true, Opens: true, Offline: true, Beside: true,
		},
		{
			ID: "reports", Name: "Reports", ClientID: ReportsClientID, Base: c.Reports,
			Library: "auth0-spa-js", LibraryURL: Library("@auth0/auth0-spa-js"), Flow: "authorization code with PKCE, web_message",
			Lead:  "Renews by a hidden iframe that posts its answer to this page.",
			Scope: ScopeReadReports, APIPath: "/reports", Popup: true, Opens: true,
		},
		{
			ID: "classic", Name: "Classic", ClientID: ClassicClientID, Base: c.Classic,
			Library: "auth0-js", LibraryURL: Library("auth0-js"), Flow: "implicit grant, web_message",
			Lead:  "Renews with checkSession(), as apps from before PKCE do. New apps use the code flow.",
			Scope: ScopeReadOrders, APIPath: "/orders",
		},
	}
}

// OrdersApp serves the app written with oidc-client-ts at c.Orders.
func OrdersApp(c Config) http.Handler { return c.serve("orders") }

// ReportsApp serves the app written with auth0-spa-js at c.Reports.
func ReportsApp(c Config) http.Handler { return c.serve("reports") }

// ClassicApp serves the app written with auth0-js at c.Classic.
func ClassicApp(c Config) http.Handler { return c.serve("classic") }

func (c Config) serve(id string) http.Handler {
	mux := http.NewServeMux()
	for _, a := range c.apps() {
		if a.ID != id {
			continue
		}
		page := appPage(c, a)
		mux.Handle("GET /{$}", page)
		mux.Handle("GET "+CallbackPath, page)
		if a.Silent {
			mux.Handle("GET "+SilentCallbackPath, silentPage(c, a))
		}
		e := newEars(c, a)
		mux.HandleFunc("POST "+BackchannelPath, e.backchannel)
		mux.HandleFunc("GET "+FrontchannelPath, e.frontchannel)
		mux.HandleFunc("GET "+ToldPath, e.told)
	}
	mux.Handle("GET /static/", assets())
	return mux
}
