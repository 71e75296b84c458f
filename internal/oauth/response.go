package oauth

import "strings"

// ResponseType is a set of what the authorization endpoint answers with
// (OAuth 2.0 Multiple Response Type Encoding Practices 1.0).
type ResponseType uint8

// The members of a ResponseType.
const (
	ResponseCode ResponseType = 1 << iota
	ResponseIDToken
	ResponseToken
)

// ResponseTypes are all that there are, as discovery lists them.
var ResponseTypes = []ResponseType{
	ResponseCode, ResponseToken, ResponseIDToken, ResponseIDToken | ResponseToken,
	ResponseCode | ResponseIDToken, ResponseCode | ResponseToken, ResponseCode | ResponseIDToken | ResponseToken,
}

// ParseResponseType reads the words of response_type in any order.
func ParseResponseType(raw string) (ResponseType, *Error) {
	var t ResponseType
	for word := range strings.SplitSeq(raw, " ") {
		var bit ResponseType
		switch word {
		case "code":
			bit = ResponseCode
		case "token":
			bit = ResponseToken
		case "id_token":
			bit = ResponseIDToken
		default:
			return 0, Errorf(UnsupportedResponseType, "response_type must be made of code, id_token and token.")
		}
		if t&bit != 0 {
			return 0, Errorf(InvalidRequest, "response_type names %s twice.", word)
		}
		t |= bit
	}
	return t, nil
}

// Has tells whether t contains all members of u.
func (t ResponseType) Has(u ResponseType) bool { return t&u == u }

// Implicit tells whether a token leaves the authorization endpoint itself.
func (t ResponseType) Implicit() bool { return t&(ResponseToken|ResponseIDToken) != 0 }

// String returns the words in the order in which discovery lists them.
func (t ResponseType) String() string {
	var words []string
	if t.Has(ResponseCode) {
		words = append(words, "code")
	}
	if t.Has(ResponseIDToken) {
		words = append(words, "id_token")
	}
	if t.Has(ResponseToken) {
		words = append(words, "token")
	}
	return strings.Join(words, " ")
}

// ResponseMode is the way an answer travels back.
type ResponseMode string

// The modes of OAuth 2.0 Multiple Response Types, Form Post Response Mode and
// Auth0's web_message, and those of JARM, in which the answer is one signed JWT.
const (
	ModeQuery       ResponseMode = "query"
	ModeFragment    ResponseMode = "fragment"
	ModeFormPost    ResponseMode = "form_post"
	ModeWebMessage  ResponseMode = "web_message"
	ModeQueryJWT    ResponseMode = "query.jwt"
	ModeFragmentJWT ResponseMode = "fragment.jwt"
	ModeFormPostJWT ResponseMode = "form_post.jwt"
)

// ModeFedCM hands the answer to the browser, which hands it to the page that asked
// it (FedCM). No request names it.
const ModeFedCM ResponseMode = "fedcm"

// modeJWT is the signed form of the response type's default (JARM section 2.3.4).
const modeJWT ResponseMode = "jwt"

// ResponseModes are all that a request may name, as discovery lists them.
var ResponseModes = []ResponseMode{
	ModeQuery, ModeFragment, ModeFormPost, ModeWebMessage, modeJWT, ModeQueryJWT, ModeFragmentJWT, ModeFormPostJWT,
}

const signed = ".jwt"

// Signed tells whether the answer is one JWT (JARM).
func (m ResponseMode) Signed() bool { return strings.HasSuffix(string(m), signed) }

// Plain returns how the answer travels, signed or not.
func (m ResponseMode) Plain() ResponseMode {
	return ResponseMode(strings.TrimSuffix(string(m), signed))
}

// ParseResponseMode returns the mode to answer with: the requested one, or the
// default of t where raw is empty. On error it still returns the mode in which
// the error itself may be sent: tokens never travel in a query, errors may. Who
// asked for a signed answer gets a signed error.
func ParseResponseMode(raw string, t ResponseType) (ResponseMode, *Error) {
	m, fallback := ResponseMode(raw), ModeQuery
	if t.Implicit() {
		fallback = ModeFragment
	}
	if m.Signed() || m == modeJWT {
		fallback += signed
	}
	switch m {
	case "", modeJWT:
		return fallback, nil
	case ModeQuery, ModeQueryJWT:
		if t.Implicit() {
			return fallback, Errorf(InvalidRequest, "response_mode=%s cannot carry tokens: use fragment or form_post, plain or with .jwt, or web_message.", raw)
		}
		return m, nil
	case ModeFragment, ModeFormPost, ModeWebMessage, ModeFragmentJWT, ModeFormPostJWT:
		return m, nil
	default:
		return fallback, Errorf(InvalidRequest, "response_mode must be query, fragment, form_post, web_message, jwt, query.jwt, fragment.jwt or form_post.jwt.")
	}
}
