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
// Auth0's web_message.
const (
	ModeQuery      ResponseMode = "query"
	ModeFragment   ResponseMode = "fragment"
	ModeFormPost   ResponseMode = "form_post"
	ModeWebMessage ResponseMode = "web_message"
)

// ParseResponseMode returns the mode to answer with: the requested one, or the
// default of t where raw is empty. On error it still returns the mode in which
// the error itself may be sent: tokens never travel in a query, errors may.
func ParseResponseMode(raw string, t ResponseType) (ResponseMode, *Error) {
	fallback := ModeQuery
	if t.Implicit() {
		fallback = ModeFragment
	}
	switch m := ResponseMode(raw); m {
	case "":
		return fallback, nil
	case ModeQuery:
		if t.Implicit() {
			return fallback, Errorf(InvalidRequest, "response_mode=query cannot carry tokens: use fragment, form_post or web_message.")
		}
		return m, nil
	case ModeFragment, ModeFormPost, ModeWebMessage:
		return m, nil
	default:
		return fallback, Errorf(InvalidRequest, "response_mode must be query, fragment, form_post or web_message.")
	}
}
