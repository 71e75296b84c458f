package admin

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
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
	s.Consents, err = called[list[consentView]](v, "listConsents", "user", id)
	return "user", s, err
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

// findDeed goes to whom or what was typed: a form that is posted, so that no
// name stands in the address before it is one.
func findDeed(v *visit) (string, error) {
	typed := v.in.Get("what")
	text := strings.TrimSpace(typed)
	at := seatRoot + v.seat.place + "/"
	users := v.api.Directory()
	for _, find := range []func(string) (login.User, bool){users.ByID, users.ByUsername} {
		for _, name := range []string{typed, text} {
			if u, known := find(name); known {
				return at + "user?id=" + url.QueryEscape(u.ID), nil
			}
		}
	}
	if _, err := session.ParseKey(text); err == nil {
		return at + "session?id=" + url.QueryEscape(text), nil
	}
	if !printable(text) {
		return at + "nothing", nil
	}
	return at + "user?id=" + url.QueryEscape(text), nil // who is in no directory
}

// endDeed ends one session, or all of a user.
func endDeed(v *visit) (string, error) {
	user, id := v.in.Get("user"), v.in.Get("session")
	to := seatRoot + v.seat.place + "/user?id="
	switch {
	case user != "" && id == "" && printable(user):
		_, err := v.call("endUserSessions", "user", user)
		return to + url.QueryEscape(user) + "&done=user", err
	case user == "" && id != "":
		ended, err := called[endedView](v, "endSession", "session", id)
		if err == nil && ended.User == "" { // all that is left is that it is over
			return seatRoot + v.seat.place + "/session?id=" + url.QueryEscape(id) + "&done=session", nil
		}
		return to + url.QueryEscape(ended.User) + "&done=session", err
	}
	return "", oauth.Errorf(oauth.InvalidRequest, "The form says neither which session is to be ended nor whose.")
}

func leaveDeed(v *visit) (string, error) {
	v.seats.leave(v.seat.place)
	v.api.note(v.r, slog.LevelInfo, "signOut", http.StatusSeeOther, nil)
	return Root, nil
}
