package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// What the admin API answers, as far as tables show it; openapi.yaml of web/admin
// says more. With --json all of it is printed.

type shownUser struct {
	ID       string `json:"id"`
	Username string `json:"username,omitempty"`
	Name     string `json:"name,omitempty"`
	State    string `json:"state"`
	// Connection is that by which somebody signs in who is not in the directory.
	Connection string `json:"connection,omitempty"`
}

type shownGrant struct {
	Audience string   `json:"audience"`
	Scopes   []string `json:"scopes"`
}

type shownApp struct {
	Client   string       `json:"client"`
	Name     string       `json:"name"`
	FirstUse string       `json:"first_use,omitempty"`
	Grants   []shownGrant `json:"grants"`
	Ended    bool         `json:"ended"`
}

// id tells with the app that its part is over.
func (a shownApp) id() string {
	if a.Ended {
		return a.Client + " (ended)"
	}
	return a.Client
}

type shownSession struct {
	ID         string     `json:"id"`
	SID        string     `json:"sid,omitempty"`
	User       string     `json:"user,omitempty"`
	State      string     `json:"state"`
	Group      string     `json:"sso_group,omitempty"`
	Device     string     `json:"device,omitempty"`
	Created    string     `json:"created,omitempty"`
	SignedIn   string     `json:"signed_in,omitempty"`
	LastUse    string     `json:"last_use,omitempty"`
	Expires    string     `json:"expires,omitempty"`
	Remembered bool       `json:"remembered"`
	ACR        string     `json:"acr,omitempty"`
	AMR        []string   `json:"amr,omitempty"`
	Apps       []shownApp `json:"apps"`
}

type shownConsent struct {
	Client string       `json:"client"`
	Name   string       `json:"name"`
	Grants []shownGrant `json:"grants"`
}

type shownClient struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Type         string   `json:"type"`
	FirstParty   bool     `json:"first_party"`
	Registered   bool     `json:"registered"`
	Group        string   `json:"sso_group"`
	GrantTypes   []string `json:"grant_types"`
	RedirectURIs []string `json:"redirect_uris"`
	EndedBefore  string   `json:"ended_before,omitempty"`
}

type shownEnd struct {
	ID      string   `json:"id"`
	SID     string   `json:"sid,omitempty"`
	User    string   `json:"user,omitempty"`
	Clients []string `json:"clients"`
}

type shownDelivery struct {
	Client   string `json:"client"`
	Name     string `json:"name"`
	Waiting  int    `json:"waiting"`
	Out      int    `json:"under_way"`
	Next     string `json:"next_try,omitempty"`
	Failures int    `json:"failures"`
	Since    string `json:"failing_since,omitempty"`
	Error    string `json:"last_error,omitempty"`
}

type shownMark struct {
	EndedBefore string `json:"ended_before"`
}

func listSessions(ctx context.Context, o *operator) error {
	sessions, err := all[shownSession](ctx, o, "users", o.args[0], "sessions")
	if err != nil || o.json {
		return o.show(sessions, err)
	}
	return o.sessions(sessions)
}

func showSession(ctx context.Context, o *operator) error {
	s, err := fetch[shownSession](ctx, o, "sessions", o.args[0])
	if err != nil || o.json {
		return o.show(s, err)
	}
	o.facts("session", s.ID, "sid", s.SID, "user", s.User, "state", s.State, "device", s.Device, "SSO group", s.Group,
		"created", s.Created, "signed in", s.SignedIn, "last use", s.LastUse, "expires", s.Expires,
		"kept signed in", yesNo(s.Remembered), "acr", s.ACR, "amr", strings.Join(s.AMR, " "))
	rows := [][]string{{"APP", "NAME", "FIRST USE", "GRANTED"}}
	for _, a := range s.Apps {
		rows = append(rows, []string{a.id(), a.Name, a.FirstUse, grants(a.Grants)})
	}
	return o.table(rows, "No app took part in it.")
}

func endFlags(o *operator, set *flag.FlagSet) {
	set.StringVar(&o.user, "user", "", "end all sessions of this user")
	set.BoolVar(&o.everyone, "everyone", false, "end all sessions of everyone")
	set.BoolVar(&o.yes, "yes", false, "with --everyone: do not ask")
}

func endSessions(ctx context.Context, o *operator) error {
	asked := len(o.args)
	if o.user != "" {
		asked++
	}
	if o.everyone {
		asked++
	}
	switch {
	case asked != 1:
		return errors.New("hush sessions end takes one of: the id of a session, --user USER, --everyone")
	case o.everyone && !o.yes:
		return errors.New("this signs everyone out, at every app: add --yes if that is meant")
	case o.everyone:
		return o.marked(ctx, "Every session of everyone", http.MethodPost, []byte(`{"confirm":"everyone"}`), "end-everyone")
	case o.user != "":
		return endUser(ctx, o)
	}
	e, err := change[shownEnd](ctx, o, http.MethodDelete, nil, "sessions", o.args[0])
	if err != nil || o.json {
		return o.show(e, err)
	}
	return o.say("The session of %s is over. Apps that took part: %s.", plain(e.User), listed(e.Clients))
}

func endUser(ctx context.Context, o *operator) error {
	ended, err := change[struct {
		Ended []shownEnd `json:"ended"`
	}](ctx, o, http.MethodDelete, nil, "users", o.user, "sessions")
	if err != nil || o.json {
		return o.show(ended, err)
	}
	return o.say("%s is signed out everywhere: %s ended, and sign-ins in progress with them.", plain(o.user), counted(len(ended.Ended), "session"))
}

func (o *operator) marked(ctx context.Context, what, method string, body []byte, parts ...string) error {
	m, err := change[shownMark](ctx, o, method, body, parts...)
	if err != nil || o.json {
		return o.show(m, err)
	}
	return o.say("%s that began by %s is over, on every node.", what, plain(m.EndedBefore))
}

func listConsents(ctx context.Context, o *operator) error {
	consents, err := all[shownConsent](ctx, o, "users", o.args[0], "consents")
	if err != nil || o.json {
		return o.show(consents, err)
	}
	return o.consents(consents)
}

func revokeConsent(ctx context.Context, o *operator) error {
	r, err := change[struct {
		Remembered bool `json:"remembered"`
		Sessions   int  `json:"sessions"`
	}](ctx, o, http.MethodDelete, nil, "users", o.args[0], "consents", o.args[1])
	if err != nil || o.json {
		return o.show(r, err)
	}
	if !r.Remembered && r.Sessions == 0 {
		return o.say("%s held nothing of %s.", plain(o.args[1]), plain(o.args[0]))
	}
	return o.say("%s is allowed nothing any more by %s. What it had in %s is over; sign-ins at other apps go on.", plain(o.args[1]), plain(o.args[0]), counted(r.Sessions, "session"))
}

func listUsers(ctx context.Context, o *operator) error {
	users, err := all[shownUser](ctx, o, "users")
	if err != nil || o.json {
		return o.show(users, err)
	}
	rows := [][]string{{"USER", "SIGNS IN AS", "NAME", "STATE"}}
	for _, u := range users {
		rows = append(rows, []string{u.ID, u.Username, u.Name, u.State})
	}
	return o.table(rows, "The directory holds nobody.")
}

func showUser(ctx context.Context, o *operator) error {
	u, err := fetch[shownUser](ctx, o, "users", o.args[0])
	if err != nil {
		return err
	}
	sessions, err := all[shownSession](ctx, o, "users", u.ID, "sessions")
	if err != nil {
		return err
	}
	consents, err := all[shownConsent](ctx, o, "users", u.ID, "consents")
	if err != nil || o.json {
		return o.show(map[string]any{"user": u, "sessions": sessions, "consents": consents}, err)
	}
	o.facts("user", u.ID, "signs in as", u.Username, "name", u.Name, "state", u.State, "comes from", u.Connection)
	return errors.Join(o.sessions(sessions), o.say(""), o.consents(consents))
}

func listClients(ctx context.Context, o *operator) error {
	clients, err := all[shownClient](ctx, o, "clients")
	if err != nil || o.json {
		return o.show(clients, err)
	}
	rows := [][]string{{"APP", "NAME", "TYPE", "OWN", "SSO GROUP", "ENDED BEFORE"}}
	for _, c := range clients {
		rows = append(rows, []string{c.ID, c.Name, c.Type, yesNo(c.FirstParty), c.Group, c.EndedBefore})
	}
	return o.table(rows, "The configuration has no app.")
}

func showClient(ctx context.Context, o *operator) error {
	c, err := fetch[shownClient](ctx, o, "clients", o.args[0])
	if err != nil || o.json {
		return o.show(c, err)
	}
	o.facts("app", c.ID, "name", c.Name, "type", c.Type, "your own", yesNo(c.FirstParty), "registered itself", yesNo(c.Registered),
		"SSO group", c.Group, "grant types", strings.Join(c.GrantTypes, " "), "redirect URIs", strings.Join(c.RedirectURIs, " "), "ended before", c.EndedBefore)
	return nil
}

func endClientSessions(ctx context.Context, o *operator) error {
	return o.marked(ctx, fmt.Sprintf("Every sign-in at %s", plain(o.args[0])), http.MethodDelete, nil, "clients", o.args[0], "sessions")
}

func listDeliveries(ctx context.Context, o *operator) error {
	deliveries, err := all[shownDelivery](ctx, o, "deliveries")
	if err != nil || o.json {
		return o.show(deliveries, err)
	}
	rows := [][]string{{"APP", "WAITING", "UNDER WAY", "NEXT TRY", "FAILURES", "FAILING SINCE", "LAST ERROR"}}
	for _, d := range deliveries {
		rows = append(rows, []string{d.Client, strconv.Itoa(d.Waiting), strconv.Itoa(d.Out), d.Next, strconv.Itoa(d.Failures), d.Since, d.Error})
	}
	return o.table(rows, "Every app has been told.")
}

func (o *operator) sessions(sessions []shownSession) error {
	rows := [][]string{{"SESSION", "STATE", "SIGNED IN", "LAST USE", "EXPIRES", "DEVICE", "APPS"}}
	for _, s := range sessions {
		var apps []string
		for _, a := range s.Apps {
			apps = append(apps, a.id())
		}
		rows = append(rows, []string{s.ID, s.State, s.SignedIn, s.LastUse, s.Expires, s.Device, strings.Join(apps, " ")})
	}
	return o.table(rows, "No session.")
}

func (o *operator) consents(consents []shownConsent) error {
	rows := [][]string{{"APP", "NAME", "ALLOWED"}}
	for _, c := range consents {
		rows = append(rows, []string{c.Client, c.Name, grants(c.Grants)})
	}
	return o.table(rows, "No app was allowed anything.")
}

// grants shows scopes, those of an API behind its audience.
func grants(list []shownGrant) string {
	var parts []string
	for _, g := range list {
		scopes := strings.Join(g.Scopes, " ")
		if g.Audience != "" {
			scopes = strings.TrimSuffix(g.Audience+": "+scopes, ": ")
		}
		parts = append(parts, scopes)
	}
	return strings.Join(parts, ", ")
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return plain(strings.Join(names, ", "))
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
