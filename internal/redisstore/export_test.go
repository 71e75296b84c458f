package redisstore

import "time"

// Waiting tells how many callers wait for the next trip that they share.
func (s *Store) Waiting() (n int) {
	s.combined.mu.Lock()
	defer s.combined.mu.Unlock()
	for _, q := range s.combined.queues {
		n += len(q.waiting)
	}
	return n
}

// SetPatience sets how long they wait for a trip under way. Nobody may wait yet.
func (s *Store) SetPatience(d time.Duration) { s.combined.patience = d }
