package redisstore

import (
	"bytes"
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// AuditStream returns the stream of the audit log, which all nodes write. It holds about
// most lines, the newest, and goes when nothing came for keep.
func (s *Store) AuditStream(most int64, keep time.Duration) AuditStream {
	return AuditStream{s, most, keep}
}

// AuditStream is a sink of internal/audit.
type AuditStream struct {
	store *Store
	most  int64
	keep  time.Duration
}

// auditPipe is how many lines go in one trip.
const auditPipe = 512

// auditField is what each entry has.
const auditField = "line"

// Write keeps whole lines, each as an entry. A line whose answer was lost is written
// again, so it may stand there twice.
func (a AuditStream) Write(lines []byte) (int, error) {
	n := 0
	for n < len(lines) {
		taken, err := a.some(lines[n:])
		if n += taken; err != nil {
			return n, err
		}
	}
	return n, nil
}

// some writes the first of the lines, in one trip, and returns how many bytes they have.
func (a AuditStream) some(lines []byte) (int, error) {
	ctx, cancel := a.store.deadline(context.Background())
	defer cancel()
	pipe := a.store.client.Pipeline()
	var ends []int
	var added []*redis.StringCmd
	for at := 0; at < len(lines) && len(ends) < auditPipe; {
		line, _, _ := bytes.Cut(lines[at:], []byte{'\n'})
		at += len(line) + 1
		ends = append(ends, at)
		added = append(added, pipe.XAdd(ctx, &redis.XAddArgs{
			Stream: auditKey, MaxLen: a.most, Approx: true, Values: []any{auditField, line},
		}))
	}
	pipe.PExpire(ctx, auditKey, a.keep)
	_, failed := pipe.Exec(ctx)
	end := 0
	for i, cmd := range added {
		if err := cmd.Err(); err != nil {
			return end, trouble(ctx, err)
		}
		end = ends[i]
	}
	if failed != nil {
		return end, trouble(ctx, failed)
	}
	return end, nil
}

// Reopen has nothing to do: nobody moves the stream.
func (AuditStream) Reopen() {}

// Close leaves the store to who opened it.
func (AuditStream) Close() error { return nil }
