package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hush-sso/hush/internal/dpop"
)

// leeway is how far the API's clock may be from the provider's.
const leeway = 30 * time.Second

// algorithms are all asymmetric: with HS256 whoever knows the public key could
// sign.
var algorithms = []string{"RS256", "ES256", "EdDSA"}

// refusal is why a request was refused. check is the first check that failed:
// header, jwt, typ, alg, crit, jwks, key, signature, proof, issuer, audience,
// expiry, scope or acr, in this order.
type refusal struct {
	status      int
	code        string // error code of RFC 6750 or RFC 9449; "" when no token came
	check       string
	description string
	scope       string // what is missing, with insufficient_scope
	acr         string // what the sign-in must be, and how recent
	maxAge      time.Duration
}

func invalid(check, format string, args ...any) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: "invalid_token", check: check, description: fmt.Sprintf(format, args...)}
}

// verifier checks access tokens. Safe for concurrent use.
type verifier struct {
	issuer, audience string
	base             string // of the API's own addresses
	proofs           *dpop.Verifier
	keys             *keySet
	parser           *jwt.Parser
	expiry           *jwt.Validator
}

func newVerifier(c Config) *verifier {
	return &verifier{
		issuer:   c.Issuer,
		audience: c.audience(),
		base:     c.API,
		proofs:   newProofs(c.API),
		keys:     newKeySet(c.keysURL(), c.JWKS),
		// The claims are judged one by one below, to name the one that failed.
		parser: jwt.NewParser(jwt.WithValidMethods(algorithms), jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation()),
		expiry: jwt.NewValidator(jwt.WithExpirationRequired(), jwt.WithLeeway(leeway)),
	}
}

// verify returns the claims of the request's access token, or the first check
// that it fails.
func (v *verifier) verify(r *http.Request, scope string) (jwt.MapClaims, *refusal) {
	scheme, raw, refused := accessToken(r.Header)
	if refused != nil {
		return nil, refused
	}
	if refused := v.inspect(raw); refused != nil {
		return nil, refused
	}
	claims, refused := v.signed(r.Context(), raw)
	if refused != nil {
		return nil, refused
	}
	if refused := v.hold(r, scheme, raw, claims); refused != nil {
		return nil, refused
	}
	return claims, v.judge(claims, scope)
}

// accessToken takes the token and its scheme, Bearer or DPoP, from the one
// Authorization header. Tokens in the query or the body are not accepted: they
// end up in logs.
func accessToken(h http.Header) (scheme, token string, refused *refusal) {
	missing := &refusal{status: http.StatusUnauthorized, check: "header",
		description: "No access token: send it as Authorization: Bearer <token>."}
	values := h.Values("Authorization")
	if len(values) == 0 {
		return "", "", missing
	}
	scheme, token, _ = strings.Cut(values[0], " ")
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		scheme = "Bearer"
	case strings.EqualFold(scheme, "DPoP"):
		scheme = "DPoP"
	default:
		return "", "", missing
	}
	token = strings.TrimSpace(token)
	if len(values) > 1 || token == "" || strings.ContainsAny(token, " \t,") {
		return "", "", &refusal{status: http.StatusBadRequest, code: "invalid_request", check: "header",
			description: "The request must carry exactly one Authorization header with one access token."}
	}
	return scheme, token, nil
}

// signed checks the signature with the provider's published keys.
func (v *verifier) signed(ctx context.Context, raw string) (jwt.MapClaims, *refusal) {
	claims := jwt.MapClaims{}
	_, err := v.parser.ParseWithClaims(raw, claims, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		return v.keys.find(ctx, kid, t.Method.Alg())
	})
	switch {
	case err == nil:
		return claims, nil
	case errors.Is(err, errUnreachable):
		return nil, &refusal{status: http.StatusServiceUnavailable, code: "temporarily_unavailable", check: "jwks",
			description: "The provider's keys (jwks.json) cannot be fetched, so no token can be checked now."}
	case errors.Is(err, errNoKey):
		return nil, invalid("key", "The token is signed with a key that the provider does not publish.")
	case errors.Is(err, jwt.ErrTokenMalformed):
		return nil, invalid("jwt", "The token is not a well-formed JWT.")
	}
	return nil, invalid("signature", "The signature does not match the provider's key.")
}

// judge checks what a token with a good signature says.
func (v *verifier) judge(claims jwt.MapClaims, scope string) *refusal {
	if iss, err := claims.GetIssuer(); err != nil || iss != v.issuer {
		return invalid("issuer", "The token was not issued by %s.", v.issuer)
	}
	if aud, err := claims.GetAudience(); err != nil || !slices.Contains(aud, v.audience) {
		return invalid("audience", "The token is for another API: its audience does not contain %s.", v.audience)
	}
	if err := v.expiry.Validate(claims); err != nil {
		return invalid("expiry", "%s", expiryText(err))
	}
	granted, _ := claims["scope"].(string)
	if !slices.Contains(strings.Fields(granted), scope) {
		return &refusal{status: http.StatusForbidden, code: "insufficient_scope", check: "scope", scope: scope,
			description: "The token does not carry the scope " + scope + "."}
	}
	return nil
}

// confirmed requires that the user confirmed who they are, a short while ago (RFC
// 9470). The token says both, and lives on when the time is over: acr alone will
// not do.
func confirmed(claims jwt.MapClaims) *refusal {
	signedIn, _ := claims["auth_time"].(float64)
	age := time.Since(time.Unix(int64(signedIn), 0))
	if claims["acr"] == ACRConfirmed && age <= ConfirmedFor+leeway {
		return nil
	}
	return &refusal{status: http.StatusUnauthorized, code: "insufficient_user_authentication", check: "acr",
		acr: ACRConfirmed, maxAge: ConfirmedFor,
		description: fmt.Sprintf("The user must have confirmed who they are in the last %.0f minutes.", ConfirmedFor.Minutes())}
}

func expiryText(err error) string {
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return "The token has expired: renew it silently and try again."
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return "The token is not valid yet."
	}
	return "The token's exp, nbf or iat is missing or wrong."
}
