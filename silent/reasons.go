package silent

import "github.com/hush-sso/hush/internal/oauth"

// Reason is the stable code of a refusal. It is the last segment of
// error_uri, a label of the metric and a field of the log line.
type Reason string

// The reasons. Their order of precedence stands in the list of rules.
const (
	EmbedderUnknown   Reason = "embedder_unknown"
	SecretUnknown     Reason = "secret_unknown"
	CookieBlocked     Reason = "cookie_blocked"
	CookieNotSent     Reason = "cookie_not_sent"
	NoSession         Reason = "no_session"
	SessionNotHere    Reason = "session_not_here"
	SessionGone       Reason = "session_gone"
	SessionIdle       Reason = "session_idle"
	SessionExpired    Reason = "session_expired"
	SessionSuperseded Reason = "session_superseded"
	SessionPending    Reason = "session_pending"
	SignedOut         Reason = "signed_out"
	SessionRevoked    Reason = "session_revoked"
	SessionReplaced   Reason = "session_replaced"
	SessionDisplaced  Reason = "session_displaced"
	PasswordChanged   Reason = "password_changed"
	ConsentRequired   Reason = "consent_required"
	ConsentScope      Reason = "consent_scope"
	ConsentDeclined   Reason = "consent_declined"
	AccountAmbiguous  Reason = "account_ambiguous"
	HintMismatch      Reason = "hint_mismatch"
	SubjectMismatch   Reason = "subject_mismatch"
	ACRUnmet          Reason = "acr_unmet"
	MaxAgeExceeded    Reason = "max_age_exceeded"
	StepUpRequired    Reason = "step_up_required"
	UserDisabled      Reason = "user_disabled"
	FactorRequired    Reason = "factor_required"
	StoreUnavailable  Reason = "store_unavailable"
	AuditUnavailable  Reason = "audit_unavailable"
	Overloaded        Reason = "overloaded"

	// What the operator's rules made of a user who is signed in.
	RuleDenied      Reason = "rule_denied"
	RuleFailed      Reason = "rule_failed"
	RuleRedirect    Reason = "rule_redirect"
	RuleMultifactor Reason = "rule_multifactor"
	RuleFactor      Reason = "rule_factor_missing"

	// Asked for by the request itself, so never the answer to prompt=none.
	SelectionAsked Reason = "selection_asked"
	LoginAsked     Reason = "login_asked"
	ConsentAsked   Reason = "consent_asked"
)

// Explanation is what a developer is told about a reason.
type Explanation struct {
	Reason  Reason
	Error   string // the error code that goes with it
	Text    string // error_description, fixed
	Title   string
	Meaning string
	Todo    []string
}

// Err returns the refusal as the error that is sent to the client.
func (r Reason) Err() *oauth.Error {
	e := Explain(r)
	return &oauth.Error{Code: e.Error, Description: e.Text, Reason: string(r)}
}

// Unavailable is the answer to an outage, which is never login_required: the
// user may well be signed in.
func Unavailable(cause error) *oauth.Error {
	err := StoreUnavailable.Err()
	err.Cause = cause
	return err
}

// Unwritten is the answer where nothing is given that is not written down, and it
// cannot be.
func Unwritten(cause error) *oauth.Error {
	err := AuditUnavailable.Err()
	err.Cause = cause
	return err
}

// FactorMissing is FactorRequired at the token endpoint, with the error code of Auth0.
func FactorMissing() *oauth.Error {
	err := FactorRequired.Err()
	err.Code = oauth.MFARequired
	return err
}

// Explain returns what is known about a reason; the zero Explanation for a
// code that is none.
func Explain(r Reason) Explanation {
	for i := range explanations {
		if explanations[i].Reason == r {
			return explanations[i]
		}
	}
	return Explanation{}
}

// Explanations returns all of them, for the pages that show them.
func Explanations() []Explanation { return explanations }

const signIn = "Treat the user as signed out and offer to sign in: call /authorize without prompt=none in the top-level window."

const (
	lastly     = "Where none of this helps, offer to sign in: call /authorize without prompt=none in the top-level window."
	otherRungs = "Do not sign the user out for this alone. Renew by what needs no third-party cookie: a refresh token, a redirect of the whole window with prompt=none, or hush.js, which finds out what works in this browser."
	sameSite   = "Serve the provider on the same site as the app (login.example.com for app.example.com): its cookie is then not a third-party cookie."
)

var explanations = []Explanation{
	{NoSession, oauth.LoginRequired, "No one is signed in: the request carried no session cookie.",
		"Nobody is signed in",
		"The browser holds no session cookie, and nothing kept it from sending one. The user has not signed in here with this browser, or closed it since.",
		[]string{signIn}},
	{SessionNotHere, oauth.LoginRequired, "No one is signed in at this host of the provider. Somebody may be at another: a top-level request tells, and brings the session along.",
		"The session was not moved to this host",
		"The provider is reached by several host names, with one sign-in behind them. To this one the browser's session, if there is one, was not moved yet. That needs the window, once: a frame is not sent from host to host.",
		[]string{
			"Call /authorize with prompt=none in the top-level window: whoever is signed in at another host is signed in here afterwards, without a page, and from then on the frame renews.",
			lastly,
		}},
	{CookieBlocked, oauth.LoginRequired, "The browser blocks third-party cookies in this iframe, so the user may well be signed in.",
		"The browser blocks our cookie in the iframe",
		"The request came from an iframe on another site, and the browser said that it holds cookies back there (Sec-Fetch-Storage-Access). Nothing is known about the user's session. Access that was granted before was asked for, where the page around the iframe is the app's and says so, and did not help.",
		[]string{otherRungs, sameSite, lastly}},
	{CookieNotSent, oauth.LoginRequired, "The cross-site iframe carried no session cookie: the user is not signed in, or the browser blocks third-party cookies.",
		"A cross-site iframe came without our cookie",
		"The request came from a hidden iframe on another site and the browser sent no session cookie with it, and does not say why. Either nobody is signed in, or the browser blocks third-party cookies: Safari, Firefox and private windows do so by default.",
		[]string{
			"Look whether a top-level request with prompt=none succeeds. If it does, the cookie is blocked in the iframe.",
			otherRungs, sameSite, lastly,
		}},
	{SessionGone, oauth.LoginRequired, "The session no longer exists.",
		"The session no longer exists",
		"The browser's cookie is genuine but the store knows no such session. How a session ended is remembered for an hour and told to the apps that took part in it: this one ended earlier, or the app never took part, or the store lost its data.",
		[]string{signIn, "If many users see this at once, look at the store: was it flushed, restarted without persistence, or restored from a backup?"}},
	{SessionIdle, oauth.LoginRequired, "The session was not used for longer than its idle lifetime.",
		"The session idled out",
		"Nobody used the session for longer than session.idle.",
		[]string{signIn, "If apps renew in the background but users are signed out all the same, look at session.renewal_is_activity."}},
	{SessionExpired, oauth.LoginRequired, "The session reached its absolute lifetime.",
		"The session reached the end of its life",
		"A session lives no longer than session.lifetime, however much it is used.",
		[]string{signIn}},
	{SessionSuperseded, oauth.LoginRequired, "The session cookie was replaced by a later sign-in in the same session.",
		"An older copy of the cookie was used",
		"Each sign-in gives the browser a new secret. The secret in this cookie was replaced more than 15 seconds ago: it is a copy that was kept somewhere.",
		[]string{signIn, "If a user sees this without having copied anything, end their sessions: someone else may hold a copy."}},
	{SessionPending, oauth.LoginRequired, "A sign-in was begun in this browser but not finished.",
		"The sign-in was not finished",
		"The user's credentials were right, but a later step of the sign-in was not completed.",
		[]string{signIn}},
	{SignedOut, oauth.LoginRequired, "The user signed out.",
		"The user signed out",
		"The session was ended by a sign-out, at this app or at another one that shares it.",
		[]string{"Clear what the app keeps about the user.", signIn}},
	{SessionRevoked, oauth.LoginRequired, "The session was ended from elsewhere.",
		"The session was revoked",
		"An operator, or the user from another device, ended this session.",
		[]string{"Clear what the app keeps about the user.", signIn}},
	{SessionReplaced, oauth.LoginRequired, "More accounts signed in in the same browser than it can hold.",
		"Another account took its place",
		"A browser holds five accounts. A further sign-in ended this session, the oldest.",
		[]string{"Clear what the app keeps about the user.", signIn}},
	{SessionDisplaced, oauth.LoginRequired, "The user's later sessions left no room for this one.",
		"The user signed in too often elsewhere",
		"A user may have no more than session.max_per_user sessions. A later sign-in, with another browser, ended the oldest of them.",
		[]string{"Clear what the app keeps about the user.", signIn}},
	{PasswordChanged, oauth.LoginRequired, "The user's password was changed since this sign-in.",
		"The password was changed",
		"The session began with a password that is no longer the user's. Only the browser in which the password was changed stays signed in.",
		[]string{"Clear what the app keeps about the user.", signIn}},
	{SecretUnknown, oauth.LoginRequired, "The session cookie was sealed under a secret that this server does not hold.",
		"The cookie's secret is unknown",
		"Cookies carry the id of the secret that sealed them. This one names a secret that is not in the server's list.",
		[]string{
			"If a secret was changed, keep the old one in second place of secrets until no cookie uses it.",
			"If several nodes serve one issuer, give all of them the same list.",
			signIn,
		}},
	{ConsentRequired, oauth.ConsentRequired, "The user has not yet allowed this app.",
		"The app has no consent yet",
		"Someone is signed in but was never asked whether this app may act for them. A silent request cannot ask.",
		[]string{
			"Call /authorize without prompt=none in the top-level window: the user sees the consent page once.",
			"For the operator's own apps set first_party on the client and skip_consent_for_first_party on the API.",
		}},
	{ConsentScope, oauth.ConsentRequired, "The user's consent does not cover every scope that was asked for.",
		"The consent covers less than was asked for",
		"The user allowed this app before, but for fewer scopes or another API than this request names.",
		[]string{
			"Call /authorize without prompt=none in the top-level window and with the same scope: the user is asked for what is new.",
			"Or ask silently for no more than was granted.",
		}},
	{ConsentDeclined, oauth.AccessDenied, "The user declined to allow the app.",
		"The user declined",
		"The user was shown the consent page and chose not to allow the app.",
		[]string{"Say what does not work without the permission and let the user try again."}},
	{AccountAmbiguous, oauth.AccountSelectionRequired, "Several accounts are signed in, and only the user can tell which one this app is for.",
		"An account must be chosen",
		"The browser holds several accounts, and which of them this app used last is not known: it used none of them yet, or the session of one is over and forgotten. Tokens of another person are never the answer.",
		[]string{
			"Call /authorize without prompt=none in the top-level window: the user chooses, once for this app.",
			"Send id_token_hint, or login_hint, with silent requests: it picks the account.",
		}},
	{HintMismatch, oauth.LoginRequired, "Another user is signed in than the one that id_token_hint or login_hint names.",
		"Somebody else is signed in",
		"The request's id_token_hint or login_hint names one user, and no account that is signed in is theirs. Tokens of another person are never the answer.",
		[]string{"Clear what the app keeps about the former user.", signIn}},
	{SubjectMismatch, oauth.LoginRequired, "Another user is signed in than the one that claims names by sub.",
		"Somebody else than the claims parameter asks for",
		"The request's claims parameter names a sub and the session belongs to another user. Tokens of another person are never the answer.",
		[]string{"Clear what the app keeps about the former user.", signIn}},
	{ACRUnmet, oauth.UnmetAuthenticationRequirements, "The request asks for an acr that no sign-in of this user reaches.",
		"The sign-in is not as strong as was asked for",
		"The request asks for an acr that a sign-in here does not reach: it names none of the values that there are, or the user signed in for it and did not get as far. Which values there are stands in discovery as acr_values_supported.",
		[]string{"Ask for one of acr_values_supported. What the claims parameter names as essential, and acr_values for tokens of an API, is refused where it cannot be met; anything else is a wish, and the ID token says in acr how the user signed in."}},
	{MaxAgeExceeded, oauth.LoginRequired, "The user signed in longer ago than max_age allows.",
		"The sign-in is older than max_age",
		"The request allows max_age seconds since the user last entered their credentials, and more have passed. Silent renewals do not make a sign-in newer.",
		[]string{"Call /authorize with the same max_age and without prompt=none: the user signs in again.", "Leave max_age out of silent renewals where a recent sign-in is not needed."}},
	{StepUpRequired, oauth.InteractionRequired, "The user is signed in, but not as strongly as the request asks for: they must confirm who they are.",
		"The user must confirm who they are",
		"The request asks for an acr, by acr_values, by claims or by what is registered for the app, and the user's sign-in counts for less: it was not made for that, or too long ago. A silent request raises nothing.",
		[]string{"Do not sign the user out. Call /authorize with the same acr_values and without prompt=none, in the top-level window, when the user is about to do what needs it.", "Leave acr_values out of silent renewals: ask for it where it is needed."}},
	{FactorRequired, oauth.LoginRequired, "Multifactor authentication required",
		"The app needs a second factor",
		"The user is signed in, but without a second factor, and the operator lets nobody use the app so. A silent request cannot ask for one. The error and its description are those of Auth0, so that its libraries know them.",
		[]string{"Call /authorize without prompt=none in the top-level window: the user is asked for the factor, or sets one up."}},
	{UserDisabled, oauth.LoginRequired, "The user's account is disabled or no longer exists.",
		"The account is disabled",
		"The session's user was disabled or removed from the directory.",
		[]string{"Clear what the app keeps about the user.", "An operator can enable the account again in the user directory."}},
	{EmbedderUnknown, oauth.AccessDenied, "The page that embeds the request is not on an origin registered for this app.",
		"An unknown page embeds the request",
		"The silent request came from an iframe on a page whose origin is not among the app's web origins.",
		[]string{"Add the page's origin to web_origins of the client. Origins are compared exactly, scheme and port included."}},
	{StoreUnavailable, oauth.TemporarilyUnavailable, "The session store did not answer. The user may still be signed in: try again shortly.",
		"The session store is out of reach",
		"Redis did not answer in time, or this server is still waiting for its signing keys. Nothing is known about the user's session.",
		[]string{
			"Do not sign the user out. Keep the tokens that are still valid and try again after some seconds.",
			"Operators: see /readyz and the metric hush_store_errors_total.",
		}},
	{AuditUnavailable, oauth.TemporarilyUnavailable, "The server cannot write its audit log, and gives nothing that is not written there. The user may still be signed in: try again shortly.",
		"The audit log cannot be written",
		"The operator chose to have nothing given that the audit log does not hold (audit.on_error: refuse), and it cannot be written: the disk may be full. Nothing is said of the user's session.",
		[]string{
			"Do not sign the user out. Keep the tokens that are still valid and try again after some seconds.",
			"Operators: see the log for why, and the metric hush_audit_failing.",
		}},
	{Overloaded, oauth.TemporarilyUnavailable, "The provider has more requests than it can serve. The user may still be signed in: try again shortly.",
		"Too many requests at once",
		"More requests came than this server can serve, so this one was refused before anything was looked up. Nothing is known about the user's session.",
		[]string{
			"Do not sign the user out. Keep the tokens that are still valid and try again after some seconds, each browser after a different time.",
			"Operators: see the metric hush_shed_total. If it grows for long, add a node or a processor.",
		}},
	{RuleDenied, oauth.AccessDenied, "A rule of the provider does not let this user in.",
		"A rule refused the user",
		"One of the operator's rules refused the user, by UnauthorizedError. Its message is the error_description. Nobody is signed in by that: who was not before, is not now.",
		[]string{
			"Show the user the error_description, and do not ask again by yourself: the rules judge every request anew.",
			"Operators: the log line of the request names the rule.",
		}},
	{RuleFailed, oauth.ServerError, "The provider's rules came to no result, so nobody is let in. Try again later.",
		"A rule failed",
		"One of the operator's rules failed with an error, took too long, or asked for what is not allowed; or there was no room to run it. Where rules come to no verdict nobody is let in. Nothing is said of the user's session.",
		[]string{
			"Do not sign the user out. Keep the tokens that are still valid and try again after some seconds.",
			"Operators: the log line of the request names the rule and says what failed. Try it with hush rules test.",
		}},
	{RuleRedirect, oauth.InteractionRequired, "A rule of the provider wants the user to do something on another page first.",
		"A rule sends the user to another page",
		"One of the operator's rules set context.redirect: the user has to go to that page and come back. A silent request cannot take them there.",
		[]string{
			"Do not sign the user out. Call /authorize without prompt=none in the top-level window: the user is taken to the page, and comes back to the app signed in.",
			"Operators: a rule that needs the page only once can be named in rules.skip_silent, or remember in app_metadata that it is done.",
		}},
	{RuleMultifactor, oauth.LoginRequired, "Multifactor authentication required",
		"A rule asks for a second factor",
		"One of the operator's rules set context.multifactor, and the user's sign-in holds no second factor. A silent request cannot ask for one. The error and its description are those of Auth0, so that its libraries know them.",
		[]string{"Call /authorize without prompt=none in the top-level window."}},
	{RuleFactor, oauth.AccessDenied, "A rule of the provider asks for a second factor, and none can be given here.",
		"There is no second factor to ask for",
		"One of the operator's rules set context.multifactor, and the user signed in with a password. Second factors are not switched on at this provider, so the user is let in nowhere that needs one.",
		[]string{"Operators: switch second factors on, or leave context.multifactor unset. (docs/second-factors.md)"}},
	{SelectionAsked, oauth.AccountSelectionRequired, "The request asks for an account to be chosen.",
		"An account must be chosen", "The request said prompt=select_account and the choice was not made.",
		[]string{"Let the user finish the page."}},
	{LoginAsked, oauth.LoginRequired, "The request asks for a new sign-in.",
		"A new sign-in was asked for", "The request said prompt=login and the sign-in was not made.",
		[]string{"Let the user finish the page."}},
	{ConsentAsked, oauth.ConsentRequired, "The request asks for consent to be given again.",
		"Consent was asked for again", "The request said prompt=consent and the user did not answer.",
		[]string{"Let the user finish the page."}},
}
