package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/hush-sso/hush/internal/backchannel"
)

// Deliveries is the store as the queue of messages to apps.
func (s *Store) Deliveries() backchannel.Queue { return deliveries{s} }

type deliveries struct{ *Store }

var (
	queueKeys = []string{backchannelApps}
	// Those of Add, which requests cause: trips are counted by them.
	tellKeys = []string{backchannelApps, backchannelJobs}
)

// Add implements [backchannel.Queue]. A sign-out is not answered before a replica
// has the messages, where there is one.
func (d deliveries) Add(ctx context.Context, p backchannel.Policy, messages ...backchannel.Message) (int, error) {
	args := []any{p.Keep.Milliseconds(), p.Most, p.PerApp}
	for _, m := range messages {
		if !isWord(m.ClientID) || !isWord(m.SID) {
			return 0, fmt.Errorf("redis: message to %q about session %q", m.ClientID, m.SID)
		}
		args = append(args, m.ClientID, m.SID, m.UserID)
	}
	a, err := d.runDurable(ctx, tellScript, tellKeys, args...)
	if redis.IsOOMError(err) {
		return 0, fmt.Errorf("%w: %w", backchannel.ErrFull, err)
	}
	if err != nil {
		return 0, err
	}
	return a.number(0)
}

// isWord: the scripts split what they keep at spaces.
func isWord(s string) bool { return s != "" && !strings.ContainsAny(s, " \t\r\n") }

// Lease implements [backchannel.Queue].
func (d deliveries) Lease(ctx context.Context, p backchannel.Policy, n int) (backchannel.Batch, error) {
	a, err := d.run(ctx, leaseScript, queueKeys, n, p.Lease.Milliseconds(), p.PerApp)
	if err != nil {
		return backchannel.Batch{}, err
	}
	if len(a.rest) != 4 {
		return backchannel.Batch{}, fmt.Errorf("redis: lease has %d values", len(a.rest))
	}
	b := backchannel.Batch{Now: a.now}
	var errs [4]error
	b.Leases, errs[0] = parseLeases(a.rest[0])
	b.Expired, errs[1] = parseLeases(a.rest[1])
	b.Next, errs[2] = millis(a.rest[2])
	if a.text(2) == "0" {
		b.Next = time.Time{}
	}
	b.Pending, errs[3] = a.number(3)
	return b, errors.Join(errs[:]...)
}

// parseLeases reads app, sid, user, attempts and end of each.
func parseLeases(v any) ([]backchannel.Lease, error) {
	texts, err := words(v, 5)
	if err != nil {
		return nil, err
	}
	var list []backchannel.Lease
	for ; len(texts) > 0; texts = texts[5:] {
		l := backchannel.Lease{Message: backchannel.Message{ClientID: texts[0], SID: texts[1], UserID: texts[2]}}
		if l.Attempt, err = strconv.Atoi(texts[3]); err != nil {
			return nil, fmt.Errorf("redis: attempts of a message: %w", err)
		}
		if l.GivenUp, err = millis(texts[4]); err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, nil
}

// Done implements [backchannel.Queue].
func (d deliveries) Done(ctx context.Context, p backchannel.Policy, l backchannel.Lease, quickly bool) error {
	_, err := d.run(ctx, deliveredScript, queueKeys, l.ClientID, l.SID, flag(quickly), p.Told.Milliseconds(), p.PerApp)
	return err
}

// Retry implements [backchannel.Queue].
func (d deliveries) Retry(ctx context.Context, p backchannel.Policy, l backchannel.Lease, jitter float64, why string) error {
	_, err := d.run(ctx, undeliveredScript, queueKeys, l.ClientID, l.SID, l.Attempt, why,
		p.First.Milliseconds(), p.Longest.Milliseconds(), jitter, p.PerApp)
	return err
}

// Pending implements [backchannel.Queue].
func (d deliveries) Pending(ctx context.Context, most int) ([]backchannel.Pending, error) {
	a, err := d.run(ctx, pendingScript, queueKeys, most)
	if err != nil {
		return nil, err
	}
	if len(a.rest) != 1 {
		return nil, fmt.Errorf("redis: pending has %d values", len(a.rest))
	}
	texts, err := words(a.rest[0], 7)
	if err != nil {
		return nil, err
	}
	list := make([]backchannel.Pending, 0, len(texts)/7)
	for ; len(texts) > 0; texts = texts[7:] {
		p, err := parsePending(texts)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// parsePending reads app, waiting, out, next, failures, since and error.
func parsePending(texts []string) (backchannel.Pending, error) {
	p := backchannel.Pending{ClientID: texts[0], Error: texts[6]}
	var errs [5]error
	p.Waiting, errs[0] = strconv.Atoi(texts[1])
	p.Out, errs[1] = strconv.Atoi(texts[2])
	p.Next, errs[2] = millis(texts[3])
	p.Failures, errs[3] = strconv.Atoi(texts[4])
	if p.Failures > 0 {
		p.Since, errs[4] = millis(texts[5])
	}
	return p, errors.Join(errs[:]...)
}

// words returns a list of texts, n for each entry.
func words(v any, n int) ([]string, error) {
	list, _ := v.([]any)
	if len(list)%n != 0 {
		return nil, fmt.Errorf("redis: a list of %d values, not of %d each", len(list), n)
	}
	texts := make([]string, len(list))
	for i := range list {
		texts[i], _ = list[i].(string)
	}
	return texts, nil
}

// number returns the i-th value after the time.
func (a answer) number(i int) (int, error) {
	if i < len(a.rest) {
		if n, ok := a.rest[i].(int64); ok {
			return int(n), nil
		}
	}
	n, err := strconv.Atoi(a.text(i))
	if err != nil {
		return 0, fmt.Errorf("redis: a number: %w", err)
	}
	return n, nil
}
