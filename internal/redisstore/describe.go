package redisstore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/hush-sso/hush/session"
)

// Describe implements [session.Store].
func (s *Store) Describe(ctx context.Context, keys ...session.Key) ([]session.Listed, time.Time, error) {
	calls := make([]call, len(keys))
	for i, key := range keys {
		calls[i] = call{[]string{sessionKey(key)}, s.judged()}
	}
	all, now := make([]session.Listed, len(keys)), time.Time{}
	for i, r := range s.pipeline(ctx, describeScript, calls) {
		if r.err != nil {
			return nil, time.Time{}, r.err
		}
		all[i], now = parseListed(keys[i], r.answer), r.now
	}
	return all, now, nil
}

// parseListed reads what describe.lua answers: the state, what yes answers but
// for c, the device and the apps.
func parseListed(key session.Key, a answer) session.Listed {
	l := session.Listed{State: stateOf(a.text(0))}
	l.Key, l.SID, l.UserID, l.Group = key, a.text(1), a.text(2), a.text(6)
	l.ACR, l.AMR, l.Device = a.text(4), strings.Fields(a.text(5)), a.text(12)
	l.Remembered, l.Credential = a.text(9) == "1", a.text(11)
	errs := make([]error, 4)
	if a.text(3) != "" {
		l.AuthTime, errs[0] = seconds(a.text(3))
		l.LastUse, errs[1] = lastUse(l.AuthTime, a.text(10))
	}
	if a.text(7) != "" && a.text(8) != "" {
		l.Created, errs[2] = millis(a.rest[7])
		l.Expires, errs[3] = millis(a.rest[8])
	}
	for client, c := range a.pairs(13) {
		part, err := parsePart(c)
		errs, part.ClientID = append(errs, err), client
		l.Apps = append(l.Apps, part)
	}
	slices.SortFunc(l.Apps, func(a, b session.App) int { return strings.Compare(a.ClientID, b.ClientID) })
	if errors.Join(errs...) != nil {
		l.State = session.Damaged
	}
	return l
}

func stateOf(status string) session.Absence {
	if status == "active" {
		return ""
	}
	if a := session.Absence(""); errors.As(refusal(status), &a) {
		return a
	}
	return session.Damaged
}
