package authorize

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/login"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/upstream"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/silent"
)

// Another provider tells that a user signed out there. Which user a session of theirs is
// of waits in the store where the token need not say it, as does what it told, for a
// sign-in that is under way: that looks once its session is there, and what ends
// sessions looks for them once it was noted, so that none falls between.

const (
	waitOf   = "upstream session" // sid there -> user here
	waitOver = "upstream over"    // since when it is over, in ms
	waitSaid = "upstream notice"  // what was done already, by jti
)

// outlasting is how long a sign-in that a notice ends may be under way: elsewhere, then at
// the page of a rule, then at that for the second factor.
const outlasting = 3 * proofLifetime

// named is what something of a session elsewhere waits under.
func named(what string, parts ...string) string {
	sum := sha256.Sum256([]byte(what + "\x00" + strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// Hear ends the sessions that a logout token is about. The same token again does nothing.
// The error is an *oauth.Error: invalid_request for what is no such token.
func (s *Service) Hear(ctx context.Context, raw string) error {
	n, err := s.Upstreams.Notice(ctx, raw)
	if errors.Is(err, upstream.ErrAway) {
		return silent.Unavailable(err)
	}
	if err != nil {
		return &oauth.Error{Code: oauth.InvalidRequest, Description: "This is no logout token that can be taken.", Cause: err}
	}
	said := named(waitSaid, n.Connection, n.ID)
	if done, err := s.Waiting.Awaited(ctx, said); err != nil || done != "" {
		return outage(err)
	}
	if err := s.signedOutThere(ctx, n); err != nil {
		return silent.Unavailable(err)
	}
	return outage(s.Waiting.Await(ctx, said, "1", upstream.NoticeLife))
}

func outage(err error) error {
	if err == nil {
		return nil
	}
	return silent.Unavailable(err)
}

func (s *Service) signedOutThere(ctx context.Context, n upstream.Notice) error {
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	if err := s.Waiting.Await(ctx, s.overName(n.Connection, n.Subject, n.SID), now, outlasting); err != nil {
		return err
	}
	users, err := s.usersThere(ctx, n)
	if err != nil {
		return err
	}
	var errs []error
	for _, user := range users {
		errs = append(errs, s.endThere(ctx, user, n))
	}
	return errors.Join(errs...)
}

// overName is what the end of one session waits under, or where the provider names none,
// that of all sessions of a user.
func (s *Service) overName(connection, subject, sid string) string {
	if sid != "" {
		subject = ""
	}
	return named(waitOver, connection, subject, sid)
}

// usersThere are whose sessions a notice may be about: who the user is here now, and who
// they are where they are linked to nobody.
func (s *Service) usersThere(ctx context.Context, n upstream.Notice) ([]string, error) {
	subject := n.Subject
	if subject == "" {
		text, err := s.Waiting.Awaited(ctx, named(waitOf, n.Connection, n.SID))
		if err != nil || text == "" {
			return nil, err
		}
		plain, err := s.Vouched.Open(text, waitOf, n.SID)
		if err != nil {
			return nil, nil //nolint:nilerr // under a secret that is gone, as is the session
		}
		if err := json.Unmarshal(plain, &subject); err != nil {
			return nil, err
		}
	}
	v := login.Vouched{Connection: n.Connection, Subject: subject}
	users := []string{v.UserID()}
	if user, linked := s.Directory().Linked(v.Identity()); linked {
		users = append(users, user.ID)
	}
	return users, nil
}

// endThere ends those sessions of a user that came about by the one elsewhere.
func (s *Service) endThere(ctx context.Context, user string, n upstream.Notice) error {
	var due []session.Key
	for page := (session.Page{Limit: 100}); ; {
		list, next, err := s.Sessions.Sessions(ctx, user, page)
		if err != nil {
			return err
		}
		for _, l := range list {
			if l.State != "" && l.State != session.Pending {
				continue
			}
			v := s.vouched(user, l.Credential)
			if v != nil && v.Connection == n.Connection && (n.SID == "" || v.SID == n.SID) && (n.Subject == "" || v.Subject == n.Subject) {
				due = append(due, l.Key)
			}
		}
		if page.After = next; next == "" {
			break
		}
	}
	var errs []error
	for _, key := range due {
		_, err := s.Sessions.End(ctx, key, session.Revoked)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// follow notes whose the session elsewhere is by which a user just signed in, and ends
// ours if that one was ended meanwhile.
func (s *Service) follow(ctx context.Context, p *proof, group string, remember bool, key session.Key) error {
	v := s.vouched(p.User, p.Credential)
	if v == nil || s.Upstreams.Named(p.Connection) == nil {
		return nil // signed in here, or by a directory, which has no sessions
	}
	if v.SID != "" {
		text := sealed(s.Vouched, v.Subject, waitOf, v.SID)
		if err := s.Waiting.Await(ctx, named(waitOf, v.Connection, v.SID), text, s.Sessions.LifetimeIn(group, remember)); err != nil {
			return err
		}
	}
	for _, name := range []string{s.overName(v.Connection, v.Subject, ""), s.overName(v.Connection, "", v.SID)} {
		text, err := s.Waiting.Awaited(ctx, name)
		if err != nil {
			return err
		}
		if at, err := strconv.ParseInt(text, 10, 64); text == "" || err == nil && at < p.Left {
			continue
		}
		if _, err := s.Sessions.End(ctx, key, session.Revoked); err != nil {
			return err
		}
		return session.Revoked
	}
	return nil
}
