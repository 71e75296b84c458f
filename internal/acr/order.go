// Package acr puts the authentication contexts of a provider in an order, from
// the weakest sign-in to the strongest, and says what a sign-in is worth in it.
//
// Make an [Order] of the [Class]es; [Default] has one. [Order.Demand] reads what a
// request asks for, [Order.Reached] says what a sign-in shows, [Order.Held] what is
// left of it now, and [Order.Told] what the app is told. Everything is pure.
package acr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Methods are what a sign-in here can show, in the words of amr (RFC 8176 section
// 2). A class that needs others is never reached.
var Methods = []string{"pwd", "otp", "hwk", "swk", "user", "mfa"}

// Class is one authentication context class.
type Class struct {
	Value string // what the acr claim says: printable ASCII without spaces
	// Methods are the sign-ins that reach it, each the words of amr that it must
	// show, all of them; nil: any sign-in.
	Methods [][]string
	// OnRequest: only a sign-in for a request that asked for it, or for more,
	// reaches it.
	OnRequest bool
	// MaxAge is how long after the sign-in it is held; 0: as long as the session.
	MaxAge time.Duration
}

// reachedBy tells whether a sign-in that shows these methods may reach the class.
func (c *Class) reachedBy(amr []string) bool {
	return c.Methods == nil || slices.ContainsFunc(c.Methods, func(all []string) bool {
		return !slices.ContainsFunc(all, func(word string) bool { return !slices.Contains(amr, word) })
	})
}

// Always tells whether every sign-in with a password reaches the class by its methods:
// one by a passkey alone shows others, and may not.
func (c Class) Always() bool { return c.reachedBy([]string{"pwd"}) }

// Order is the classes of a provider, the lowest first. A class holds for
// everything that asks for a lower one. What stands in it is told by rank: its
// index. It is safe for concurrent use.
type Order struct {
	classes []Class
	values  []string
}

// Default is the order of a provider that says nothing: 1 is the least of ISO/IEC
// 29115.
func Default() *Order { return &Order{classes: []Class{{Value: "1"}}, values: []string{"1"}} }

// maxClasses and maxValue bound what a token may carry and a request can name.
const (
	maxClasses = 16
	maxValue   = 200 // bytes
)

// New returns the order of the classes, the lowest first. That one is what every
// sign-in has, so it has no conditions.
func New(classes []Class) (*Order, error) {
	switch {
	case len(classes) == 0:
		return nil, errors.New("acr: there is no class")
	case len(classes) > maxClasses:
		return nil, fmt.Errorf("acr: more than %d classes", maxClasses)
	case classes[0].Methods != nil || classes[0].OnRequest || classes[0].MaxAge != 0:
		return nil, fmt.Errorf("acr: %q is the lowest class, which every sign-in has: it has no conditions", classes[0].Value)
	}
	o := &Order{classes: slices.Clone(classes)}
	for i := range classes {
		if err := classes[i].check(); err != nil {
			return nil, err
		}
		if slices.Contains(o.values, classes[i].Value) {
			return nil, fmt.Errorf("acr: %q stands twice", classes[i].Value)
		}
		o.values = append(o.values, classes[i].Value)
	}
	return o, nil
}

func (c *Class) check() error {
	switch {
	case !ValidValue(c.Value):
		return fmt.Errorf("acr: %q must be 1 to %d printable ASCII characters without spaces", c.Value, maxValue)
	case c.MaxAge < 0:
		return fmt.Errorf("acr: %q ends before it begins", c.Value)
	case c.Methods != nil && (len(c.Methods) == 0 || slices.ContainsFunc(c.Methods, func(all []string) bool { return len(all) == 0 })):
		return fmt.Errorf("acr: %q has methods that are none", c.Value)
	}
	return nil
}

// ValidValue tells whether text can be a value of acr. Spaces separate values in
// acr_values (OpenID Connect Core 1.0 section 3.1.2.1).
func ValidValue(text string) bool {
	return text != "" && len(text) <= maxValue &&
		!strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Values are those of the classes, the lowest first.
func (o *Order) Values() []string { return o.values }

// Rank returns that of a value; -1 where it is of no class.
func (o *Order) Rank(value string) int { return slices.Index(o.values, value) }

// Reached returns the value of the highest class that a sign-in reaches which
// shows these methods, and was made for a request that asked for up to this rank.
func (o *Order) Reached(amr []string, asked int) string {
	for rank := len(o.classes) - 1; rank > 0; rank-- {
		if c := &o.classes[rank]; c.reachedBy(amr) && (!c.OnRequest || rank <= asked) {
			return c.Value
		}
	}
	return o.values[0]
}

// Held returns the rank of what a sign-in is worth that reached value, by these
// methods, so long ago. A class whose time is over leaves what stands below it.
// One that the methods reach no more, because the order is another than it was,
// counts for nothing, and so does a value that is of no class.
func (o *Order) Held(value string, amr []string, age time.Duration) int {
	rank := o.Rank(value)
	for rank > 0 && !o.classes[rank].reachedBy(amr) {
		rank--
	}
	for rank > 0 && o.classes[rank].MaxAge != 0 && age > o.classes[rank].MaxAge {
		rank--
	}
	return max(rank, 0)
}

// Told returns the value that an app is told which asked for these: the highest
// of them that is held, because apps compare (OpenID Connect Core 1.0 section
// 5.5.1.1 wants one of them where it is essential). Without one, what is held.
func (o *Order) Told(held int, asked []string) string {
	for rank := held; rank >= 0; rank-- {
		if slices.Contains(asked, o.values[rank]) {
			return o.values[rank]
		}
	}
	return o.values[held]
}
