package admin

import (
	_ "embed"
	"net/http"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
)

// route is one call. Its handler returns what is answered as JSON.
type route struct {
	method  string // HEAD comes with GET
	path    string // below Prefix
	name    string // in the log, and the operationId of openapi.yaml
	query   string // names of the parameters that it takes
	handler func(c *call) (any, error)
}

const page = "limit cursor"

func (a *API) list() []route {
	return []route{
		{"GET", "openapi.yaml", "description", "", a.describe},
		{"GET", "users", "listUsers", page, a.listUsers},
		{"GET", "users/{user}", "showUser", "", a.showUser},
		{"GET", "users/{user}/sessions", "listSessions", page, a.listSessions},
		{"DELETE", "users/{user}/sessions", "endUserSessions", "", a.endUser},
		{"GET", "users/{user}/consents", "listConsents", page, a.listConsents},
		{"DELETE", "users/{user}/consents/{client}", "revokeConsent", "", a.revokeConsent},
		{"GET", "users/{user}/metadata", "showMetadata", "", a.showMetadata},
		{"PATCH", "users/{user}/metadata", "changeMetadata", "", a.changeMetadata},
		{"DELETE", "users/{user}/metadata", "forgetMetadata", "", a.forgetMetadata},
		{"GET", "users/{user}/factors", "listFactors", "", a.listFactors},
		{"DELETE", "users/{user}/factors", "resetFactors", "", a.resetFactors},
		{"DELETE", "users/{user}/factors/{factor}", "removeFactor", "", a.removeFactor},
		{"GET", "sessions/{session}", "showSession", "", a.showSession},
		{"DELETE", "sessions/{session}", "endSession", "", a.endSession},
		{"POST", "end-everyone", "endEveryone", "", a.endEveryone},
		{"GET", "clients", "listClients", page, a.listClients},
		{"GET", "clients/{client}", "showClient", "", a.showClient},
		{"DELETE", "clients/{client}/sessions", "endClientSessions", "", a.endClient},
		{"GET", "deliveries", "listDeliveries", "limit", a.listDeliveries},
		{"GET", "keys", "listKeys", "", a.listKeys},
		{"POST", "keys/rotate", "rotateKeys", "", a.rotateKeys},
		{"DELETE", "keys/{key}", "retireKey", "", a.retireKey},
	}
}

// route finds the call. No http.ServeMux does: it would redirect a path that is not
// clean, a DELETE too, and knows no id "/".
func (a *API) route(w http.ResponseWriter, r *http.Request) {
	parts, err := split(r.URL.EscapedPath())
	if err != nil {
		a.fail(w, r, "", err)
		return
	}
	var allowed []string
	for _, route := range a.routes {
		ids, fits := route.match(parts)
		if !fits {
			continue
		}
		if r.Method == route.method || r.Method == http.MethodHead && route.method == http.MethodGet {
			for name, id := range ids {
				r.SetPathValue(name, id)
			}
			a.serve(route, w, r)
			return
		}
		allowed = append(allowed, route.method)
	}
	if allowed == nil {
		a.fail(w, r, "", oauth.Errorf(errNotFound, "Nothing is served at this address: %sopenapi.yaml lists what is.", Prefix))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	a.fail(w, r, "", oauth.Errorf(errMethod, "This address takes %s.", strings.Join(allowed, ", ")))
}

// match tells whether parts of a path are those of the call, and which ids are in
// them.
func (r route) match(parts []string) (ids map[string]string, fits bool) {
	names := strings.Split(r.path, "/")
	if len(names) != len(parts) {
		return nil, false
	}
	ids = map[string]string{}
	for i, name := range names {
		if inner, isID := strings.CutPrefix(name, "{"); isID {
			ids[strings.TrimSuffix(inner, "}")] = parts[i]
		} else if name != parts[i] {
			return nil, false
		}
	}
	return ids, true
}

//go:embed openapi.yaml
var openapi []byte

func (a *API) describe(c *call) (any, error) {
	c.w.Header().Set("Content-Type", "application/yaml")
	_, err := c.w.Write(openapi)
	return nil, err
}
