package register

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/jose"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// Metadata is what an app says of itself, and what it is told back: the names
// are those of RFC 7591 section 2 and OpenID Connect Dynamic Client Registration
// 1.0 section 2. Every name that means something here is a field; others are
// ignored and not kept.
type Metadata struct {
	RedirectURIs           []string `json:"redirect_uris"`
	PostLogoutRedirectURIs []string `json:"post_logout_redirect_uris,omitempty"`
	ResponseTypes          []string `json:"response_types"`
	GrantTypes             []string `json:"grant_types"`
	ApplicationType        string   `json:"application_type"`

	ClientName string   `json:"client_name,omitempty"`
	LogoURI    string   `json:"logo_uri,omitempty"`
	ClientURI  string   `json:"client_uri,omitempty"`
	PolicyURI  string   `json:"policy_uri,omitempty"`
	TOSURI     string   `json:"tos_uri,omitempty"`
	Contacts   []string `json:"contacts,omitempty"`

	TokenEndpointAuthMethod     string          `json:"token_endpoint_auth_method"`
	TokenEndpointAuthSigningAlg string          `json:"token_endpoint_auth_signing_alg,omitempty"`
	JWKS                        json.RawMessage `json:"jwks,omitempty"`
	JWKSURI                     string          `json:"jwks_uri,omitempty"`
	IDTokenSignedResponseAlg    string          `json:"id_token_signed_response_alg"`
	UserInfoSignedResponseAlg   string          `json:"userinfo_signed_response_alg,omitempty"` // "": JSON
	SubjectType                 string          `json:"subject_type"`
	SectorIdentifierURI         string          `json:"sector_identifier_uri,omitempty"`
	Scope                       string          `json:"scope,omitempty"`             // separated by spaces; "": whatever users allow
	RequireAuthTime             bool            `json:"require_auth_time,omitempty"` // auth_time is in every ID token
	InitiateLoginURI            string          `json:"initiate_login_uri,omitempty"`

	// How the app asks, and what holds where it does not say.
	AuthorizationSignedResponseAlg     string   `json:"authorization_signed_response_alg,omitempty"`
	RequestObjectSigningAlg            string   `json:"request_object_signing_alg,omitempty"`
	RequestURIs                        []string `json:"request_uris,omitempty"`
	RequireSignedRequestObject         bool     `json:"require_signed_request_object,omitempty"`
	RequirePushedAuthorizationRequests bool     `json:"require_pushed_authorization_requests,omitempty"`
	DPoPBoundAccessTokens              bool     `json:"dpop_bound_access_tokens,omitempty"`
	DefaultMaxAge                      *int64   `json:"default_max_age,omitempty"` // seconds
	DefaultACRValues                   []string `json:"default_acr_values,omitempty"`

	// Where the app is told of sign-outs. iss and sid are always there.
	BackchannelLogoutURI              string `json:"backchannel_logout_uri,omitempty"`
	BackchannelLogoutSessionRequired  bool   `json:"backchannel_logout_session_required,omitempty"`
	FrontchannelLogoutURI             string `json:"frontchannel_logout_uri,omitempty"`
	FrontchannelLogoutSessionRequired bool   `json:"frontchannel_logout_session_required,omitempty"`

	SoftwareID      string `json:"software_id,omitempty"`
	SoftwareVersion string `json:"software_version,omitempty"`
}

// Parse reads what an app sends: one JSON object in which nothing stands twice.
// What is not there, or null (RFC 7592 section 2.2), has its default.
func Parse(body []byte) (*Metadata, map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if len(body) > maxMetadata {
		return nil, nil, invalid("the metadata must not be longer than %d KB", maxMetadata>>10)
	}
	if jose.CheckObject(body) != nil || json.Unmarshal(body, &members) != nil {
		return nil, nil, invalid("the body must be one JSON object in which no member stands twice")
	}
	for name, value := range members {
		if isNothing(value) {
			delete(members, name)
		}
	}
	m := &Metadata{}
	fields := reflect.ValueOf(m).Elem()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Type().Field(i).Tag.Get("json"), ",")
		value, there := members[name] // by its very name, which encoding/json would not ask for
		if !there {
			continue
		}
		if err := json.Unmarshal(value, fields.Field(i).Addr().Interface()); err != nil {
			return nil, nil, invalid("%s must be %s", name, kindOf(fields.Field(i).Type()))
		}
	}
	if err := refuse(members); err != nil {
		return nil, nil, err
	}
	m.defaults()
	return m, members, nil
}

func isNothing(value json.RawMessage) bool { return string(value) == "null" }

func kindOf(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return "an array of strings"
		}
		return "an object"
	case reflect.Bool:
		return "true or false"
	case reflect.Int64:
		return "a whole number"
	}
	return "a string"
}

func (m *Metadata) defaults() {
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&m.ApplicationType, "web")
	set(&m.TokenEndpointAuthMethod, client.AuthBasic)
	set(&m.IDTokenSignedResponseAlg, token.Algorithms[0])
	set(&m.SubjectType, client.SubjectPublic)
	if m.ResponseTypes == nil {
		m.ResponseTypes = []string{oauth.ResponseCode.String()}
	}
	if m.GrantTypes == nil {
		m.GrantTypes = []string{client.GrantCode}
	}
}

// invalid is a refusal of metadata (RFC 7591 section 3.2.2); the words name the
// member.
func invalid(format string, args ...any) *oauth.Error {
	return oauth.Errorf(oauth.InvalidClientMetadata, format+".", args...)
}
