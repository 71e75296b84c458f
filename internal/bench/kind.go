package main

// kind is one way to renew. The client has its name in both servers; the floor signs
// with algs, one after the other.
type kind struct {
	name    string // in tables
	client  string
	types   string // response_type
	api     string // algorithm of the API's tokens
	idToken string // and of the ID token
	algs    []string
	want    []string // what a granted answer holds
	// resource: the API is named as RFC 8707 does, and PKCE is left to codes.
	resource bool
}

var (
	codeAnswer  = []string{`"code":"`}
	tokenAnswer = []string{`"access_token":"`, `"id_token":"`}
)

var kinds = []kind{
	{"code", "code", "code", "ES256", "ES256", nil, codeAnswer, false},
	{"ID token and access token, ES256 both", "es256", "id_token token", "ES256", "ES256", []string{"ES256", "ES256"}, tokenAnswer, false},
	{"ID token and access token, RS256 both", "rs256", "id_token token", "RS256", "RS256", []string{"RS256", "RS256"}, tokenAnswer, false},
	{"ID token RS256, access token ES256", "mixed", "id_token token", "ES256", "RS256", []string{"RS256", "ES256"}, tokenAnswer, false},
}

// codeWith is the kind whose code is redeemed for tokens of another kind.
func codeWith(k kind) kind {
	k.types, k.want, k.algs = "code", codeAnswer, nil
	return k
}
