package login

// matches reports whether a password is the one.
func matches(h passwordHash, password string) bool {
	w := h.work(password)
	return h.is(w.Compute())
}

// Hold takes every slot until release.
func (a *Authenticator) Hold() (release func()) {
	for range cap(a.slots) {
		a.slots <- struct{}{}
	}
	return func() {
		for range cap(a.slots) {
			<-a.slots
		}
	}
}

// Waiting returns how many attempts wait for a slot, MostWaiting how many may.
func (a *Authenticator) Waiting() int { return int(a.waiting.Load()) }

func (a *Authenticator) MostWaiting() int { return queue * cap(a.slots) }

// Fold is fold, for tests of its properties.
func Fold(name string) (string, error) { return fold("username", name) }

// AtOnce is atOnce.
const AtOnce = atOnce
