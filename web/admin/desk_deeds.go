package admin

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

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

// factorsDeed takes away one second factor of a user, or all of them.
func factorsDeed(v *visit) (string, error) {
	user, id, all := v.in.Get("user"), v.in.Get("factor"), v.in.Get("all")
	to := seatRoot + v.seat.place + "/user?id=" + url.QueryEscape(user)
	switch {
	case !printable(user):
	case id != "" && all == "":
		_, err := v.call("removeFactor", "user", user, "factor", id)
		return to + "&done=factor", err
	case id == "" && all == "yes":
		_, err := v.call("resetFactors", "user", user)
		return to + "&done=factors", err
	}
	return "", oauth.Errorf(oauth.InvalidRequest, "The form says neither which second factor is to be taken away nor whose.")
}

func leaveDeed(v *visit) (string, error) {
	v.seats.leave(v.seat.place)
	v.api.note(v.r, slog.LevelInfo, "signOut", http.StatusSeeOther, nil)
	return Root, nil
}
