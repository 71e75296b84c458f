package rules

// Input is one authentication as rules see it. The JSON of User and Context is the
// shape that Auth0 documents, so that what was written for it runs unchanged.
type Input struct {
	User    User
	Context Context
	// Silent: nobody can be asked anything.
	Silent bool
	// Passed is the Version of the set that passed before, for this client in this
	// session; "" if none did. Where it is this set's and the request is silent, the
	// rules of Set.SkipSilent do not run.
	Passed string
}

// User is the first argument of a rule.
type User struct {
	UserID        string         `json:"user_id"`
	Username      string         `json:"username,omitempty"`
	Email         string         `json:"email,omitempty"`
	EmailVerified bool           `json:"email_verified"`
	Name          string         `json:"name,omitempty"`
	GivenName     string         `json:"given_name,omitempty"`
	FamilyName    string         `json:"family_name,omitempty"`
	Nickname      string         `json:"nickname,omitempty"`
	Picture       string         `json:"picture,omitempty"`
	Identities    []Identity     `json:"identities"`
	AppMetadata   map[string]any `json:"app_metadata"`  // never nil
	UserMetadata  map[string]any `json:"user_metadata"` // never nil
	// Claims are the other claims of the directory; where one has the name of a field
	// above, the field counts.
	Claims map[string]any `json:"-"`
}

// Identity is where a user comes from.
type Identity struct {
	Connection string `json:"connection"`
	Provider   string `json:"provider"`
	UserID     string `json:"user_id"`
	IsSocial   bool   `json:"isSocial"`
}

// What a connection is called that nobody named: as Auth0 calls its own database.
const (
	DefaultConnection = "Username-Password-Authentication"
	DefaultStrategy   = "auth0"
)

// Protocols of Context.
const (
	ProtocolCode     = "oidc-basic-profile"    // response type code
	ProtocolImplicit = "oidc-implicit-profile" // tokens, and no code
	ProtocolHybrid   = "oidc-hybrid-profile"   // both
	ProtocolRefresh  = "oauth2-refresh-token"
	ProtocolRedirect = "redirect-callback" // back from where a rule had sent the user
)

// Context is the second argument of a rule.
type Context struct {
	ClientID           string            `json:"clientID"`
	ClientName         string            `json:"clientName"`
	ClientMetadata     map[string]string `json:"clientMetadata"` // never nil
	Connection         string            `json:"connection"`
	ConnectionStrategy string            `json:"connectionStrategy"`
	ConnectionID       string            `json:"connectionID,omitempty"`
	Protocol           string            `json:"protocol"`
	OriginalProtocol   string            `json:"original_protocol,omitempty"` // of the request, where Protocol is ProtocolRedirect
	SessionID          string            `json:"sessionID,omitempty"`         // the sid claim
	Stats              Stats             `json:"stats"`
	SSO                SSO               `json:"sso"`
	AccessToken        AccessToken       `json:"accessToken"`
	IDToken            struct{}          `json:"idToken"`
	Request            Request           `json:"request"`
	Authentication     Authentication    `json:"authentication"`
	Authorization      Authorization     `json:"authorization"`
}

// Stats are about the user's sign-ins.
type Stats struct {
	LoginsCount int64 `json:"loginsCount"` // interactive ones, this one too
}

// SSO is about the session.
type SSO struct {
	WithAuth0      bool     `json:"with_auth0"`      // it was there before this request
	CurrentClients []string `json:"current_clients"` // client ids; never nil
}

// AccessToken is what rules may change of access tokens.
type AccessToken struct {
	Scope []string `json:"scope"` // that is granted, of all APIs; never nil
}

// Request is the request of the browser, or of the app with a refresh token.
type Request struct {
	UserAgent string            `json:"userAgent"`
	IP        string            `json:"ip"`
	Hostname  string            `json:"hostname"`
	Query     map[string]string `json:"query"` // never nil, never a credential
	Body      map[string]string `json:"body"`  // likewise
}

// Authentication is how the user proved who they are.
type Authentication struct {
	Methods []Method `json:"methods"`
}

// Method is one way of it.
type Method struct {
	Name      string `json:"name"`      // pwd, mfa, and so on
	Timestamp int64  `json:"timestamp"` // ms since 1970
}

// Authorization is what the user may do.
type Authorization struct {
	Roles []string `json:"roles"` // app_metadata.roles; never nil
}

// RolesOf are those of app_metadata; never nil.
func RolesOf(app map[string]any) []string {
	names := []string{}
	list, _ := app["roles"].([]any)
	for _, role := range list {
		if name, ok := role.(string); ok {
			names = append(names, name)
		}
	}
	return names
}
