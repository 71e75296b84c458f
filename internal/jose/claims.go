package jose

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// NumericDate is a time in a claim: seconds since 1970, with a fraction or
// without (RFC 7519 section 2).
type NumericDate struct{ time.Time }

// latest is the end of the year 9999 in seconds, far beyond what is meant.
const latest = 253402300799

// UnmarshalJSON takes a number, and leaves null alone as encoding/json does.
func (d *NumericDate) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	var seconds float64
	if err := json.Unmarshal(raw, &seconds); err != nil {
		return errors.New("not a number of seconds")
	}
	if seconds < 0 || seconds > latest {
		return errors.New("a time out of bounds: it is written in seconds")
	}
	whole, part := math.Modf(seconds)
	d.Time = time.Unix(int64(whole), int64(part*float64(time.Second))).UTC()
	return nil
}

// Audience is a claim of one text, or of several (RFC 7519 section 4.1.3).
type Audience []string

// UnmarshalJSON takes a string or an array of strings.
func (a *Audience) UnmarshalJSON(raw []byte) error {
	var one string
	if err := json.Unmarshal(raw, &one); err == nil {
		if string(raw) != "null" {
			*a = Audience{one}
		}
		return nil
	}
	var several []string
	if err := json.Unmarshal(raw, &several); err != nil {
		return errors.New("neither a string nor an array of strings")
	}
	*a = several
	return nil
}

// Leeway is how far the clock of an app that signs may be from ours.
const Leeway = 30 * time.Second

// Times judge the registered time claims of RFC 7519 section 4.1.
type Times struct {
	Now    time.Time
	Leeway time.Duration // how far the clocks may differ
	// Longest is how far exp may lie ahead, leeway apart; 0: without bound.
	Longest time.Duration
}

// Check requires exp, which must not have passed, and that nbf and iat, if
// they are there, have. It returns exp. The error says which claim is at fault.
func (t Times) Check(claims []byte) (expires time.Time, err error) {
	var c struct {
		Exp, Nbf, Iat *NumericDate
	}
	if err := json.Unmarshal(claims, &c); err != nil {
		return time.Time{}, fmt.Errorf("exp, nbf or iat: %w", err)
	}
	switch {
	case c.Exp == nil:
		return time.Time{}, errors.New("exp is missing")
	case !t.Now.Before(c.Exp.Add(t.Leeway)):
		return time.Time{}, errors.New("exp has passed")
	case t.Longest > 0 && c.Exp.After(t.Now.Add(t.Longest+t.Leeway)):
		return time.Time{}, fmt.Errorf("exp lies more than %s ahead", t.Longest)
	case c.Nbf != nil && c.Nbf.After(t.Now.Add(t.Leeway)):
		return time.Time{}, errors.New("nbf lies ahead")
	case c.Iat != nil && c.Iat.After(t.Now.Add(t.Leeway)):
		return time.Time{}, errors.New("iat lies ahead")
	}
	return c.Exp.Time, nil
}
