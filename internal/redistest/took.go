package redistest

import "time"

// Took is how long f takes, less the time for which a busy machine let nothing of this
// process run: limits are held to what is left.
func Took(f func()) time.Duration {
	const each = 20 * time.Millisecond
	done, lost := make(chan struct{}), make(chan time.Duration)
	began := time.Now()
	go func() {
		var stood time.Duration
		for last := began; ; {
			select {
			case <-done:
				lost <- stood + max(0, time.Since(last)-each)
				return
			case <-time.After(each):
				now := time.Now()
				stood, last = stood+now.Sub(last)-each, now
			}
		}
	}()
	f()
	took := time.Since(began)
	close(done)
	return took - <-lost
}
