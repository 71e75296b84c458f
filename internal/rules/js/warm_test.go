package js

import (
	"context"
	"testing"
)

// What is made ahead is of no user, and is used once.
func TestWarm(t *testing.T) {
	t.Parallel()
	p := compile(t, body("context.idToken.is = [_.get(user, 'name'), jwt.left, configuration.KEY]; jwt.left = user.name; _.get = null;"))
	for _, user := range []string{`{"name":"Alice"}`, `{"name":"Bob"}`} {
		p.Warm()
		p.Warm()
		r := <-p.spare
		if p.spare <- r; r.made["lodash"] == nil || r.made["jsonwebtoken"] == nil || r.user != nil {
			t.Fatalf("made ahead: %v", r.made)
		}
		in := input()
		in.User = []byte(user)
		o := p.Run(context.Background(), in, &fakeHost{})
		if want := `["` + user[9:len(user)-2] + `",null,"value"]`; o.Failure != nil || string(o.IDToken["is"]) != want {
			t.Errorf("%s %+v, want %s", o.IDToken["is"], o.Failure, want)
		}
		if len(p.spare) != 0 {
			t.Error("the runtime of one user is there for the next")
		}
	}
}
