package authorize

import "time"

// proof is of a user who proved who they are, by whatever way in. It waits sealed
// where the person has more to do before there is a session.
type proof struct {
	User       string   `json:"u"`
	Generation string   `json:"g"` // as session.SignIn has it, as are the others
	Credential string   `json:"c"`
	Remember   bool     `json:"r,omitempty"`
	Device     string   `json:"d,omitempty"`
	AMR        []string `json:"m,omitempty"` // how, in the words of RFC 8176; the acr follows from it
	// Connection is that of another provider who vouches for it; "" where the proof
	// was shown to us.
	Connection string `json:"n,omitempty"`
	// Proved is when the user last proved it there, in unix seconds; 0: just now.
	Proved int64 `json:"p,omitempty"`
	// Left is when the browser left for there, in unix ms.
	Left int64 `json:"l,omitempty"`
	// Ends is the unix second at which a session by it is over at the latest; 0: when
	// ours is.
	Ends int64 `json:"e,omitempty"`
}

// ends is Ends as session.SignIn has it.
func (p *proof) ends() time.Time {
	if p.Ends == 0 {
		return time.Time{}
	}
	return time.Unix(p.Ends, 0)
}

// proved is when the user proved who they are, as far as that is told.
func (p *proof) proved(now time.Time) time.Time {
	if p.Proved == 0 {
		return now
	}
	return time.Unix(p.Proved, 0)
}
