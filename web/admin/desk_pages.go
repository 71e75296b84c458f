package admin

import (
	"time"

	"github.com/hush-sso/hush/internal/oauth"
)

// overviewShown is the first page. Nothing of it is asked of the store: it is there
// while Redis is away.
type overviewShown struct {
	Plot  plot
	Spans []span
}

func overviewPage(v *visit) (string, any, error) {
	at, known := spanNamed(v.in.Get("span"))
	if !known {
		return "", nil, oauth.Errorf(oauth.InvalidRequest, "There is no such span of time.")
	}
	return "overview", overviewShown{plotOf(v.api.Silent.Counts, at, time.Now()), spans}, nil
}

func usersPage(v *visit) (string, any, error) {
	shown, err := called[list[userView]](v, "listUsers")
	return "users", shown, err
}

// userShown is a user with where they are signed in.
type userShown struct {
	User     userView
	Sessions list[sessionView]
	Consents list[consentView]
	Factors  *factorsView // nil where there are none at all
	// Sealed: they cannot be read, which keeps their user out until they are reset.
	Sealed bool
}

func userPage(v *visit) (string, any, error) {
	id := v.in.Get("id")
	if !printable(id) {
		return "", nil, oauth.Errorf(errNotFound, "There is no user with this id.")
	}
	var s userShown
	var err error
	if s.User, err = called[userView](v, "showUser", "user", id); err != nil {
		return "", nil, err
	}
	if s.Sessions, err = called[list[sessionView]](v, "listSessions", "user", id); err != nil {
		return "", nil, err
	}
	if v.in.Has("cursor") { // of the sessions: consents stand on the first page
		return "user", s, nil
	}
	if s.Consents, err = called[list[consentView]](v, "listConsents", "user", id); err != nil {
		return "", nil, err
	}
	s.factors(v, id)
	return "user", s, nil
}

func (s *userShown) factors(v *visit, id string) {
	if v.api.Factors == nil {
		return
	}
	shown, err := called[factorsView](v, "listFactors", "user", id)
	s.Factors, s.Sealed = &shown, err != nil
}

func sessionPage(v *visit) (string, any, error) {
	shown, err := called[sessionView](v, "showSession", "session", v.in.Get("id"))
	return "session", shown, err
}

// clientShown is an app with what it was answered over the last day.
type clientShown struct {
	App  clientView
	Plot plot
}

func clientsPage(v *visit) (string, any, error) {
	apps, err := called[list[clientView]](v, "listClients")
	shown := list[clientShown]{Next: apps.Next}
	for _, app := range apps.Items {
		shown.Items = append(shown.Items, clientShown{app, plotOf(v.api.countedOf(app), day(), time.Now())})
	}
	return "clients", shown, err
}

func clientPage(v *visit) (string, any, error) {
	id := v.in.Get("id")
	if !printable(id) {
		return "", nil, oauth.Errorf(errNotFound, "There is no app with this client_id.")
	}
	app, err := called[clientView](v, "showClient", "client", id)
	return "client", clientShown{app, plotOf(v.api.countedOf(app), day(), time.Now())}, err
}

func keysPage(v *visit) (string, any, error) {
	shown, err := called[list[keyView]](v, "listKeys")
	return "keys", shown, err
}

func deliveriesPage(v *visit) (string, any, error) {
	shown, err := called[list[deliveryView]](v, "listDeliveries")
	return "deliveries", shown, err
}

func nothingPage(*visit) (string, any, error) {
	return "", nil, oauth.Errorf(errNotFound, "Type the id or the name of a user, or the id of a session.")
}
