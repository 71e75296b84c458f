package audit

import (
	"context"
	"time"
)

// Run writes what is noted until ctx is done and the rest is written, or could not be.
// It closes the sink.
func (l *Log) Run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-l.wake:
		case <-ctx.Done():
		}
		if l.flush() {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
		l.rouse()
	}
	l.finish()
	if err := l.Sink.Close(); err != nil {
		l.Log.Error("the audit log could not be closed", "cause", err)
	}
}

// finish writes what is left, for as long as that may take.
func (l *Log) finish() {
	l.mu.Lock()
	l.told(time.Now(), Suppressed, &l.suppressed)
	l.mu.Unlock()
	end := time.Now().Add(closing)
	for !l.flush() {
		if time.Now().After(end) {
			l.Log.Error("the audit log could not be written to its end", "bytes", len(l.waiting))
			return
		}
		time.Sleep(closing / 20)
	}
}

// rouse has Run look again.
func (l *Log) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// flush writes until nothing waits, and tells whether it could.
func (l *Log) flush() bool {
	for {
		lines, b := l.take()
		if len(lines) == 0 {
			return true
		}
		n, err := l.Sink.Write(lines)
		l.settle(b, lines, n, err)
		if err != nil {
			return false
		}
	}
}

// take returns all that waits, and who waits for it.
func (l *Log) take() ([]byte, *batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.told(now, Lost, &l.lost)
	if now.Sub(l.second) >= time.Second {
		l.told(now, Suppressed, &l.suppressed)
	}
	lines, b := l.waiting, l.batch
	l.waiting, l.spare, l.batch = l.spare, nil, newBatch()
	return lines, b
}

// maxSpare is the largest buffer that is used again.
const maxSpare = 1 << 20

// settle tells who waits what became of the lines, of which the sink took n bytes. The
// others wait on.
func (l *Log) settle(b *batch, lines []byte, n int, err error) {
	l.mu.Lock()
	was := l.failing
	l.failing = err != nil
	if n < len(lines) {
		l.waiting = append(lines[n:], l.waiting...)
	} else if cap(lines) <= maxSpare {
		l.spare = lines[:0]
	}
	l.mu.Unlock()
	switch {
	case err != nil && !was:
		l.Log.Error("the audit log cannot be written; trying again", "policy", string(l.Policy), "cause", err)
	case err == nil && was:
		l.Log.Info("the audit log is written again")
	}
	if err != nil {
		b.err = ErrUnwritten
	}
	close(b.done)
}
