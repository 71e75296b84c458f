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
// taken off: sid, uid, at, acr, amr, grp, cr, ex, c.
func parseSession(key session.Key, a answer) (session.Session, error) {
	s := session.Session{
		Key: key, SID: a.text(0), UserID: a.text(1),
		ACR: a.text(3), AMR: strings.Fields(a.text(4)), Group: a.text(5),
	}
	if len(a.rest) != 9 {
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
	c, ok := a.rest[8].(string)
	if !ok {
		return s, nil // the client has not taken part
	}
	s.TookPart = true
	first, grants := c, ""
	if i := strings.IndexByte(c, '\n'); i >= 0 {
		first, grants = c[:i], c[i:]
	}
	s.Granted = oauth.Grants(grants)
	s.FirstUse, err = seconds(first)
	return s, err
}

func seconds(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("redis: time in a record: %w", err)
	}
	return time.Unix(n, 0), nil
}

func millis(v any) (time.Time, error) {
	text, _ := v.(string)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("redis: time in a record: %w", err)
	}
	return time.UnixMilli(n), nil
}
