package oauth

import "fmt"

// Error codes of RFC 6749 (sections 4.1.2.1 and 5.2), RFC 6750 (section 3.1),
// RFC 8707 (section 2), RFC 9101 (section 7), RFC 9449 (section 12.2), OpenID
// Connect Core 1.0 (section 3.1.2.6) and OpenID Connect Unmet Authentication
// Requirements 1.0.
const (
	InvalidRequest           = "invalid_request"
	InvalidClient            = "invalid_client"
	InvalidGrant             = "invalid_grant"
	InvalidScope             = "invalid_scope"
	InvalidTarget            = "invalid_target"
	InvalidToken             = "invalid_token"
	InsufficientScope        = "insufficient_scope"
	InvalidDPoPProof         = "invalid_dpop_proof"
	UseDPoPNonce             = "use_dpop_nonce"
	UnauthorizedClient       = "unauthorized_client"
	UnsupportedGrantType     = "unsupported_grant_type"
	UnsupportedResponseType  = "unsupported_response_type"
	AccessDenied             = "access_denied"
	ServerError              = "server_error"
	TemporarilyUnavailable   = "temporarily_unavailable"
	LoginRequired            = "login_required"
	InteractionRequired      = "interaction_required"
	MFARequired              = "mfa_required" // Auth0's: a refresh token whose sign-in lacks a second factor
	ConsentRequired          = "consent_required"
	AccountSelectionRequired = "account_selection_required"
	RegistrationNotSupported = "registration_not_supported"
	InvalidRequestObject     = "invalid_request_object"
	InvalidRequestURI        = "invalid_request_uri"

	UnmetAuthenticationRequirements = "unmet_authentication_requirements"
)

// Error codes of RFC 7591 (section 3.2.2).
const (
	InvalidRedirectURI          = "invalid_redirect_uri"
	InvalidClientMetadata       = "invalid_client_metadata"
	UnapprovedSoftwareStatement = "unapproved_software_statement"
)

// Error is a refusal with a public face and a private cause. Code, Description
// and Reason may be sent to the client; Cause is for the log only.
type Error struct {
	Code        string // an error code of the field, e.g. "invalid_request"
	Description string // for developers: what was wrong and what to do
	Reason      string // stable cause, the last segment of error_uri; "" for none
	Cause       error  // never leaves the server
}

// Errorf makes an Error whose description is fixed text with values put in.
// Values must be names, never secrets: descriptions are sent and logged.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Description: fmt.Sprintf(format, args...)}
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Code + ": " + e.Description + ": " + e.Cause.Error()
	}
	return e.Code + ": " + e.Description
}

func (e *Error) Unwrap() error { return e.Cause }
