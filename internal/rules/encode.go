package rules

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/rules/wire"
)

// encode is what a worker is told of one authentication.
func encode(in *Input, skip map[string]bool, timeout time.Duration) ([]byte, error) {
	user, err := json.Marshal(in.User)
	if err != nil {
		return nil, &Failure{Kind: Excess, Detail: "the user: " + err.Error()}
	}
	context, err := json.Marshal(in.Context)
	if err != nil {
		return nil, &Failure{Kind: Excess, Detail: "the context: " + err.Error()}
	}
	text, err := json.Marshal(wire.Input{User: user, Context: context, Skip: skip, Millis: timeout.Milliseconds()})
	if err == nil && len(text) <= wire.Run.Limit(false) {
		return text, nil
	}
	return nil, &Failure{Kind: Excess, Detail: "what is known of the user is too much for rules"}
}

// MarshalJSON puts the claims beside the fields.
func (u User) MarshalJSON() ([]byte, error) {
	type fields User
	text, err := json.Marshal(fields(u))
	if err != nil || len(u.Claims) == 0 {
		return text, err
	}
	more := map[string]any{}
	for name, value := range u.Claims {
		if !ofUserFields[name] {
			more[name] = value
		}
	}
	if len(more) == 0 {
		return text, nil
	}
	claims, err := json.Marshal(more)
	if err != nil {
		return nil, err
	}
	return append(append(text[:len(text)-1], ','), claims[1:]...), nil
}

// ofUserFields are the members of a user that are no other claim.
var ofUserFields = func() map[string]bool {
	names := map[string]bool{}
	for f := range reflect.TypeFor[User]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names[name] = true
	}
	return names
}()
