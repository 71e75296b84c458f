// Package authorize is the authorization endpoint without HTTP: it validates a
// request, decides what may happen, issues or asks, and says what the answer
// is. The web package writes that answer in the response mode.
//
// The way of a request:
//
//	Begin     validate, then decide          (request.go, service.go)
//	Resume    the same request, parked in a form, after a redirect
//	SignIn    a parked request and credentials   (signin.go)
//	SignInPasskey  a parked request and a passkey, in place of them  (passkey.go)
//	Depart    a parked request whose person signs in at another provider  (depart.go)
//	Arrive    the same, back from there          (arrive.go)
//	Factor    a sign-in that lacked a second factor, and the factor  (factor_page.go)
//	Choose    a parked request and an account    (choose.go)
//	Consent   a parked request and an answer     (consent.go)
//	Continue  a request whose person a rule had sent elsewhere  (continue.go)
//
// BeginOwn (own.go) is Begin for a page of ours that no app asked for, and Assert
// (fedcm.go) for a browser that asks by itself, on behalf of a page (FedCM).
//
// Where the provider has several hosts people are asked at one of them: Move answers a
// request that another host sealed, Land takes the ticket that it comes back with
// (hops.go, hop.go).
//
// All of them end in decide, so every guard of the silent path guards the
// interactive one, and in one Outcome: an Answer for the app, an Ask for the
// person, an address to send them to, or a Fault that may not be redirected. Where
// the parameters of Begin do not stand in the request itself they come out of an
// object that the app signed or pushed (arrival.go, object.go, fetched.go, pushed.go).
//
// Every way in hands what the person proved, a proof (proof.go), to enter (signin.go): the
// rules, a second factor where one is due (askFactor in factor.go), and then begin, before
// which there is no session.
//
// Whoever decide lets pass, the operator's rules may still keep out. They are asked in
// three places: before a sign-in becomes a session (rulesignin.go), before an app gets
// anything (abide in rules.go) and before a refresh token is spent (rulerefresh.go).
// What they are told is gathered in ruleinput.go, and what they said waits in
// waiting.go while the person answers a page.
//
// Apps call the others themselves, without a browser:
//
//	Push              a request ahead of Begin (pushed.go)
//	Exchange          a code (tokens.go)
//	Refresh           a refresh token (refresh.go)
//	UserInfo          an access token (tokens.go)
//	Inspect, Revoke   any token (inspect.go)
//
// Find is where all of them look an app up (registered.go).
package authorize
