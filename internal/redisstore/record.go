package redisstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/session"
)

// parseSession reads what record.lua's yes answers, the status and the time
// taken off: sid, uid, at, acr, amr, grp, cr, ex, rem, lu, cv, rp, c.
func parseSession(key session.Key, a answer) (session.Session, error) {
	s := session.Session{
		Key: key, SID: a.text(0), UserID: a.text(1),
		ACR: a.text(3), AMR: strings.Fields(a.text(4)), Group: a.text(5),
		Remembered: a.text(8) == "1", Credential: a.text(10),
	}
	s.Passed, s.PassedFor = parsePassed(a.text(11))
	if len(a.rest) != 13 {
		return s, fmt.Errorf("redis: session has %d values", len(a.rest))
	}
	var err error
	if s.AuthTime, err = seconds(a.text(2)); err != nil {
		return s, err
	}
	if s.Created, err = millis(a.rest[6]); err != nil {
		return s, err
	}
	if s.Expires, err = millis(a.rest[7]); err != nil {
		return s, err
	}
	if s.LastUse, err = lastUse(s.AuthTime, a.text(9)); err != nil {
		return s, err
	}
	c, ok := a.rest[12].(string)
	if !ok {
		return s, nil // the client has not taken part
	}
	part, err := parsePart(c)
	s.TookPart, s.FirstUse, s.Chosen, s.Granted = true, part.FirstUse, part.Chosen, part.Granted
	return s, err
}

// parsePassed reads rp:<client>.
func parsePassed(rp string) (version string, granted oauth.Grants) {
	if i := strings.IndexByte(rp, '\n'); i >= 0 {
		return rp[:i], oauth.Grants(rp[i:])
	}
	return rp, ""
}

// parsePart reads c:<client>.
func parsePart(c string) (session.App, error) {
	var part session.App
	if i := strings.IndexByte(c, '\n'); i >= 0 {
		c, part.Granted = c[:i], oauth.Grants(c[i:])
	}
	first, chosen, was := strings.Cut(c, " ")
	var err error
	if part.FirstUse, err = seconds(first); err == nil && was {
		part.Chosen, err = micros(chosen)
	}
	return part, err
}

// lastUse is the later of the sign-in and what was noted since, "" for nothing.
func lastUse(signIn time.Time, noted string) (time.Time, error) {
	if noted == "" {
		return signIn, nil
	}
	used, err := seconds(noted)
	if used.Before(signIn) {
		used = signIn
	}
	return used, err
}

func seconds(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("redis: time in a record: %w", err)
	}
	return time.Unix(n, 0), nil
}

func micros(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("redis: time in a record: %w", err)
	}
	return time.UnixMicro(n), nil
}

func millis(v any) (time.Time, error) {
	text, _ := v.(string)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("redis: time in a record: %w", err)
	}
	return time.UnixMilli(n), nil
}
