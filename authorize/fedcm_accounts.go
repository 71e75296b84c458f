package authorize

import (
	"context"
	"errors"
	"slices"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// Known is an account as a browser shows it in its own dialog (FedCM, accounts
// endpoint). Optional texts are "".
type Known struct {
	ID, Name, Email, GivenName, Picture string
	Hints                               []string // what a page may name it by
}

// KnownAccounts returns the accounts that a browser is signed in with, in one trip.
// The error is an outage.
func (s *Service) KnownAccounts(ctx context.Context, b Browser) ([]Known, error) {
	users, err := s.usersOf(ctx, b, "")
	if err != nil {
		return nil, err
	}
	list := make([]Known, len(users))
	for i, u := range users {
		list[i] = s.known(u.User)
	}
	return list, nil
}

// holder is a user who is signed in with a browser.
type holder struct {
	login.User
	used bool // the app took part in a session of theirs there
}

// usersOf returns the users who are signed in with a browser, each once, and whether
// an app was used by them; "" for none. Who is disabled, or has another password
// since, is none. A record that cannot be read may be put right, so it is an outage
// where nobody else is left.
func (s *Service) usersOf(ctx context.Context, b Browser, clientID string) ([]holder, error) {
	held := Current(b.Accounts)
	if len(held) == 0 {
		return nil, nil
	}
	seen, err := s.Sessions.ResolveAll(ctx, s.queriesOf(held, clientID))
	if err != nil {
		return nil, silent.Unavailable(err)
	}
	var list []holder
	var damaged error
	for i, a := range held {
		current := &seen[i].Session
		if errors.Is(seen[i].Err, session.ErrUnreadable) {
			damaged = silent.Unavailable(seen[i].Err)
		}
		if seen[i].Err != nil || !a.Opens(current) {
			continue
		}
		user, gone := s.owner(current.UserID, current.Credential)
		if gone == "" {
			list = withHolder(list, holder{user, current.TookPart})
		}
	}
	if len(list) > 0 {
		damaged = nil
	}
	return list, damaged
}

// withHolder adds a user, or what is new of one that is there.
func withHolder(list []holder, h holder) []holder {
	if i := slices.IndexFunc(list, func(u holder) bool { return u.ID == h.ID }); i >= 0 {
		list[i].used = list[i].used || h.used
		return list
	}
	return append(list, h)
}

func (s *Service) known(u login.User) Known {
	text := func(claim string) string {
		value, _ := u.Claims[claim].(string)
		return value
	}
	k := Known{ID: s.accountID(u.ID), Name: AccountOf(u).Name, Email: text("email"), GivenName: text("given_name")}
	if k.Email == "" {
		k.Email = u.Username // a dialog needs something there
	}
	if picture := text("picture"); client.CheckFetched(picture) == nil {
		k.Picture = picture
	}
	for _, hint := range []string{u.ID, u.Username, text("email")} {
		if hint != "" && !slices.Contains(k.Hints, hint) {
			k.Hints = append(k.Hints, hint)
		}
	}
	return k
}

// Disconnect takes back what a user allowed an app, and what the app holds in the
// user's sessions: the app asks for it, through a browser that is signed in as that
// user (FedCM, disconnect endpoint). hint names the account, as the app knows it. The
// error is an *oauth.Error, invalid_request where the browser holds no such account.
func (s *Service) Disconnect(ctx context.Context, clientID, origin, hint string, b Browser) (account, userID string, err error) {
	c, err := s.Find(ctx, clientID)
	if err != nil {
		return "", "", err
	}
	if err := mayAssert(c, origin); err != nil {
		return "", "", err
	}
	users, err := s.usersOf(ctx, b, c.ID)
	if err != nil {
		return "", "", err
	}
	named, err := s.named(ctx, c, users, hint)
	if err != nil {
		return "", "", err
	}
	userID = named.ID
	// Consent first and the sessions' copies second, as everywhere (see takePart).
	if err := s.Consents.Forget(ctx, userID, c.ID); err != nil {
		return "", userID, silent.Unavailable(err)
	}
	if _, err := s.Sessions.WithdrawAll(ctx, userID, c.ID); err != nil {
		return "", userID, silent.Unavailable(err)
	}
	return s.accountID(userID), userID, nil
}

// named is the user whom a hint names, if the app knows them already: else it could
// try who is signed in. The operator's own app gets whoever is.
func (s *Service) named(ctx context.Context, c *client.Client, users []holder, hint string) (holder, error) {
	who := holder{User: login.User{ID: "nobody"}} // costs the same
	i := slices.IndexFunc(users, func(u holder) bool { return s.hintIs(c, u.User, hint) })
	if i >= 0 {
		who = users[i]
	}
	if !who.used && !c.FirstParty {
		remembered, err := s.Consents.Remembered(ctx, who.ID, c.ID)
		if err != nil {
			return who, silent.Unavailable(err)
		}
		who.used = remembered != ""
	}
	if i < 0 || !who.used && !c.FirstParty {
		return who, oauth.Errorf(oauth.InvalidRequest, "account_hint names none of the accounts that this browser is signed in with and that used the app.")
	}
	return who, nil
}

// hintIs tells whether a hint names a user: by the sub that the app knows, or by what
// the app may be shown of a user anyway.
func (s *Service) hintIs(c *client.Client, u login.User, hint string) bool {
	k := s.known(u)
	return hint != "" && (hint == s.Tokens.Subject(c, u.ID) || hint == k.ID || !c.Pairwise() && slices.Contains(k.Hints, hint))
}
