package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/rules"
)

// ruleInput is an ordinary sign-in, changed as the files say. What the files hold
// and rules would never see is named on stderr.
func ruleInput(f ruleFlags, stderr io.Writer) (*rules.Input, error) {
	in := &rules.Input{User: madeUp()}
	if f.user != "" {
		in.User = rules.User{}
		if err := readUser(f.user, &in.User); err != nil {
			return nil, err
		}
	}
	in.Context = ordinary(in.User)
	if f.context != "" {
		raw, err := os.ReadFile(f.context)
		if err != nil {
			return nil, err
		}
		if err := readJSON(f.context, raw, &in.Context); err != nil {
			return nil, err
		}
		for _, m := range strays(raw, reflect.TypeFor[rules.Context](), "context.") {
			if m.means != "" {
				return nil, m.misspelt(f.context)
			}
			fmt.Fprintf(stderr, "warning: %s: rules are given no %s here: it is left out\n", f.context, m.path)
		}
	}
	in.Silent = in.Context.Request.Query["prompt"] == "none" || in.Context.Protocol == rules.ProtocolRefresh
	return in, nil
}

func madeUp() rules.User {
	u := rules.User{UserID: "alice", Username: "alice", Email: "alice@example.com", EmailVerified: true, Name: "Alice Example"}
	completeUser(&u)
	return u
}

// completeUser adds what is never missing where somebody signs in.
func completeUser(u *rules.User) {
	if u.AppMetadata == nil {
		u.AppMetadata = map[string]any{}
	}
	if u.UserMetadata == nil {
		u.UserMetadata = map[string]any{}
	}
	if u.Identities == nil {
		u.Identities = []rules.Identity{{Connection: rules.DefaultConnection, Provider: rules.DefaultStrategy, UserID: strings.TrimPrefix(u.UserID, "auth0|")}}
	}
}

// ordinary is the context of a sign-in by password at an app with the code flow.
func ordinary(u rules.User) rules.Context {
	return rules.Context{
		ClientID: "app", ClientName: "App", ClientMetadata: map[string]string{},
		Connection: rules.DefaultConnection, ConnectionStrategy: rules.DefaultStrategy, Protocol: rules.ProtocolCode, SessionID: "session-of-the-test",
		Stats: rules.Stats{LoginsCount: 1}, SSO: rules.SSO{CurrentClients: []string{}},
		AccessToken: rules.AccessToken{Scope: []string{"openid", "profile", "email"}},
		Request: rules.Request{UserAgent: "hush rules test", IP: "192.0.2.1", Hostname: "login.example.com", Body: map[string]string{},
			Query: map[string]string{"client_id": "app", "response_type": "code", "scope": "openid profile email"}},
		Authentication: rules.Authentication{Methods: []rules.Method{{Name: "pwd", Timestamp: time.Now().UnixMilli()}}},
		Authorization:  rules.Authorization{Roles: rules.RolesOf(u.AppMetadata)},
	}
}

// readUser reads a user as rules see it; members that have no place of their own are
// claims.
func readUser(file string, u *rules.User) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := readJSON(file, raw, u); err != nil {
		return err
	}
	if err := readJSON(file, raw, &u.Claims); err != nil {
		return err
	}
	for _, m := range strays(raw, reflect.TypeFor[rules.User](), "") {
		if m.means != "" {
			return m.misspelt(file)
		}
	}
	for name := range fieldsOf(reflect.TypeFor[rules.User]()) {
		delete(u.Claims, name)
	}
	if u.UserID == "" {
		return fmt.Errorf("%s: user_id is missing: the sub of tokens, such as \"alice\"", file)
	}
	completeUser(u)
	return nil
}

func readJSON(file string, raw []byte, to any) error {
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// stray is a member of an object that its type has no field for.
type stray struct {
	path  string
	means string // the field of the same name in another case, "" for none
}

func (s stray) misspelt(file string) error {
	return fmt.Errorf("%s: %s is written %s", file, s.path, s.means)
}

// strays finds them. encoding/json takes any case for the same name, and rules do not.
func strays(raw []byte, t reflect.Type, path string) (list []stray) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil // null: reading it said what is wrong, if anything is
	}
	fields := fieldsOf(t)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if field, known := fields[name]; !known {
			list = append(list, stray{path + name, alike(fields, name)})
		} else if field.Kind() == reflect.Struct {
			list = append(list, strays(members[name], field, path+name+".")...)
		}
	}
	return list
}

func alike(fields map[string]reflect.Type, name string) string {
	for field := range fields {
		if strings.EqualFold(field, name) {
			return field
		}
	}
	return ""
}

// fieldsOf maps the JSON names of a struct to the types of its fields.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for f := range t.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}
